import { PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import type { OpenBlob } from "../../blobs/types.ts";
import type { GalleryFilter, GalleryOwner, GalleryPicture } from "../../store/gallery-records.ts";
import { type LeftPictures, leftPictures } from "./left-pictures.ts";
import { type GalleryFamily, readFamily } from "./gallery-family.ts";
import { type GalleryView, galleryView, placeOf, seedOf, wordsOf } from "./gallery-view.ts";
import type { RequestParts } from "./parts.ts";

/** Pictures of people that rest with the gateway: those that expire, and those that they have saved. */
export interface Gallery extends LeftPictures {
  /** The newest first. `saved`: only those, or only the others. */
  page(owner: GalleryOwner, question: GalleryQuestion): Promise<GalleryPage>;
  /** Throws not_found. */
  find(owner: GalleryOwner, id: string): Promise<GalleryView>;
  /** The pictures that it was made from, and those that were made from it. Throws not_found. */
  family(owner: GalleryOwner, id: string): Promise<GalleryFamily>;
  /** Gives a picture a copy that does not expire. Throws not_found, result_expired, storage_full, and conflict where the person's quota is full. */
  save(owner: GalleryOwner, id: string): Promise<GalleryView>;
  /** Lets a saved picture expire as it would have; throws conflict where it has. */
  unsave(owner: GalleryOwner, id: string): Promise<GalleryView>;
  /** Deletes it, saved or not. Throws not_found. */
  remove(owner: GalleryOwner, id: string): Promise<void>;
  /** The bytes of a picture. Throws not_found, result_expired. */
  open(owner: GalleryOwner, id: string): Promise<OpenBlob>;
  /** The sum of what the person has saved, and of what they may. */
  standing(owner: Pick<GalleryOwner, "personId">): Promise<GalleryStanding>;
}

/** A look at a person's pictures. */
export interface GalleryQuestion extends Omit<GalleryFilter, "after"> {
  readonly saved?: boolean | undefined;
  readonly limit: number;
  /** The id of the last picture of the page before. */
  readonly before?: string | undefined;
}

export interface GalleryPage {
  readonly pictures: readonly GalleryView[];
  readonly hasMore: boolean;
}

export interface GalleryStanding {
  readonly saved: number;
  readonly savedBytes: number;
  readonly savedBytesMax: number;
}

/** The end of a saved picture: the year 4000, which both kinds of store can write. */
const savedUntil = Date.UTC(4000, 0, 1);
/** Rows that are read at once where most may not be wanted. */
const readAtOnce = 500;

type GalleryParts = Pick<
  RequestParts,
  | "store"
  | "blobs"
  | "kept"
  | "now"
  | "newBlobId"
  | "signer"
  | "images"
  | "registry"
  | "nodes"
  | "colours"
>;

/** The gallery of all people. `savedBytesMax`: of one person's saved pictures. */
export function createGallery(parts: GalleryParts, savedBytesMax: number): Gallery {
  const view = (picture: GalleryPicture): GalleryView => {
    const { colour = parts.colours.known(picture.blobId) } = picture;
    return galleryView(parts, { ...picture, colour });
  };
  const found = async (owner: GalleryOwner, id: string) => {
    const { requestId, index } = placeOf(id);
    // A page that was told of a picture may ask for it before its record is written.
    const run = parts.registry.get(requestId);
    if (run?.over() === true) await run.written();
    const both = await parts.store.gallery.find(owner, requestId, index, parts.now());
    const picture = both.saved ?? both.expiring;
    if (picture === undefined)
      throw new PinholeError("not_found", {
        message: "There is no such picture: it has expired, was deleted, or is another person's.",
      });
    return { ...both, picture };
  };
  const open = async ({ blobId }: GalleryPicture): Promise<OpenBlob> => {
    const blob = await parts.blobs.open(blobId);
    if (blob !== undefined) return blob;
    throw new PinholeError("result_expired", { message: "This picture has expired." });
  };
  return {
    ...leftPictures(parts, savedBytesMax),
    page: (owner, question) => readPage(parts, owner, question, view),
    find: async (owner, id) => view((await found(owner, id)).picture),
    family: async (owner, id) =>
      readFamily(parts, owner, view((await found(owner, id)).picture), view),
    async save(owner, id) {
      const { saved, picture } = await found(owner, id);
      if (saved !== undefined) return view(saved);
      return view(await savePicture(parts, owner, picture, await open(picture), savedBytesMax));
    },
    async unsave(owner, id) {
      const { saved, expiring } = await found(owner, id);
      if (saved === undefined && expiring !== undefined) return view(expiring);
      if (expiring === undefined)
        throw new PinholeError("conflict", {
          message: "Unless it is kept this picture has expired: delete it instead.",
        });
      await dropSaved(parts, owner, expiring);
      return view(expiring);
    },
    async remove(owner, id) {
      const { expiring, picture } = await found(owner, id);
      await dropSaved(parts, owner, picture);
      if (expiring === undefined) return;
      await parts.store.gallery.forget(owner, expiring.requestId, expiring.index);
      await parts.kept.remove(expiring.blobId);
    },
    open: async (owner, id) => open((await found(owner, id)).picture),
    async standing({ personId }) {
      const { count, bytes } = await parts.store.gallery.sums(personId);
      return { saved: count, savedBytes: bytes, savedBytesMax };
    },
  };
}

/** Both kinds of pictures in one order, as far as the question wants them. */
async function readPage(
  { store, now, colours }: GalleryParts,
  owner: GalleryOwner,
  { saved, limit, before, ...filter }: GalleryQuestion,
  view: (picture: GalleryPicture) => GalleryView,
): Promise<GalleryPage> {
  const after = before === undefined ? undefined : await placeBefore(store, owner, before, now());
  const wanted = { ...filter, after };
  const [kept, expiring] = await Promise.all([
    saved === false ? [] : store.gallery.saved(owner, wanted, limit + 1),
    saved === true ? [] : expiringPictures(store, owner, wanted, limit + 1, now()),
  ]);
  const merged = [...kept, ...expiring].toSorted(newestFirst);
  const shown = merged.slice(0, limit);
  colours.looked(shown);
  return { pictures: shown.map(view), hasMore: merged.length > limit };
}

/** The place of the page before's last picture, which may have gone since: then its request's time is as good. */
async function placeBefore(
  store: GalleryParts["store"],
  owner: GalleryOwner,
  before: string,
  now: number,
): Promise<GalleryFilter["after"]> {
  const { requestId, index } = placeOf(before);
  const { saved, expiring } = await store.gallery.find(owner, requestId, index, now);
  const known = saved ?? expiring ?? (await store.requests.get(requestId));
  if (known !== undefined) return { createdAt: known.createdAt, requestId, index };
  throw new PinholeError("invalid_value", {
    message: "`before` names no picture of this gallery any more; begin again without it.",
    param: "before",
  });
}

/** Pictures that expire whose words are wanted; their prompts stand in JSON that no database looks into. */
async function expiringPictures(
  store: GalleryParts["store"],
  owner: GalleryOwner,
  filter: GalleryFilter,
  limit: number,
  now: number,
): Promise<GalleryPicture[]> {
  const { words = "" } = filter;
  if (words === "") return store.gallery.expiring(owner, filter, limit, now);
  const found: GalleryPicture[] = [];
  let { after } = filter;
  for (;;) {
    const rows = await store.gallery.expiring(owner, { ...filter, after }, readAtOnce, now);
    found.push(...rows.filter(({ fields }) => wordsOf(fields).includes(words)));
    after = rows.at(-1);
    if (found.length >= limit || rows.length < readAtOnce) return found.slice(0, limit);
  }
}

/** The order of the databases: time, request, place; the greater first. */
function newestFirst(a: GalleryPicture, b: GalleryPicture): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt;
  if (a.requestId !== b.requestId) return a.requestId < b.requestId ? 1 : -1;
  return b.index - a.index;
}

