import { Picture } from "../core/picture.ts";
import type { UpstreamHttp } from "../core/provider.ts";

/** One of an answer's images: the image itself or its link, and the object that it stands in. */
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
 * The pictures and links at the places, in the answer's order, at most `max` of them. An image that stands
 * at several places (both base64 and a link) counts once; the place named first wins.
 */
export function findPictures(
  json: unknown,
  places: readonly string[],
  max = Number.POSITIVE_INFINITY,
): readonly FoundPicture[] {
  return picturesAt(json, places, max, isLink);
}

/** As `findPictures`, and where the places hold none, at the first of the usual ones that does. */
export function findAnyPictures(
  json: unknown,
  places: readonly string[],
  max: number,
): readonly FoundPicture[] {
  const found = findPictures(json, places, max);
  if (found.length > 0) return found;
  for (const place of usualPlaces) {
    const usual = picturesAt(json, [place], max, isPictureLink);
    if (usual.length > 0) return usual;
  }
  return found;
}

function picturesAt(
  json: unknown,
  places: readonly string[],
  max: number,
  isLinkHere: (value: unknown) => value is string,
): readonly FoundPicture[] {
  const found = new Map<string, RankedPicture>();
  for (const place of places) {
    // The first of each place are enough: what they leave out stands behind them in the answer too.
    let count = 0;
    walk(json, place.split("."), startOf(json), (there, at) => {
      const value = typeof there === "string" ? there.trim() : there;
      if (!(value instanceof Picture || isLinkHere(value)) || found.has(at.key)) return true;
      found.set(at.key, { source: value, item: at.item, key: at.key, order: at.order });
      count += 1;
      return count < max;
    });
  }
  const all = [...found.values()];
  if (all.length < 2) return all;
  return all.toSorted((a, b) => compareOrder(a.order, b.order)).slice(0, max);
}

/**
 * Places where image servers of all kinds put pictures, the most usual first: OpenAI's shape under other
 * names, lists of images, job results, Gemini's and Stability's shapes, chat's messages. Looked at only
 * where a server's own places hold none, since a made picture has been paid for wherever it stands.
 */
const usualPlaces: readonly string[] = [
  ...[
    "b64_json",
    "url",
    "image_url",
    "image_url.url",
    "image",
    "image_base64",
    "base64",
    "b64",
  ].map((name) => `data.*.${name}`),
  "data.*",
  ...["b64_json", "url", "image_url", "image", "image_urls.*", "images.*", "images.*.url"].map(
    (name) => `data.${name}`,
  ),
  ...["url", "b64_json", "image_url", "image", "base64"].map((name) => `images.*.${name}`),
  "images.*",
  "output.*.url",
  "output.*",
  "output.images.*",
  "output.images.*.url",
  "output.url",
  "output",
  "output.results.*.url",
  "output.choices.*.message.content.*.image",
  "result.*.url",
  "result.*",
  "result.images.*",
  "result.images.*.url",
  "result.data.*.b64_json",
  "result.data.*.url",
  "result.image",
  "result.url",
  "result",
  "artifacts.*.base64",
  "predictions.*.bytesBase64Encoded",
  "candidates.*.content.parts.*.inlineData.data",
  "candidates.*.content.parts.*.inline_data.data",
  "choices.*.message.images.*.image_url.url",
  "choices.*.message.content.*.image_url.url",
  "b64_json",
  "image_url",
  "image",
  "image_base64",
  "image_urls.*",
  "urls.*",
  "url",
];

const liftedByPlaces = new WeakMap<readonly string[], readonly string[]>();

/** The places at which base64 has to be lifted out of an answer, so that `findAnyPictures` finds it. */
export function placesToLift(places: readonly string[]): readonly string[] {
  const known = liftedByPlaces.get(places);
  if (known !== undefined) return known;
  const lifted = [...new Set([...places, ...usualPlaces])];
  liftedByPlaces.set(places, lifted);
  return lifted;
}

/** The spot that a walk has come to: its path, and the innermost list element on the way (or the document). */
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

/** Shows every value at the place, in the document's order, until `show` has seen enough. False: it has. */
function walk(
  value: unknown,
  steps: readonly string[],
  spot: Spot,
  show: (value: unknown, at: Spot) => boolean,
): boolean {
  const step = steps[spot.depth];
  if (step === undefined) return show(value, spot);
  if (typeof value !== "object" || value === null || value instanceof Picture) return true;
  const members = value as Readonly<Record<string, unknown>>;
  const depth = spot.depth + 1;
  if (step !== "*") {
    if (!Object.prototype.propertyIsEnumerable.call(value, step)) return true;
    const { key, item, order } = spot;
    const at = { depth, path: `${spot.path}.${step}`, key, item, order };
    return walk(members[step], steps, at, show);
  }
  let rank = 0;
  for (const name of Object.keys(value)) {
    const item = members[name];
    const key = `${spot.path}.${name}`;
    const at = { depth, path: key, key, item, order: [...spot.order, rank] };
    if (!walk(item, steps, at, show)) return false;
    rank += 1;
  }
  return true;
}

function compareOrder(a: readonly number[], b: readonly number[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? 0;
    if (left !== right) return left - right;
  }
  return 0;
}

/** A string at a place of pictures: an address, with or without a scheme and a host. */
function isLink(value: unknown): value is string {
  return (
    typeof value === "string" &&
    (/^https?:\/\//i.test(value) || /^\.{0,2}\/\S+$/.test(value) || relativeLink.test(value))
  );
}

/** `outputs/a`, `cdn.example/a.png`, `a.png`: a word alone is none. */
const relativeLink = /^[\w%.~-]+((\/[\w%.~@:+,=-]+)+|\.\w{3,4})(\?\S*)?$/;

/** A string at a place that may hold other things too: it has to look like a picture's address. */
function isPictureLink(value: unknown): value is string {
  return (
    isLink(value) &&
    (/^https?:\/\//i.test(value) || /\.(png|jpe?g|webp|gif|svg)(\?\S*)?$/i.test(value))
  );
}

/** Every value at a place such as `choices.*.message.content`. */
export function valuesAt(json: unknown, place: string): readonly unknown[] {
  const values: unknown[] = [];
  walk(json, place.split("."), startOf(json), (value) => values.push(value) > 0);
  return values;
}

/** The pictures of one answer, as far as they could be had. */
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
