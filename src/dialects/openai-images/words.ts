import { type FittedRequest, type Size, sizeText } from "../../core/request.ts";
import type { OpenAiImagesQuirks } from "./quirks.ts";

/** A field's name at the server. */
export function renamed(quirks: OpenAiImagesQuirks, name: string): string {
  return Object.hasOwn(quirks.renames, name) ? (quirks.renames[name] ?? name) : name;
}

/** A value in the server's own word for it, where it has one. */
export function worded({ words }: OpenAiImagesQuirks, name: string, value: unknown): unknown {
  const own = Object.hasOwn(words, name) ? words[name] : undefined;
  const word = String(value);
  const isWord = typeof value !== "object" && own !== undefined && Object.hasOwn(own, word);
  return isWord ? own[word] : value;
}

/** A model that takes a ratio and a tier gets these instead of pixels. */
export function putSize(
  request: FittedRequest,
  quirks: OpenAiImagesQuirks,
  put: (wireName: string, value: unknown) => void,
): void {
  const { size, ratio, tier } = request;
  if (ratio !== undefined || tier !== undefined) {
    put(renamed(quirks, "aspect_ratio"), ratio);
    put(renamed(quirks, "resolution"), tier);
  } else if (size !== undefined) {
    const asked = size === "auto" ? size : sizeText(size);
    const word = worded(quirks, "size", asked);
    if (word !== asked) put(renamed(quirks, "size"), word);
    else if (quirks.size_form === "pair") putPair(size, quirks, put);
    else put(renamed(quirks, "size"), asked.replace("x", quirks.size_separator));
  }
}

/** The names on the wire of a size that is two numbers. */
export function pairNames(quirks: OpenAiImagesQuirks): readonly [width: string, height: string] {
  return [renamed(quirks, "width"), renamed(quirks, "height")];
}

/** A size as two numbers; `auto` leaves it to the upstream. */
function putPair(
  size: Size | "auto",
  quirks: OpenAiImagesQuirks,
  put: (wireName: string, value: unknown) => void,
): void {
  if (size === "auto") return;
  const [width, height] = pairNames(quirks);
  put(width, size.width);
  put(height, size.height);
}
