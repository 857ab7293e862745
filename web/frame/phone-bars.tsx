import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Session } from "../api/session.ts";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Icon } from "../ui/icon.tsx";
import { type PlaceGroup, startOf } from "./places.ts";

/** The keys of the palette, as they are printed. */
export const paletteKeys = /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘ K" : "Ctrl K";

/** The name of the product and the way to the palette, above each page of a phone. */
export function PhoneHead({
  session,
  onFind,
}: {
  readonly session: Session;
  /** Opens the palette. */
  readonly onFind: () => void;
}): ReactNode {
  const words = useWords();
  return (
    <header className="flex items-center justify-between px-4 pt-2 phone:hidden">
      <Link
        to={startOf(session.caller.role)}
        className="flex min-h-11 items-center gap-2 font-[650] text-ink no-underline"
      >
        <Aperture />
        {words.product}
      </Link>
      <button
        type="button"
        onClick={onFind}
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
        aria-label={words.nav.find}
        title={`${words.nav.find} (${paletteKeys})`}
        className="-mr-2.5 grid size-11 place-items-center rounded-control text-soft"
      >
        <Icon name="search" />
      </button>
    </header>
  );
}

/** Places that stand in the bar itself, where a role has them; the others are behind More. */
const barPlaces: readonly string[] = ["/make", "/gallery", "/requests"];
const barPlacesMax = 3;

/** The bar below each page of a phone. */
export function PhoneBar({
  groups,
  session,
  notices,
}: {
  readonly groups: readonly PlaceGroup[];
  readonly session: Session;
  /** Things that ask for attention: they are behind More. */
  readonly notices: number;
}): ReactNode {
  const words = useWords();
  const all = groups.flatMap((group) => group.places);
  const first = all.filter(({ path }) => barPlaces.includes(path));
  // A role with fewer of these has its next ones.
  const places = [...first, ...all.filter((place) => !first.includes(place))];
  return (
    <nav
      aria-label={words.menu}
      className="fixed inset-x-0 bottom-0 z-10 flex justify-around border-t border-line bg-raised pb-[env(safe-area-inset-bottom)] phone:hidden"
    >
      {places.slice(0, barPlacesMax).map((place) => (
        <Link
          key={place.path}
          to={place.path}
          className="flex min-h-14 min-w-16 flex-col items-center justify-center gap-0.5 text-label text-soft no-underline"
          activeProps={{ className: "text-accent!", "aria-current": "page" }}
        >
          <Icon name={place.icon} />
          {words.nav[place.name]}
        </Link>
      ))}
      <Link
        to="/more"
        className="relative flex min-h-14 min-w-16 flex-col items-center justify-center gap-0.5 text-label text-soft no-underline"
        activeProps={{ className: "text-accent!", "aria-current": "page" }}
      >
        <Icon name="more" />
        {notices === 0 ? null : (
          <span className="absolute top-1.5 left-1/2 ml-2 size-2 rounded-full bg-accent">
            <span className="sr-only">{words.noticesBehind(notices)}</span>
          </span>
        )}
        {words.more}
      </Link>
      <span className="sr-only">{words.roles[session.caller.role]}</span>
    </nav>
  );
}
