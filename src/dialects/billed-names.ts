import { PinholeError } from "../core/errors.ts";
import { Picture } from "../core/picture.ts";

/**
 * Words for the model, the number and the size of pictures, as servers name them: what is billed is said
 * by the request itself, and nothing that is passed on may say it again. Written as names are compared,
 * in lower case and without marks.
 */
const billedWords: ReadonlySet<string> = new Set([
  "model",
  "models",
  "modelid",
  "modelname",
  "modelversion",
  "modelkey",
  "engine",
  "engineid",
  "deployment",
  "deploymentid",
  "deploymentname",
  "route",
  "routes",
  "fallbacks",
  "n",
  "size",
  "sizes",
  "prompt",
  "prompts",
  "stream",
  "extrabody",
]);

/** A name without what servers ignore in it: case, `_`, `-`, spaces. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** Names as they are compared, for `namesBilled`. */
export function plainNames(names: Iterable<string>): ReadonlySet<string> {
  return new Set([...names].map(plainName));
}

/** True where a name, or a part of one such as `extra[model]`, is a word for what is billed or one of `further`. */
export function isBilledName(name: string, further: ReadonlySet<string>): boolean {
  return [name, ...name.split(/[[\].:]+/)].some((part) => {
    const plain = plainName(part);
    return billedWords.has(plain) || further.has(plain);
  });
}

/** The depth to which a value is looked into. What is nested deeper is refused: no server reads it there. */
const depthMax = 32;

/**
 * The place of the first name in a caller's field, or anywhere inside its value, that would change what
 * is billed; undefined where there is none.
 */
export function billedPlace(
  name: string,
  value: unknown,
  further: ReadonlySet<string>,
  depth = 0,
): string | undefined {
  if (isBilledName(name, further) || depth > depthMax) return name;
  if (typeof value !== "object" || value === null || value instanceof Picture) return undefined;
  // OpenAI's own options for SVG have a model, which is no image model.
  if (name === "svg" && depth === 0) return undefined;
  const isList = Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) {
    // A list's places are numbers, no names.
    const place = isList
      ? billedPlace("", inner, further, depth + 1)
      : billedPlace(key, inner, further, depth + 1);
    if (place !== undefined) return isList && place === "" ? name : `${name}.${place}`;
  }
  return undefined;
}

/** Throws unsupported_parameter where a text holds one of the tags, which some servers read further parameters out of. */
export function refusePromptTags(
  texts: Readonly<Record<string, unknown>>,
  tags: readonly string[],
): void {
  for (const [param, text] of Object.entries(texts)) {
    if (typeof text !== "string" || !text.includes("<")) continue;
    const tag = tags.find((one) => holdsTag(text, one));
    if (tag === undefined) continue;
    throw new PinholeError("invalid_value", {
      message: `\`${param}\` holds <${tag}>, out of which the server would read further parameters; remove the tag.`,
      param,
    });
  }
}

/** Throws invalid_value where a text holds what the pattern finds, which would load further files on the server. */
export function refuseNetworkTags(texts: Readonly<Record<string, unknown>>, pattern: RegExp): void {
  for (const [param, text] of Object.entries(texts)) {
    const tag = typeof text === "string" ? pattern.exec(text)?.[0] : undefined;
    if (tag === undefined) continue;
    throw new PinholeError("invalid_value", {
      message: `\`${param}\` holds ${tag.slice(0, 60)}, which would load an extra network on the server; remove the tag.`,
      param,
    });
  }
}

function holdsTag(text: string, tag: string): boolean {
  const literal = tag.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`<\s*/?\s*${literal}`, "iu").test(text);
}

/** Names under which other servers know n and size. A caller who sends one would change what is billed. */
export const otherNamesOfNAndSize = [
  "num_images",
  "num_outputs",
  "num_samples",
  "samples",
  "batch_size",
  "image_num",
  "image_count",
  "number_of_images",
  "sample_count",
  "batch_count",
  "n_iter",
  "count",
  "width",
  "height",
  "image_size",
  "resolution",
];
