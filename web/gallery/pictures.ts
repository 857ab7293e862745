import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";
import { isDay } from "./days.ts";

/** A picture of the person that rests with the gateway. */
export interface Picture {
  readonly id: string;
  readonly request_id: string;
  readonly index: number;
  /** Signed anew at each look; with `&w=` a small one. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** The average colour as `#rrggbb`; null: it is not known yet. */
  readonly colour: string | null;
  readonly format: string;
  readonly byte_length: number;
  readonly prompt: string;
  readonly model: string;
  readonly seed?: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Ids of the pictures that it was made from. */
  readonly made_from: readonly string[];
  readonly created_at: string;
  readonly saved: boolean;
  readonly expires_at: string | null;
}

/** The pictures that one was made from, the oldest step first, and those that were made from it. */
export interface Family {
  /** `picture` is null where it has expired or was deleted. */
  readonly ancestors: readonly (readonly {
    readonly id: string;
    readonly picture: Picture | null;
  }[])[];
  readonly descendants: readonly Picture[];
}

/** The filter of the gallery, as it stands in the address. */
export interface GallerySearch {
  readonly q?: string;
  readonly model?: string;
  readonly saved?: 1;
  /** Days, as the person has them: 2026-11-27. */
  readonly from?: string;
  readonly to?: string;
}

/** A page of the gallery, and what of it is kept. */
export interface GalleryPage {
  readonly data: readonly Picture[];
  readonly has_more: boolean;
  readonly saved: {
    readonly pictures: number;
    readonly bytes: number;
    readonly bytes_max: number;
  };
}

/** The gallery of the person who is signed in. */
export const galleryPath = "/console/v1/gallery";
const pageSize = 200;
const dayMs = 24 * 60 * 60_000;
/** The time for which a gallery that was left is as it was when somebody comes back. */
const keptMs = 30 * 60_000;

/** The filter as the gateway reads it: days are those of this browser. */
function questionOf({ q, model, saved, from, to }: GallerySearch): URLSearchParams {
  const question = new URLSearchParams({ limit: String(pageSize) });
  if (q !== undefined) question.set("q", q);
  if (model !== undefined) question.set("model", model);
  if (saved === 1) question.set("saved", "true");
  // An address may have been written by hand.
  if (from !== undefined && isDay(from)) question.set("from", String(startOf(from)));
  if (to !== undefined && isDay(to)) question.set("to", String(endOf(to)));
  return question;
}

function startOf(day: string): number {
  return new Date(`${day}T00:00:00`).getTime();
}

/** The beginning of the next day: where clocks change, a day has not 24 hours. */
function endOf(day: string): number {
  const next = new Date(startOf(day) + dayMs * 1.25);
  return next.setHours(0, 0, 0, 0);
}

/** A page of the pictures that a filter wants; `before`: the last one of the page before. */
export function askPage(
  search: GallerySearch,
  before: string,
  signal?: AbortSignal,
): Promise<GalleryPage> {
  const question = questionOf(search);
  if (before !== "") question.set("before", before);
  return ask("GET", `${galleryPath}?${question}`, signal === undefined ? {} : { signal });
}

/** All pictures that a filter wants, page by page. What changes is changed in place (`shelf.ts`): nobody reads fifty pages again for a star. */
export const galleryQuery = (search: GallerySearch) =>
  infiniteQueryOptions({
    queryKey: ["gallery", search],
    initialPageParam: "",
    staleTime: Infinity,
    gcTime: keptMs,
    queryFn: ({ pageParam, signal }) => askPage(search, pageParam, signal),
    getNextPageParam: ({ has_more }: GalleryPage, pages: readonly GalleryPage[]) =>
      // All of the last page may have been deleted since.
      has_more ? (pages.findLast(({ data }) => data.length > 0)?.data.at(-1)?.id ?? "") : undefined,
  });

export const pictureQuery = (id: string) =>
  queryOptions({
    queryKey: ["gallery-picture", id],
    queryFn: () => ask<Picture>("GET", `${galleryPath}/${id}`),
  });

export const familyQuery = (id: string) =>
  queryOptions({
    queryKey: ["gallery-family", id],
    queryFn: () => ask<Family>("GET", `${galleryPath}/${id}/family`),
  });

/** Keeps a picture, or lets it expire. */
export const setSaved = (id: string, saved: boolean): Promise<Picture> =>
  ask(saved ? "PUT" : "DELETE", `${galleryPath}/${id}/saved`);

/** Deletes a picture; true where it is gone. It is sent also where the page is closed meanwhile. */
export async function deletePicture(id: string): Promise<boolean> {
  const options = { method: "DELETE", keepalive: true, credentials: "same-origin" } as const;
  const answer = await fetch(`${galleryPath}/${id}`, options).catch(() => undefined);
  return answer?.ok === true || answer?.status === 404;
}
