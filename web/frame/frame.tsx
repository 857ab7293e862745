import { Link, Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { ReactNode } from "react";
import { sureOf } from "../api/line.ts";
import type { Session } from "../api/session.ts";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { PhoneBar, PhoneHead, paletteKeys } from "./phone-bars.tsx";
import { Shortcuts, useOpened } from "./shortcuts.tsx";
import { useNoticeCount } from "./notice-count.ts";
import { type Place, type PlaceGroup, groupsOf, startOf } from "./places.ts";

/** The menu of the account comes a moment after the page: lists that open are a third of what its file would weigh. */
const AccountMenu = lazy(
  sureOf(async () => {
    const { AccountMenu: component } = await import("./account-menu.tsx");
    return { default: component };
  }),
);

const foldedKey = "pinhole.folded";

/** The rail on the left, or the bar below on a phone, and the page beside it. */
export function Frame({ session }: { readonly session: Session }): ReactNode {
  const words = useWords();
  const groups = groupsOf(session.caller.role);
  const notices = useNoticeCount(session.caller.role);
  const [isFolded, setFolded] = useState(() => localStorage.getItem(foldedKey) === "1");
  const fold = (): void => {
    localStorage.setItem(foldedKey, isFolded ? "0" : "1");
    setFolded(!isFolded);
  };
  const [opened, open] = useOpened();
  const find = (): void => open("palette");
  return (
    <div className="flex min-h-dvh flex-col phone:flex-row">
      <a
        href="#content"
        className="sr-only z-50 rounded-control bg-raised px-3 py-2 focus:not-sr-only focus:absolute focus:m-2"
      >
        {words.skipToContent}
      </a>
      <Rail
        session={session}
        groups={groups}
        notices={notices}
        isFolded={isFolded}
        onFold={fold}
        onFind={find}
      />
      <PhoneHead session={session} onFind={find} />
      <main id="content" tabIndex={-1} className="min-w-0 flex-1 pb-20 outline-none phone:pb-0">
        <Outlet />
      </main>
      <PhoneBar groups={groups} session={session} notices={notices} />
      <Shortcuts role={session.caller.role} opened={opened} onOpen={open} onFold={fold} />
    </div>
  );
}

function Rail({
  session,
  groups,
  notices,
  isFolded,
  onFold,
  onFind,
}: {
  readonly session: Session;
  readonly groups: readonly PlaceGroup[];
  /** Things that ask for attention. */
  readonly notices: number;
  readonly isFolded: boolean;
  readonly onFold: () => void;
  /** Opens the palette. */
  readonly onFind: () => void;
}): ReactNode {
  const words = useWords();
  return (
    <nav
      aria-label={words.menu}
      className={classNames(
        "sticky top-0 hidden h-dvh shrink-0 flex-col gap-5 border-r border-line px-3 pt-8 pb-4 phone:flex",
        isFolded ? "w-16" : "w-60",
      )}
    >
      <RailHead role={session.caller.role} isFolded={isFolded} onFold={onFold} />
      <FindButton isFolded={isFolded} onFind={onFind} />
      <div className="flex flex-1 flex-col gap-5 overflow-y-auto">
        {groups.map(({ name, places }) => (
          <div key={name} className="flex flex-col gap-0.5">
            {isFolded ? null : (
              <p className="px-2.5 pb-1 text-label text-soft">{words.nav[name]}</p>
            )}
            {places.map((place) => (
              <RailLink
                key={place.path}
                place={place}
                isFolded={isFolded}
                count={place.path === "/notices" ? notices : 0}
              />
            ))}
          </div>
        ))}
      </div>
      <div className="flex flex-col items-stretch gap-1">
        <Suspense fallback={<div className="h-10" />}>
          <AccountMenu session={session} isFolded={isFolded} />
        </Suspense>
      </div>
    </nav>
  );
}

/** The gateway's name, which leads to where the role begins, and the button that folds the rail. */
function RailHead({
  role,
  isFolded,
  onFold,
}: {
  readonly role: Session["caller"]["role"];
  readonly isFolded: boolean;
  readonly onFold: () => void;
}): ReactNode {
  const words = useWords();
  return (
    <div
      className={classNames("flex justify-between gap-1", isFolded ? "flex-col" : "items-center")}
    >
      <Link
        to={startOf(role)}
        className="flex min-h-9 items-center gap-2.5 px-2.5 font-[650] text-ink no-underline"
      >
        <Aperture />
        {isFolded ? <span className="sr-only">{words.product}</span> : words.product}
      </Link>
      <Button
        kind="quiet"
        isSquare
        onPress={onFold}
        aria-label={isFolded ? words.nav.unfold : words.nav.fold}
      >
        <Icon name={isFolded ? "unfold" : "fold"} />
      </Button>
    </div>
  );
}

/** The button that opens the palette, for those who know no keys. */
function FindButton({
  isFolded,
  onFind,
}: {
  readonly isFolded: boolean;
  readonly onFind: () => void;
}): ReactNode {
  const words = useWords().nav;
  return (
    <button
      type="button"
      onClick={onFind}
      aria-haspopup="dialog"
      aria-keyshortcuts="Control+K Meta+K"
      className="flex min-h-9 items-center gap-3 rounded-control border border-line px-2.5 text-soft hover:border-edge hover:text-ink"
      {...(isFolded ? { title: `${words.find} (${paletteKeys})` } : {})}
    >
      <Icon name="search" size={isFolded ? 18 : 20} />
      <span className={isFolded ? "sr-only" : ""}>{words.find}</span>
      {isFolded ? null : (
        <kbd aria-hidden className="ml-auto font-sans text-label">
          {paletteKeys}
        </kbd>
      )}
    </button>
  );
}

const linkLooks =
  "relative flex min-h-9 items-center gap-3 rounded-control px-2.5 text-soft no-underline hover:text-ink";

function RailLink({
  place,
  isFolded,
  count,
}: {
  readonly place: Place;
  readonly isFolded: boolean;
  /** Stands beside the name; 0: nothing does. */
  readonly count: number;
}): ReactNode {
  const words = useWords();
  const name = words.nav[place.name];
  return (
    <Link
      to={place.path}
      className={linkLooks}
      activeProps={{ className: "bg-sunk font-medium text-ink!", "aria-current": "page" }}
      {...(isFolded ? { title: name } : {})}
    >
      <Icon name={place.icon} />
      {isFolded ? <span className="sr-only">{name}</span> : name}
      <Count of={count} isFolded={isFolded} />
    </Link>
  );
}

/** A number beside a name; nothing for none. In the folded rail it is heard, and a dot is seen. */
function Count({
  of,
  isFolded = false,
}: {
  readonly of: number;
  readonly isFolded?: boolean;
}): ReactNode {
  if (of === 0) return null;
  return (
    <>
      {isFolded ? (
        <span aria-hidden className="absolute top-1.5 right-1.5 size-2 rounded-full bg-accent" />
      ) : null}
      <span
        className={classNames(
          "min-w-5 rounded-full bg-accent px-1.5 text-center text-label leading-5 font-medium text-on-accent",
          isFolded ? "sr-only" : "ml-auto",
        )}
      >
        <span className="sr-only">, </span>
        {of}
      </span>
    </>
  );
}

/** All places as a page, for phones. */
export function MorePage({ session }: { readonly session: Session }): ReactNode {
  const words = useWords();
  const notices = useNoticeCount(session.caller.role);
  return (
    <div className="flex flex-col gap-6 px-4 py-6">
      <h1 className="text-title font-[650]">{words.more}</h1>
      {groupsOf(session.caller.role).map(({ name, places }) => (
        <div key={name} className="flex flex-col">
          <p className="pb-1 text-label text-soft">{words.nav[name]}</p>
          {places.map((place) => (
            <Link
              key={place.path}
              to={place.path}
              className="flex min-h-12 items-center gap-3 border-b border-line text-ink no-underline"
            >
              <Icon name={place.icon} />
              {words.nav[place.name]}
              {place.path === "/notices" ? <Count of={notices} /> : null}
            </Link>
          ))}
        </div>
      ))}
      <Suspense>
        <AccountMenu session={session} isFolded={false} />
      </Suspense>
    </div>
  );
}
