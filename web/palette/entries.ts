import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { ask } from "../api/ask.ts";
import type { Role } from "../api/session.ts";
import { channelsQuery, testOf } from "../channels/channels.ts";
import { groupsOf } from "../frame/places.ts";
import { applyTheme } from "../frame/theme.ts";
import { languageNames, useLanguage } from "../language/language.tsx";
import { chooseModel } from "../playground/draft.ts";
import { keysQuery } from "../operate/keys/keys.ts";
import { modelsQuery } from "../playground/models.ts";
import type { IconName } from "../ui/icon.tsx";
import { usePaletteWords } from "./words.ts";

/** One line of the palette: what it is called, and what it does. */
export interface Entry {
  readonly id: string;
  readonly group: "pages" | "models" | "keys" | "requests" | "actions";
  readonly text: string;
  /** Further words by which it is found, shown beside it. */
  readonly note?: string;
  readonly icon: IconName;
  readonly run: () => void;
}

interface RecentRequest {
  readonly id: string;
  readonly model: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const recentMax = 6;

/** The lines of all that a role can open or do from anywhere. */
export function useEntries(role: Role, onSheet: () => void): readonly Entry[] {
  const router = useRouter();
  const go = (href: string): void => void router.navigate({ href });
  const places = groupsOf(role).flatMap((group) => group.places);
  const may = (path: string): boolean => places.some((place) => (place.path as string) === path);
  const { words } = useLanguage();
  const own = usePaletteWords();
  const pages = places.map(({ path, name, icon }): Entry => {
    return { id: path, group: "pages", text: words.nav[name], icon, run: () => go(path) };
  });
  const you = { id: "you", group: "pages", text: own.more, icon: "settings" } as const;
  return [
    ...pages,
    { ...you, run: () => go("/settings/you") },
    ...useDeeds(may, go, onSheet),
    ...useModelEntries(may("/make"), go),
    ...useKeyEntries(may("/keys"), go),
    ...useTestEntries(may("/channels")),
    ...useRecent(may("/requests"), go),
  ];
}

/** The deeds: appearance, language, and lists with a filter that is often wanted. */
function useDeeds(
  may: (path: string) => boolean,
  go: (href: string) => void,
  onSheet: () => void,
): Entry[] {
  const { choose } = useLanguage();
  const words = usePaletteWords().actions;
  const deed = (id: string, text: string, icon: IconName, run: () => void): Entry => {
    return { id, group: "actions", text, icon, run };
  };
  const lead = (path: string, href: string, text: string, icon: IconName): Entry[] =>
    may(path) ? [deed(href, text, icon, () => go(href))] : [];
  return [
    ...lead("/channels", "/channels/new", words.newChannel, "plus"),
    ...lead("/requests", "/requests?state=failed", words.failed, "alert"),
    ...lead("/gallery", "/gallery?saved=1", words.kept, "star"),
    deed("sheet", words.sheet, "info", onSheet),
    deed("light", words.light, "settings", () => applyTheme("light")),
    deed("dark", words.dark, "settings", () => applyTheme("dark")),
    deed("system", words.system, "settings", () => applyTheme("system")),
    ...Object.entries(languageNames).map(([tag, name]) =>
      deed(tag, words.language(name), "settings", () => choose(tag)),
    ),
    deed("docs", words.docs, "info", () => window.open("/docs", "_blank", "noopener")),
  ];
}

/** The models that the person may use: each begins the playground with it. */
function useModelEntries(isMaker: boolean, go: (href: string) => void): Entry[] {
  const models = useQuery({ ...modelsQuery, enabled: isMaker });
  return (models.data ?? []).map(({ id, owned_by: by }) => ({
    id: `model ${id}`,
    group: "models",
    text: id,
    note: by,
    icon: "playground",
    run() {
      chooseModel(id);
      // The page that is open holds its draft in memory.
      if (location.pathname === "/make") location.reload();
      else go("/make");
    },
  }));
}

/** The gateway keys by their names, for those who manage some: each leads to its row. */
function useKeyEntries(isManager: boolean, go: (href: string) => void): Entry[] {
  const { group } = usePaletteWords().key;
  const keys = useQuery({ ...keysQuery, enabled: isManager });
  return (keys.data ?? []).map(({ id, name, hint }) => ({
    id: `key ${id}`,
    group: "keys",
    text: name,
    note: group(hint),
    icon: "keys",
    run: () => go(`/keys?open=${encodeURIComponent(id)}`),
  }));
}

/** The tests of channels, for those who run them. */
function useTestEntries(isOperator: boolean): Entry[] {
  const { testChannel } = usePaletteWords().actions;
  const router = useRouter();
  const channels = useQuery({ ...channelsQuery, enabled: isOperator });
  return (channels.data ?? [])
    .filter(({ shadowed, fault }) => !shadowed && fault === null)
    .map(({ id }) => ({
      id: `test ${id}`,
      group: "actions",
      text: testChannel(id),
      icon: "channels",
      run: () => void router.navigate(testOf(id)),
    }));
}

/** The newest requests. */
function useRecent(mayWatch: boolean, go: (href: string) => void): Entry[] {
  const recent = useQuery({
    queryKey: ["recent-requests"],
    queryFn: ({ signal }) =>
      ask<{ readonly data: readonly RecentRequest[] }>(
        "GET",
        `/admin/v1/requests?limit=${recentMax}`,
        { signal },
      ),
    enabled: mayWatch,
  });
  return (recent.data?.data ?? []).map(({ id, model, fields }) => {
    const { prompt } = fields;
    return {
      id,
      group: "requests",
      text: typeof prompt === "string" && prompt !== "" ? prompt : model,
      note: id,
      icon: "requests",
      run: () => go(`/requests/${id}`),
    };
  });
}

/** The entries that have every typed word, those that begin with it first; an id of a request is one by itself. */
export function matching(
  entries: readonly Entry[],
  typed: string,
  byId: (id: string) => Entry | undefined,
): readonly Entry[] {
  const wanted = typed.trim().toLocaleLowerCase().split(/\s+/);
  const found = entries.filter(({ text, note }) => {
    const all = `${text} ${note ?? ""}`.toLocaleLowerCase();
    return wanted.every((word) => all.includes(word));
  });
  const id = /^req_\w+$/.exec(typed.trim())?.[0];
  const named = id === undefined ? undefined : byId(id);
  const others = found.filter((entry) => entry.id !== id);
  const first = wanted[0] ?? "";
  const begins = ({ text }: Entry): number => (text.toLocaleLowerCase().startsWith(first) ? 0 : 1);
  const rest =
    first === "" ? others.slice(0, shownMax) : others.toSorted((a, b) => begins(a) - begins(b));
  return named === undefined ? rest.slice(0, shownMax) : [named, ...rest.slice(0, shownMax)];
}

/** Lines that are shown at once; more words find the others. */
const shownMax = 40;
