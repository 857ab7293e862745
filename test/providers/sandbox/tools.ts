import sharp from "sharp";
import { Picture, wholeBytes, type OutputFormat, type Raster } from "../../../src/core/picture.ts";
import type { ProviderEvent, ProviderTools } from "../../../src/core/provider.ts";
import type { FittedRequest } from "../../../src/core/request.ts";
import provider from "../../../src/providers/sandbox/index.ts";

const refuse = (): never => {
  throw new Error("the sandbox must not call anything");
};

/** A file's bytes as a picture. */
export async function pictureFrom(bytes: Buffer): Promise<Picture> {
  const facts = await sharp(bytes).metadata();
  const format = facts.format;
  if (format !== "png" && format !== "jpeg" && format !== "webp") throw new Error(`got ${format}`);
  return new Picture(
    {
      byteLength: bytes.length,
      path: undefined,
      async *chunks() {
        yield bytes;
      },
    },
    {
      format,
      width: facts.width,
      height: facts.height,
      alpha: facts.hasAlpha,
      frames: 1,
      orientation: 1,
    },
  );
}

export async function encode(
  { width, height, rgba }: Raster,
  format: OutputFormat = "png",
  compression = 100,
): Promise<Picture> {
  const image = sharp(rgba, { raw: { width, height, channels: 4 } });
  if (format === "png") return pictureFrom(await image.png({ compressionLevel: 1 }).toBuffer());
  const options = { quality: Math.max(1, compression) };
  return pictureFrom(
    await (
      format === "jpeg" ? image.flatten({ background: "#fff" }).jpeg(options) : image.webp(options)
    ).toBuffer(),
  );
}

export async function decode(picture: Picture): Promise<Raster> {
  const { data, info } = await sharp(await wholeBytes(picture.bytes, 1e9))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: data };
}

export interface Run {
  readonly model?: string;
  readonly request?: Partial<FittedRequest>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Called instead of waiting. */
  readonly onSleep?: (ms: number) => void;
}

/** Everything one call reports, in order, with its waits skipped. Ends as the call ends. */
export async function* run(what: Run): AsyncGenerator<ProviderEvent> {
  const tools: ProviderTools = {
    http: { call: refuse, events: refuse, refusal: refuse, download: refuse },
    poll: refuse,
    alongside: refuse,
    sleep: async (ms) => what.onSleep?.(ms),
    socket: refuse,
    chance: { uuid: refuse, below: refuse },
    raster: { decode, encode },
  };
  yield* provider.generate({
    ...tools,
    request: {
      operation: "generation",
      prompt: "a fox in the snow",
      n: 1,
      size: { width: 160, height: 120 },
      stream: false,
      partial_images: 0,
      images: [],
      more: {},
      ...what.request,
    },
    model: what.model ?? "sandbox",
    card: undefined,
    settings: provider.settings.parse(what.settings ?? {}),
    options: provider.options.parse(what.options ?? {}),
  });
}

export async function events(what: Run): Promise<ProviderEvent[]> {
  const all: ProviderEvent[] = [];
  for await (const event of run(what)) all.push(event);
  return all;
}

/** The decoded pictures of one call. */
export async function pictures(what: Run): Promise<Raster[]> {
  const made = (await events(what)).flatMap((event) => ("picture" in event ? [event.picture] : []));
  return Promise.all(made.map(decode));
}

/** The one picture of a call that makes one. */
export async function picture(what: Run): Promise<Raster> {
  const [only] = await pictures(what);
  if (only === undefined) throw new Error("no picture was made");
  return only;
}

/** Share of pixels that differ in any channel, 0 to 1. */
export function difference(one: Raster, two: Raster): number {
  let differing = 0;
  for (let at = 0; at < one.rgba.length; at += 4) {
    if ([0, 1, 2, 3].some((channel) => one.rgba[at + channel] !== two.rgba[at + channel])) {
      differing++;
    }
  }
  return differing / (one.rgba.length / 4);
}
