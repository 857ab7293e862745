import type { GenerateInput } from "../../core/provider.ts";
import { sizeText } from "../../core/request.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";

/** The request that words are read from. */
export type Asked = Pick<GenerateInput<unknown, unknown>, "request" | "model" | "card"> & {
  readonly options: Readonly<Record<string, string | number | boolean>>;
};

/** A word of one value: the request's field that it carries, and how it is read. */
interface Word {
  readonly field: string;
  readonly read: (asked: Asked) => WireJson;
}

const plain = (
  field:
    | "n"
    | "prompt"
    | "quality"
    | "style"
    | "background"
    | "output_format"
    | "output_compression"
    | "watermark"
    | "moderation"
    | "user",
): Word => ({ field, read: ({ request }) => request[field] });

/** A field of the contract that has no place of its own in a request. */
const further = (field: string): Word => ({
  field,
  read: ({ request }) => {
    const value = request.more[field];
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? value
      : undefined;
  },
});

/** Words of one value. */
const values: Readonly<Record<string, Word>> = {
  model: { field: "model", read: ({ model }) => model },
  prompt: plain("prompt"),
  n: plain("n"),
  size: {
    field: "size",
    read: (asked) => {
      const size = sizeToSend(asked);
      return size === undefined ? undefined : sizeText(size);
    },
  },
  width: { field: "size", read: (asked) => sizeToSend(asked)?.width },
  height: { field: "size", read: (asked) => sizeToSend(asked)?.height },
  ratio: { field: "size", read: ({ request }) => request.ratio },
  tier: { field: "size", read: ({ request }) => request.tier },
  quality: plain("quality"),
  style: plain("style"),
  background: plain("background"),
  output_format: plain("output_format"),
  output_compression: plain("output_compression"),
  watermark: plain("watermark"),
  moderation: plain("moderation"),
  user: plain("user"),
  seed: further("seed"),
  negative_prompt: further("negative_prompt"),
  aspect_ratio: further("aspect_ratio"),
  input_fidelity: further("input_fidelity"),
  complexity: further("complexity"),
  safety_identifier: further("safety_identifier"),
};

const pictureWords = ["image", "images", "mask"] as const;
const pictureForms = ["base64", "data_url", "file"] as const;

/** Words of pictures: `images.base64`, `mask.file`. */
const pictures: readonly string[] = pictureWords.flatMap((word) =>
  pictureForms.map((form) => `${word}.${form}`),
);

/** Words that are there inside a group which is repeated for each picture. */
export const eachWords: readonly string[] = ["each.base64", "each.data_url", "each.type"];

/** Every word but those of options. */
export const knownWords: readonly string[] = [...Object.keys(values), ...pictures];

export function isPictureWord(word: string): boolean {
  return pictures.includes(word) || word === "each.base64" || word === "each.data_url";
}

/** `option.steps`: the caller's `provider_options`. */
export function optionOf(word: string): string | undefined {
  return word.startsWith("option.") ? word.slice("option.".length) : undefined;
}

/** The request's field, under the contract's name, that a word carries. */
export function fieldOf(word: string): string | undefined {
  if (Object.hasOwn(values, word)) return values[word]?.field;
  if (word.startsWith("mask")) return "mask";
  return word.startsWith("image") ? "images" : undefined;
}

/** The value of a word in one request. A file is an encoded picture here; the form makes a file of it. */
export function valueOf(word: string, asked: Asked): WireJson {
  const option = optionOf(word);
  if (option !== undefined)
    return Object.hasOwn(asked.options, option) ? asked.options[option] : undefined;
  if (Object.hasOwn(values, word)) return values[word]?.read(asked);
  const [name, form] = word.split(".");
  const as = form === "data_url" ? "data_url" : "base64";
  const { images, mask } = asked.request;
  if (name === "mask") return mask === undefined ? undefined : new EncodedPicture(mask, as);
  const all = images.map((picture) => new EncodedPicture(picture, as));
  if (name === "images") return all.length === 0 ? undefined : all;
  return all[0];
}

/** Fields of the request that say something, under the contract's names. */
export function fieldsSaid({ request }: Asked): string[] {
  const { size, ratio, tier, images, mask, more, output_format: format } = request;
  const said: Readonly<Record<string, unknown>> = {
    size: ratio ?? tier ?? (size === "auto" ? undefined : size),
    images: images.length === 0 ? undefined : images,
    mask,
    quality: request.quality,
    style: request.style,
    background: request.background,
    output_format: format,
    output_compression: request.output_compression,
    watermark: request.watermark,
    moderation: request.moderation,
    user: request.user,
    ...more,
  };
  return Object.keys(said).filter((name) => said[name] !== undefined);
}
