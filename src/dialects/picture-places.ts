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

/** A picture, and by what it is told apart from the others: the innermost list element it stands in. */
interface RankedPicture extends FoundPicture {
  /** Path of that element. */
  readonly key: string;
  /** Rank of the element in its list, of that list's element in the list around it, and so on. */
  readonly order: readonly number[];
}

/**
 * The pictures and links at the places, in the answer's order. An image that stands at several
 * places (both base64 and a link) counts once; the place named first wins.
 */
export function findPictures(json: unknown, places: readonly string[]): readonly FoundPicture[] {
  const found: RankedPicture[] = [];
  for (const place of places) {
    walk(json, place.split("."), startOf(json), (value, at) => {
      if (!(value instanceof Picture || isLink(value))) return;
      if (found.some(({ key }) => key === at.key)) return;
      found.push({ source: value, item: at.item, key: at.key, order: at.order });
    });
  }
  return found.length < 2 ? found : found.toSorted((a, b) => compareOrder(a.order, b.order));
}

/** Where a walk is: its path, and the innermost list element on the way (or the document). */
interface Spot {
  /** Steps of the place that are behind it. */
  readonly depth: number;
  readonly path: string;
  readonly key: string;
  readonly item: unknown;
  readonly order: readonly number[];
}

function startOf(json: unknown): Spot {
  return { depth: 0, path: "", key: "", item: json, order: [] };
}

/** Shows every value at the place, in the document's order. */
function walk(
  value: unknown,
  steps: readonly string[],
  spot: Spot,
  show: (value: unknown, at: Spot) => void,
): void {
  const step = steps[spot.depth];
  if (step === undefined) {
    show(value, spot);
    return;
  }
  if (typeof value !== "object" || value === null || value instanceof Picture) return;
  const members = value as Readonly<Record<string, unknown>>;
  const depth = spot.depth + 1;
  if (step !== "*") {
    if (!Object.prototype.propertyIsEnumerable.call(value, step)) return;
    const { key, item, order } = spot;
    walk(members[step], steps, { depth, path: `${spot.path}.${step}`, key, item, order }, show);
    return;
  }
  let rank = 0;
  for (const name of Object.keys(value)) {
    const item = members[name];
    const key = `${spot.path}.${name}`;
    walk(item, steps, { depth, path: key, key, item, order: [...spot.order, rank] }, show);
    rank += 1;
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
export function valuesAt(json: unknown, place: string): readonly unknown[] {
  const values: unknown[] = [];
  walk(json, place.split("."), startOf(json), (value) => values.push(value));
  return values;
}

/** What came of the pictures of one answer. */
export interface TakenPictures {
  readonly taken: readonly TakenPicture[];
  /** Set where some could not be fetched: to be thrown once the others have been reported. */
  readonly failure: PromiseRejectedResult | undefined;
}

/** Pictures as they are and links fetched side by side, in order. */
export async function takePictures(
  found: readonly FoundPicture[],
  http: UpstreamHttp,
): Promise<TakenPictures> {
  const taken: TakenPicture[] = [];
  for (const { source, item } of found) {
    if (!(source instanceof Picture)) return fetchPictures(found, http);
    taken.push({ picture: source, index: taken.length, item });
  }
  return { taken, failure: undefined };
}

async function fetchPictures(
  found: readonly FoundPicture[],
  http: UpstreamHttp,
): Promise<TakenPictures> {
  const results = await Promise.allSettled(
    found.map(async ({ source }) => (source instanceof Picture ? source : http.download(source))),
  );
  const taken: TakenPicture[] = [];
  for (const [position, result] of results.entries()) {
    if (result.status === "rejected") continue;
    taken.push({ picture: result.value, index: taken.length, item: found[position]?.item });
  }
  return { taken, failure: results.find((result) => result.status === "rejected") };
}
