/** The address of a page of a list: the part that is shown, and what stands open beside it. */
export interface PanelSearch {
  readonly show?: string | undefined;
  readonly open?: string | undefined;
  /** Set while a new one is being made. */
  readonly new?: 1 | undefined;
  /** Set while also what nobody has chosen is shown. */
  readonly all?: 1 | undefined;
}

/** The address of the page of people, whose users may be those of one team. */
export interface PeopleSearch extends PanelSearch {
  readonly team?: string | undefined;
}

/** The search parameters of these pages. */
export function readPeopleSearch(search: Readonly<Record<string, unknown>>): PeopleSearch {
  const texts = (["show", "team", "open"] as const).flatMap((name) => {
    const value = search[name];
    // The router reads what looks like a number as one.
    return typeof value === "string" || typeof value === "number" ? [[name, String(value)]] : [];
  });
  const isNew = search["new"] === 1 ? { new: 1 } : {};
  const isAll = search["all"] === 1 ? { all: 1 } : {};
  return { ...(Object.fromEntries(texts) as PeopleSearch), ...isNew, ...isAll } as PeopleSearch;
}

export function readPanelSearch(search: Readonly<Record<string, unknown>>): PanelSearch {
  const { team: _, ...panel } = readPeopleSearch(search);
  return panel;
}
