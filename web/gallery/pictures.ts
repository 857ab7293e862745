import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";

/** A picture of the person that rests with the gateway. */
export interface Picture {
  readonly id: string;
  readonly request_id: string;
  readonly index: number;
  /** Signed anew at each look; with `&w=` a small one. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly byte_length: number;
  readonly prompt: string;
  readonly model: string;
  readonly seed?: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly created_at: string;
  readonly saved: boolean;
  readonly expires_at: string | null;
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

interface Page {
  readonly data: readonly Picture[];
  readonly has_more: boolean;
  readonly saved: {
    readonly pictures: number;
    readonly bytes: number;
    readonly bytes_max: number;
  };
}

const path = "/console/v1/gallery";
const pageSize = 200;
const dayMs = 24 * 60 * 60_000;

/** The filter as the gateway reads it: days are those of this browser. */
function questionOf({ q, model, saved, from, to }: GallerySearch): URLSearchParams {
  const question = new URLSearchParams({ limit: String(pageSize) });
  if (q !== undefined) question.set("q", q);
  if (model !== undefined) question.set("model", model);
  if (saved === 1) question.set("saved", "true");
  if (from !== undefined) question.set("from", String(startOf(from)));
  if (to !== undefined) question.set("to", String(startOf(to) + dayMs));
  return question;
}

function startOf(day: string): number {
  return new Date(`${day}T00:00:00`).getTime();
}

/** All pictures that a filter wants, page by page. */
export const galleryQuery = (search: GallerySearch) =>
  infiniteQueryOptions({
    queryKey: ["gallery", search],
    initialPageParam: "",
    queryFn({ pageParam, signal }) {
      const question = questionOf(search);
      if (pageParam !== "") question.set("before", pageParam);
      return ask<Page>("GET", `${path}?${question}`, { signal });
    },
    getNextPageParam: ({ data, has_more }: Page) => (has_more ? data.at(-1)?.id : undefined),
  });

export const pictureQuery = (id: string) =>
  queryOptions({
    queryKey: ["gallery-picture", id],
    queryFn: () => ask<Picture>("GET", `${path}/${id}`),
  });

/** Keeps a picture, or lets it expire. */
export const setSaved = (id: string, saved: boolean): Promise<Picture> =>
  ask(saved ? "PUT" : "DELETE", `${path}/${id}/saved`);

/** Deletes a picture. It is sent also where the page is closed meanwhile. */
export async function deletePicture(id: string): Promise<void> {
  await fetch(`${path}/${id}`, { method: "DELETE", keepalive: true, credentials: "same-origin" });
}

/** Downloads pictures as one archive. */
export async function downloadZip(ids: readonly string[]): Promise<void> {
  const answer = await fetch(`${path}/zip`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ids }),
    credentials: "same-origin",
  });
  if (!answer.ok) {
    const { error } = (await answer.json()) as { error: { message: string } };
    throw new Error(error.message);
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = "pinhole.zip";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