async function savePicture(
  parts: GalleryParts,
  { personId }: GalleryOwner,
  expiring: GalleryPicture,
  blob: OpenBlob,
  bytesMax: number,
): Promise<GalleryPicture> {
  const { width, height } = expiring;
  const { format, byteLength } = blob;
  await parts.kept.ensureRoom(byteLength, true);
  const bytes = {
    byteLength,
    path: undefined,
    chunks: blob.chunks.bind(blob),
    reader: blob.reader.bind(blob),
  };
  const facts = { format, width, height, alpha: false, frames: 1, orientation: 1 };
  const picture = new Picture(bytes, facts);
  const blobId = parts.blobs.place(parts.newBlobId(), picture, savedUntil, true);
  await parts.blobs.put(blobId, picture, savedUntil);
  const saved = {
    ...expiring,
    personId,
    blobId,
    byteLength,
    seed: seedOf(expiring),
    until: savedUntil,
    savedAt: parts.now(),
    words: wordsOf(expiring.fields),
  };
  const outcome = await parts.store.gallery.save(saved, bytesMax);
  if (outcome !== "saved") await parts.blobs.remove(blobId);
  if (outcome !== "full") return saved;
  const gigabytes = (bytesMax / 1e9).toLocaleString("en", { maximumFractionDigits: 2 });
  throw new PinholeError("conflict", {
    message: `The pictures that you keep may take ${gigabytes} GB, and they do; delete some that you need no more, or ask who runs this gateway for more (images.saved_quota).`,
  });
}

async function dropSaved(
  { store, blobs }: GalleryParts,
  { personId }: GalleryOwner,
  { requestId, index }: Pick<GalleryPicture, "requestId" | "index">,
): Promise<void> {
  const blobId = await store.gallery.remove(personId, requestId, index);
  if (blobId !== undefined) await blobs.remove(blobId);
}
