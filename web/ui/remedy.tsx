import { useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { sessionQuery } from "../api/session.ts";
import { type Place, type PlacePath, groupsOf } from "../frame/places.ts";
import { useWords } from "../language/language.tsx";
import { buttonLooks } from "./button.tsx";

/** Pages on which a fault is mended, by its code; the first one that a role may see is the remedy. */
const pagesOf: Readonly<Record<string, readonly string[]>> = {
  budget_exceeded: ["/budgets", "/keys"],
  model_not_allowed: ["/keys"],
  rate_limit_exceeded: ["/keys"],
  upstream_credentials: ["/channels"],
  upstream_refused_credentials: ["/channels"],
  no_channel_available: ["/channels"],
  model_not_found: ["/channels"],
  upstream_timeout: ["/channels"],
  upstream_failed: ["/channels"],
  storage_full: ["/settings", "/gallery"],
  storage_unavailable: ["/settings"],
  no_price: ["/models", "/channels"],
};

/** The code whose remedy is this one's: channels fail in more ways than there are remedies. */
function knownCode(code: string): string {
  return code in pagesOf || !code.startsWith("upstream_") ? code : "upstream_failed";
}

/** The remedy's page, where there is one that the signed-in person may see, and whether others have to do it. */
function usePage(code: string): { readonly page: Place | undefined; readonly isOfOthers: boolean } {
  const role = useQueryClient().getQueryData(sessionQuery.queryKey)?.caller.role;
  const places = role === undefined ? [] : groupsOf(role).flatMap((group) => group.places);
  const pages = pagesOf[code] ?? [];
  const page = pages
    .map((path) => places.find((place) => (place.path as string) === path))
    .find((place) => place !== undefined);
  const runsAll = role === "owner" || role === "admin";
  return { page, isOfOthers: pages.length > 0 && page === undefined && !runsAll };
}

/** The sentence that says what to do about a fault, and who can do it; nothing where there is none. */
export function Remedy({ code }: { readonly code: string }): ReactNode {
  const { remedies, remedyOfOthers } = useWords().problems;
  const known = knownCode(code);
  const { isOfOthers } = usePage(known);
  const sentence = remedies[known];
  if (sentence === undefined) return null;
  return <p className="pt-1">{isOfOthers ? `${sentence} ${remedyOfOthers}` : sentence}</p>;
}

/** The things that a fault is of, so that its remedy leads to them and not only to their list. */
export interface FaultOf {
  readonly key?: string | undefined;
  readonly channel?: string | undefined;
  readonly model?: string | undefined;
  /** The kind and the id of what has the budget. */
  readonly budget?: string | undefined;
}

/** The way to the page that mends a fault; nothing where there is none that the person may see. */
export function RemedyLink({
  code,
  of = {},
}: {
  readonly code: string;
  readonly of?: FaultOf;
}): ReactNode {
  const words = useWords();
  const { page } = usePage(knownCode(code));
  if (page === undefined) return null;
  return (
    <Link {...wayTo(page.path, of)} className={buttonLooks()}>
      {words.problems.goTo(words.nav[page.name])}
    </Link>
  );
}

function wayTo(path: PlacePath, { key, channel, model, budget }: FaultOf): LinkProps {
  if (path === "/channels" && channel !== undefined)
    return { to: "/channels/$id", params: { id: channel } };
  if (path === "/models" && model !== undefined)
    return { to: "/models/$name", params: { name: model } };
  if (path === "/keys" && key !== undefined) return { to: path, search: { open: key } };
  if (path === "/budgets" && budget !== undefined) return { to: path, search: { open: budget } };
  return { to: path };
}
