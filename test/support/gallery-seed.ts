import { mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { openDiskBlobs } from "../../src/blobs/disk/disk.ts";
import type { BlobStore } from "../../src/blobs/types.ts";
import { type Bytes, Picture } from "../../src/core/picture.ts";
import { openStore } from "../../src/store/open.ts";

/** A picture that can be put away as often as wanted. */
export interface SeedPicture {
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  readonly webp: Buffer;
}

/** A few pictures of one colour each, in several proportions. */
export function plainPictures(): Promise<SeedPicture[]> {
  const sizes = [
    [96, 64],
    [64, 64],
    [64, 96],
  ] as const;
  const colours = ["#b4451f", "#1f6f54", "#2b5c8a", "#54419c"];
  return Promise.all(
    colours.flatMap((background) =>
      sizes.map(async ([width, height]) => ({
        prompt: `A sheet of ${background}`,
        width,
        height,
        webp: await sharp({ create: { width, height, channels: 3, background } })
          .webp()
          .toBuffer(),
      })),
    ),
  );
}

/** Bytes that are in memory. */
function bytesOf(buffer: Buffer): Bytes {
  return {
    byteLength: buffer.length,
    path: undefined,
    async *chunks(start = 0, end = buffer.length) {
      yield buffer.subarray(start, end);
    },
  };
}

/** The images of a gateway's folder, opened beside no gateway. */
export async function openSeedBlobs(folder: string, now: number): Promise<BlobStore> {
  const directory = join(folder, "data/images");
  await mkdir(directory, { recursive: true });
  return openDiskBlobs({ directory, quotaBytes: undefined, now: () => now, statfs });
}

/** Puts a picture away; `until` in Unix milliseconds. */
export async function putSeed(
  blobs: BlobStore,
  blobId: string,
  { width, height, webp }: SeedPicture,
  until: number,
): Promise<void> {
  const facts = { format: "webp", width, height, alpha: false, frames: 1, orientation: 1 } as const;
  await blobs.put(blobId, new Picture(bytesOf(webp), facts), until);
}

const savedUntil = Date.UTC(4000, 0, 1);
const monthMs = 30 * 86_400_000;

/** Fills the gallery of a person with pictures that they have kept, evenly over the last month, in the folder of a gateway that does not run. The newest is number 0, as its prompt says. */
export async function fillGallery(
  folder: string,
  personId: string,
  pictures: readonly SeedPicture[],
  count: number,
  now: number,
): Promise<void> {
  const store = await openStore({
    url: `sqlite:${join(folder, "data/pinhole.db")}`,
    now: () => now,
  });
  const blobs = await openSeedBlobs(folder, now);
  for (let from = 0; from < count; from += 200)
    await Promise.all(
      Array.from({ length: Math.min(200, count - from) }, async (_, place) => {
        const at = from + place;
        const picture = pictures[at % pictures.length];
        if (picture === undefined) throw new Error("there are pictures");
        const number = String(at).padStart(6, "0");
        const blobId = `seed0000000000000000${number}`;
        await putSeed(blobs, blobId, picture, savedUntil);
        const createdAt = now - Math.floor((at * monthMs) / count);
        const prompt = `${picture.prompt}, ${at}`;
        await store.gallery.save(
          {
            requestId: `req_01kept${number}`,
            index: 0,
            personId,
            blobId,
            format: "webp",
            width: picture.width,
            height: picture.height,
            byteLength: picture.webp.length,
            model: "sandbox-fast",
            fields: JSON.stringify({ prompt, size: `${picture.width}x${picture.height}` }),
            seed: String(at),
            createdAt,
            savedAt: createdAt,
            until: savedUntil,
            words: prompt.toLowerCase(),
          },
          1e12,
        );
      }),
    );
  await store.close();
}
