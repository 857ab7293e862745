import { Picture } from "../core/picture.ts";
import type { UpstreamHttp } from "../core/provider.ts";

/** What an answer says about one of its images: the image or where it is, and the object it stands in. */
export interface FoundPicture {
  readonly source: Picture | string;
  readonly item: unknown;
}

/** A picture that is there now, its place among those that are, and the object it stood in. */
export interface TakenPicture {
  readonly picture: Picture;
  readonly index: number;
  readonly item: unknown;
}

/**
 * The pictures and links at the places, in the answer's order. An image that stands at several
 * places (both base64 and a link) counts once; the place named first wins.
 */
export function findPictures(json: unknown, places: readonly string[]): FoundPicture[] {
  const byItem = new Map<string, FoundPicture & { readonly order: readonly number[] }>();
  for (const place of places) {
    for (const { value, item, key, order } of walk(json, place.split("."), root(json))) {
      if (byItem.has(key)) continue;
      if (value instanceof Picture || isLink(value))
        byItem.set(key, { source: value, item, order });
    }
  }
  return [...byItem.values()].toSorted((a, b) => compareOrder(a.order, b.order));
}

/** Where a walk is: the innermost list element on the way (or the document), its path and its rank. */
interface Spot {
  readonly path: readonly string[];
  readonly key: string;
  readonly item: unknown;
  readonly order: readonly number[];
}

function root(json: unknown): Spot {
  return { path: [], key: "", item: json, order: [] };
}

function* walk(
  value: unknown,
  steps: readonly string[],
  spot: Spot,
): Generator<Spot & { readonly value: unknown }, void, void> {
  const [step, ...rest] = steps;
  if (step === undefined) {
    yield { ...spot, value };
    return;
  }
  if (typeof value !== "object" || value === null || value instanceof Picture) return;
  for (const [rank, [name, child]] of Object.entries(value).entries()) {
    const path = [...spot.path, name];
    if (step === "*") {
      const order = [...spot.order, rank];
      yield* walk(child, rest, { path, key: path.join("."), item: child, order });
    } else if (step === name) {
      yield* walk(child, rest, { ...spot, path });
    }
  }
}

function compareOrder(a: readonly number[], b: readonly number[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? 0;
    if (left !== right) return left - right;
  }
  return 0;
}

function isLink(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value);
}

/** Every value at a place such as `choices.*.message.content`. */
export function* valuesAt(json: unknown, place: string): Generator<unknown, void, void> {
  for (const { value } of walk(json, place.split("."), root(json))) yield value;
}

/**
 * Pictures as they are and links fetched side by side, in order. What could be fetched is reported
 * before the first failure is thrown.
 */
export async function* takePictures(
  found: readonly FoundPicture[],
  http: UpstreamHttp,
): AsyncGenerator<TakenPicture, void, void> {
  const results = await Promise.allSettled(
    found.map(async ({ source }) => (source instanceof Picture ? source : http.download(source))),
  );
  let index = 0;
  for (const [position, result] of results.entries()) {
    if (result.status === "rejected") continue;
    yield { picture: result.value, index, item: found[position]?.item };
    index += 1;
  }
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}
