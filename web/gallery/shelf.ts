import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import {
  type GalleryPage,
  type GallerySearch,
  type Picture,
  askPage,
  galleryQuery,
  pictureQuery,
} from "./pictures.ts";

/** The pages of the gallery that have been read. */
export type Shelf = InfiniteData<GalleryPage>;

/** Every page with its pictures changed; the same value where nothing did. */
function mapPages(shelf: Shelf, change: (page: GalleryPage) => GalleryPage): Shelf {
  const pages = shelf.pages.map(change);
  return pages.every((page, at) => page === shelf.pages[at]) ? shelf : { ...shelf, pages };
}

/** The shelf with a picture as it is now. */
export function withPicture(shelf: Shelf, picture: Picture): Shelf {
  return mapPages(shelf, (page) => {
    const at = page.data.findIndex(({ id }) => id === picture.id);
    return at < 0 ? page : { ...page, data: page.data.with(at, picture) };
  });
}

/** The shelf without some pictures. */
export function withoutPictures(shelf: Shelf, ids: ReadonlySet<string>): Shelf {
  return mapPages(shelf, (page) => {
    const data = page.data.filter(({ id }) => !ids.has(id));
    return data.length === page.data.length ? page : { ...page, data };
  });
}

/** The shelf with what its first page is by now. Where more is new than a page holds, all begins again. */
export function withNewest(shelf: Shelf, first: GalleryPage): Shelf {
  const known = new Map(shelf.pages.flatMap(({ data }) => data.map((one) => [one.id, one])));
  const last = first.data.at(-1);
  if (known.size === 0 || !first.data.some(({ id }) => known.has(id)))
    return { pages: [first], pageParams: [""] };
  const now = new Map(first.data.map((one) => [one.id, one]));
  // What stands among the first ones in time and is not there any more is gone.
  const isLater = ({ created_at: at }: Picture): boolean =>
    first.has_more && last !== undefined && at <= last.created_at;
  const rest = mapPages(shelf, (page) => {
    const data = page.data.filter((one) => !now.has(one.id) && isLater(one));
    return data.length === page.data.length ? page : { ...page, data };
  });
  // Another URL would load a picture again that is there.
  const fresh = first.data.map((one) => {
    const before = known.get(one.id);
    return before?.saved === one.saved && before.expires_at === one.expires_at ? before : one;
  });
  const [head, ...others] = rest.pages;
  const hasMore = others.length > 0 || (head?.has_more ?? false);
  const begin = { ...first, data: [...fresh, ...(head?.data ?? [])], has_more: hasMore };
  return { ...shelf, pages: [begin, ...others] };
}

/** Puts what has come since into a gallery that was read before; one question, however many pages there are. What was changed here meanwhile is newer than the answer: it is asked again. */
export async function lookForNewest(queries: QueryClient, search: GallerySearch): Promise<void> {
  const { queryKey } = galleryQuery(search);
  for (;;) {
    const before = queries.getQueryData(queryKey);
    if (before === undefined) return;
    const first = await askPage(search, "");
    if (queries.getQueryData(queryKey) !== before) continue;
    queries.setQueryData(queryKey, withNewest(before, first));
    return;
  }
}

/** Puts a picture as it is now wherever it is shown. An answer that is on its way is older, and may have a URL that has ended. */
export async function putPicture(queries: QueryClient, picture: Picture): Promise<void> {
  await queries.cancelQueries({ queryKey: pictureQuery(picture.id).queryKey });
  queries.setQueriesData<Shelf>(
    { queryKey: ["gallery"] },
    (now) => now && withPicture(now, picture),
  );
  if (!picture.saved)
    queries.setQueriesData<Shelf>(
      { queryKey: ["gallery"], predicate: isOfKept },
      (now) => now && withoutPictures(now, new Set([picture.id])),
    );
  queries.setQueryData(pictureQuery(picture.id).queryKey, picture);
}

/** Galleries that are shown learn what is new and how much is kept; one of the kept ones that nobody looks at is read anew when somebody does. */
export async function lookAgain(queries: QueryClient): Promise<void> {
  queries.removeQueries({ queryKey: ["gallery"], type: "inactive", predicate: isOfKept });
  const shown = queries.getQueryCache().findAll({ queryKey: ["gallery"], type: "active" });
  await Promise.all(shown.map((query) => lookForNewest(queries, searchOf(query))));
}

function searchOf({ queryKey }: { readonly queryKey: readonly unknown[] }): GallerySearch {
  // The gallery's own key.
  return queryKey[1] as GallerySearch;
}

function isOfKept(query: { readonly queryKey: readonly unknown[] }): boolean {
  return searchOf(query).saved === 1;
}

/** Takes pictures out wherever they are shown. */
export function takeOut(queries: QueryClient, ids: ReadonlySet<string>): void {
  queries.setQueriesData<Shelf>(
    { queryKey: ["gallery"] },
    (now) => now && withoutPictures(now, ids),
  );
  for (const id of ids) queries.removeQueries({ queryKey: pictureQuery(id).queryKey });
  void queries.invalidateQueries({ queryKey: ["gallery-family"] });
}
