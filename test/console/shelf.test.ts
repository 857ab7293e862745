import { QueryClient } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import {
  type GalleryPage,
  type Picture,
  galleryQuery,
  pictureQuery,
} from "../../web/gallery/pictures.ts";
import {
  type Shelf,
  lookForNewest,
  putPicture,
  withNewest,
  withPicture,
  withoutPictures,
} from "../../web/gallery/shelf.ts";

afterEach(() => void vi.unstubAllGlobals());

const picture = (id: string, at: number, change: Partial<Picture> = {}): Picture => ({
  id,
  request_id: id,
  index: 0,
  url: `/i/${id}?first`,
  width: 100,
  height: 100,
  colour: null,
  format: "png",
  byte_length: 10,
  prompt: id,
  model: "m",
  fields: {},
  made_from: [],
  created_at: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString(),
  saved: false,
  expires_at: null,
  ...change,
});
const page = (has_more: boolean, ...data: readonly Picture[]): GalleryPage => ({
  data,
  has_more,
  saved: { pictures: 0, bytes: 0, bytes_max: 1 },
});
const shelf: Shelf = {
  pages: [
    page(true, picture("d", 4), picture("c", 3)),
    page(false, picture("b", 2), picture("a", 1)),
  ],
  pageParams: ["", "c"],
};
const ids = ({ pages }: Shelf): string[] => pages.flatMap(({ data }) => data.map(({ id }) => id));

test("what is new comes first, what was deleted elsewhere goes, and what is there keeps its URL and is not loaded again", () => {
  const again = picture("d", 4, { url: "/i/d?second" });
  const now = withNewest(shelf, page(true, picture("f", 6), picture("e", 5), again));
  expect(ids(now)).toEqual(["f", "e", "d", "c", "b", "a"]);
  expect(now.pages[0]?.data[2]?.url).toBe("/i/d?first");
  expect(now.pages[1]).toBe(shelf.pages[1]);
  const without = withNewest(shelf, page(true, picture("e", 5), picture("b", 2)));
  expect(ids(without)).toEqual(["e", "b", "a"]);
  // The last of the first page shares its moment with the next one's first.
  const twins = withNewest(shelf, page(true, picture("d", 4), picture("c2", 3)));
  expect(ids(twins)).toEqual(["d", "c2", "c", "b", "a"]);
});

test("a gallery of which nothing is known any more begins again, and an empty one is empty", () => {
  const now = withNewest(shelf, page(true, picture("z", 99), picture("y", 98)));
  expect([ids(now), now.pageParams]).toEqual([["z", "y"], [""]]);
  expect(ids(withNewest(shelf, page(false)))).toEqual([]);
  const kept = picture("d", 4, { saved: true, url: "/i/d?second" });
  expect(withNewest(shelf, page(false, kept)).pages[0]?.data).toEqual([kept]);
});

test("one picture changes in its page alone, and pages that lose nothing stay the same values", () => {
  const now = withPicture(shelf, picture("a", 1, { saved: true }));
  expect(now.pages[0]).toBe(shelf.pages[0]);
  expect(now.pages[1]?.data[1]?.saved).toBe(true);
  expect(withPicture(shelf, picture("none", 1))).toBe(shelf);
  expect(ids(withoutPictures(shelf, new Set(["c", "a"])))).toEqual(["d", "b"]);
  expect(withoutPictures(shelf, new Set(["none"]))).toBe(shelf);
});

test("an answer that was on its way while a picture changed does not put the old one back, whose URL has ended", async () => {
  const queries = new QueryClient();
  const gallery = galleryQuery({}).queryKey;
  queries.setQueryData(gallery, shelf);
  const kept = picture("d", 4, { saved: true, url: "/i/copy" });
  const free = picture("d", 4, { url: "/i/d?second" });
  const answers: ((value: unknown) => void)[] = [];
  vi.stubGlobal("fetch", async () => {
    const value = await new Promise((resolve) => answers.push(resolve));
    return Response.json(value);
  });
  const looked = lookForNewest(queries, {});
  const shown = queries.fetchQuery(pictureQuery("d")).catch(() => undefined);
  await expect.poll(() => answers.length).toBe(2);
  await putPicture(queries, free);
  answers[0]?.(page(true, kept));
  answers[1]?.(kept);
  await shown;
  expect(queries.getQueryData(pictureQuery("d").queryKey)).toEqual(free);
  // The page is asked for once more.
  await expect.poll(() => answers.length).toBe(3);
  answers[2]?.(page(true, free));
  await looked;
  expect(queries.getQueryData(gallery)?.pages[0]?.data[0]).toEqual(free);
});
