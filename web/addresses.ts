import { isDay } from "./gallery/days.ts";
import { type PanelSearch, readPanelSearch } from "./operate/addresses.ts";
import type { GallerySearch } from "./gallery/pictures.ts";

type Words = Readonly<Record<string, unknown>>;

/** The text of a search parameter; undefined where it is none. The router reads what looks like a number as one. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return text === "" ? undefined : text;
}

function withoutGaps<T extends object>(search: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/** The address of the playground. */
export interface MakeSearch {
  /** The model that is chosen. */
  readonly model?: string;
  /** Pictures of the gallery that the draft takes in: ids with commas between. */
  readonly from?: string;
  /** Models that are compared, with commas between. */
  readonly compare?: string;
  /** Set while the mask of the first picture is painted. */
  readonly mask?: 1;
}

/** The search parameters of the playground's address. */
export function readMakeSearch({ model, from, compare, mask }: Words): MakeSearch {
  return withoutGaps({
    model: textOf(model),
    from: textOf(from),
    compare: textOf(compare),
    ...(mask === 1 ? { mask } : {}),
  }) as MakeSearch;
}

/**
 * The search parameters of the gallery's address. Favourites are what is kept. The router leaves what is not named here as it
 * was written, so what is no filter is named as nothing.
 */
export function readGallerySearch(search: Words): GallerySearch {
  const { q, model, saved, fav } = search;
  const isSaved = saved === 1 || fav === 1;
  const read = {
    ...withoutGaps({ q: textOf(q), model: textOf(model), ...(isSaved ? { saved: 1 } : {}) }),
    ...("from" in search ? { from: dayOfAddress(search["from"]) } : {}),
    ...("to" in search ? { to: dayOfAddress(search["to"]) } : {}),
    ...("fav" in search ? { fav: undefined } : {}),
  };
  return read as GallerySearch;
}

function dayOfAddress(value: unknown): string | undefined {
  return typeof value === "string" && isDay(value) ? value : undefined;
}

/** The address of the list of models: what is looked for in it, and the alias that stands open beside it. */
export interface ModelsSearch extends PanelSearch {
  readonly q?: string | undefined;
}

/** The search parameters of the list of models. */
export function readModelsSearch(search: Words): ModelsSearch {
  return withoutGaps({ ...readPanelSearch(search), q: textOf(search["q"]) });
}
