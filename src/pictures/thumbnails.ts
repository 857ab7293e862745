import { PinholeError } from "../core/errors.ts";
import { type Bytes, Picture, type PictureSpool, outputFormats } from "../core/picture.ts";
import { type ColourBook, averageColour } from "./average.ts";
import type { Converter } from "./convert.ts";
import { createProbe } from "./probe.ts";

/** A picture in a store, as far as a small one of it needs. */
export interface StoredPicture extends Pick<Bytes, "byteLength" | "chunks"> {
  readonly id: string;
  readonly format: string;
}

/** Small pictures of stored ones, made when somebody asks and kept for the next who does. */
export interface Thumbnails {
  /**
   * A WebP of this width, upright; undefined where the picture is no wider, or cannot be made smaller: it is then shown
   * itself.
   */
  thumbnail(stored: StoredPicture, width: number): Promise<Buffer | undefined>;
}

/** Bytes of small pictures that are kept: some 1,500 of 320 pixels. */
const keptBytesMax = 32 * 1024 * 1024;
/** Of a picture that is read at all. */
const pictureBytesMax = 64 * 1024 * 1024;
const quality = 80;

/** The spool of work that writes nothing into one; small pictures wait behind each other and before nobody. */
const noSpool: PictureSpool = {
  owner: "thumbnails",
  begin() {
    throw new Error("a thumbnail is never spooled");
  },
  dispose() {},
};

/** Makes none before it is asked. The colours of the pictures fall off and are written into the book. */
export function createThumbnails(
  converter: Pick<Converter, "read">,
  colours: ColourBook,
): Thumbnails {
  const kept = new KeptThumbnails(converter, colours);
  return { thumbnail: (stored, width) => kept.of(stored, width) };
}

/** Reads the average colour of a stored picture into the book, for those of which no small one is made. */
export async function readColour(
  converter: Pick<Converter, "read">,
  colours: ColourBook,
  stored: StoredPicture,
): Promise<void> {
  colours.set(stored.id, await colourOf(converter, stored));
}

async function colourOf(
  converter: Pick<Converter, "read">,
  stored: StoredPicture,
): Promise<string | undefined> {
  if (!isReadable(stored)) return undefined;
  try {
    const picture = await probed(stored);
    return await converter.read(picture, noSpool, { format: undefined }, averageColour);
  } catch (thrown) {
    if (thrown instanceof PinholeError) return undefined;
    throw thrown;
  }
}

class KeptThumbnails {
  readonly #converter: Pick<Converter, "read">;
  readonly #colours: ColourBook;
  /** In the order of their last use. */
  readonly #kept = new Map<string, Buffer>();
  readonly #making = new Map<string, Promise<Buffer | undefined>>();
  #keptBytes = 0;

  constructor(converter: Pick<Converter, "read">, colours: ColourBook) {
    this.#converter = converter;
    this.#colours = colours;
  }

  of(stored: StoredPicture, width: number): Promise<Buffer | undefined> {
    const name = `${width} ${stored.id}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) {
      this.#kept.delete(name);
      this.#kept.set(name, kept);
      return Promise.resolve(kept);
    }
    const running = this.#making.get(name);
    if (running !== undefined) return running;
    const making = this.#make(stored, width)
      .then((made) => this.#keep(name, made))
      .finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  async #make(stored: StoredPicture, width: number): Promise<Buffer | undefined> {
    if (!isReadable(stored)) return undefined;
    try {
      const picture = await probed(stored);
      const isTurned = picture.orientation >= 5;
      if ((isTurned ? picture.height : picture.width) <= width) {
        if (this.#colours.get(stored.id) === undefined)
          await readColour(this.#converter, this.#colours, stored);
        return undefined;
      }
      return await this.#converter.read(
        picture,
        noSpool,
        { format: undefined },
        async (image, open) => {
          const small = await image.resize({ width }).webp({ quality }).toBuffer();
          if (this.#colours.get(stored.id) === undefined)
            this.#colours.set(stored.id, await averageColour(open(small)));
          return small;
        },
      );
    } catch (thrown) {
      // Whatever is in the way, such as a long queue: the picture itself is there.
      if (thrown instanceof PinholeError) return undefined;
      throw thrown;
    }
  }

  #keep(name: string, made: Buffer | undefined): Buffer | undefined {
    if (made === undefined) return undefined;
    this.#kept.set(name, made);
    this.#keptBytes += made.length;
    for (const [oldest, bytes] of this.#kept) {
      if (this.#keptBytes <= keptBytesMax) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes.length;
    }
    return made;
  }
}

/** True for what is decoded at all. */
function isReadable({ format, byteLength }: StoredPicture): boolean {
  return outputFormats.some((one) => one === format) && byteLength <= pictureBytesMax;
}

/** The picture with the facts that its bytes tell. */
async function probed(stored: StoredPicture): Promise<Picture> {
  const { byteLength } = stored;
  const chunks = stored.chunks.bind(stored);
  const probe = createProbe();
  for await (const chunk of chunks(0, undefined, true)) probe.write(chunk);
  return new Picture({ byteLength, path: undefined, chunks }, probe.end());
}
