/** The address of the page of people: the list that is shown, its filter, and what stands open beside it. */
export interface PeopleSearch {
  readonly show?: string | undefined;
  readonly team?: string | undefined;
  readonly open?: string | undefined;
  /** Set while a new one is being made. */
  readonly new?: 1 | undefined;
}

/** The search parameters of the page of people. */
export function readPeopleSearch(search: Readonly<Record<string, unknown>>): PeopleSearch {
  const texts = (["show", "team", "open"] as const).flatMap((name) => {
    const value = search[name];
    // The router reads what looks like a number as one.
    return typeof value === "string" || typeof value === "number" ? [[name, String(value)]] : [];
  });
  const isNew = search["new"] === 1 ? { new: 1 } : {};
  return { ...(Object.fromEntries(texts) as PeopleSearch), ...isNew } as PeopleSearch;
}
