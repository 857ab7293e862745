import type { z } from "zod";
import type { Picture } from "../../core/picture.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";

/** A JSON value whose texts may hold words in braces. */
export type Template = z.core.util.JSONType;

/** Gives the value of a word in one request; undefined where the request does not say. */
export type Resolve = (word: string) => WireJson;

/** A text's piece: written as it is, or a word, with what stands for it where the request does not say. */
type Piece = string | { readonly word: string; readonly fallback: string | undefined };

const wordPattern = /\{([^{}|]*)(?:\|([^{}]*))?\}/g;

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(wordPattern)) {
    if (match.index > end) pieces.push(text.slice(end, match.index));
    pieces.push({ word: match[1] ?? "", fallback: match[2] });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}

function isGroup(template: Template): template is Record<string, Template> {
  return typeof template === "object" && template !== null && !Array.isArray(template);
}

/** A word in a template: where, and whether other text stands beside it. */
export interface WordUse {
  readonly word: string;
  /** Steps below the template. */
  readonly path: readonly (string | number)[];
  readonly inText: boolean;
  /** True: inside a group that is repeated for each picture. */
  readonly inEach: boolean;
  /** True: the list that such a group is repeated for. */
  readonly isEach: boolean;
}

/** Every word that a template uses. */
export function wordsIn(
  template: Template,
  path: readonly (string | number)[] = [],
  inEach = false,
): WordUse[] {
  if (typeof template === "string") {
    const pieces = piecesOf(template);
    return pieces.flatMap((piece) =>
      typeof piece === "string"
        ? []
        : [{ word: piece.word, path, inText: pieces.length > 1, inEach, isEach: false }],
    );
  }
  if (Array.isArray(template))
    return template.flatMap((one, index) => wordsIn(one, [...path, index], inEach));
  if (!isGroup(template)) return [];
  const { $each: list, $word: named, ...rest } = template;
  const own = [list, named].flatMap((word, index) =>
    typeof word === "string" ? [{ word, path, inText: false, inEach, isEach: index === 0 }] : [],
  );
  const inner = Object.entries(rest).filter(([name]) => !name.startsWith("$"));
  return [
    ...own,
    ...inner.flatMap(([name, one]) => wordsIn(one, [...path, name], inEach || list !== undefined)),
  ];
}

/**
 * The template with its words filled in. A member whose word has no value is left out; so is a group
 * or list that nothing is left of.
 */
export function fill(template: Template, resolve: Resolve): WireJson {
  if (typeof template === "string") return fillText(template, resolve);
  if (Array.isArray(template)) {
    const filled = template.flatMap((one) => fillElement(one, resolve));
    return filled.length === 0 && template.length > 0 ? undefined : filled;
  }
  if (!isGroup(template)) return template;
  const { $word: word } = template;
  if (typeof word === "string") return translated(word, template, resolve);
  const entries = Object.entries(template).flatMap(([name, one]) => {
    const value = fill(one, resolve);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (entries.length === 0 && Object.keys(template).length > 0) return undefined;
  return Object.fromEntries(entries);
}

function fillText(text: string, resolve: Resolve): WireJson {
  const pieces = piecesOf(text);
  const [only] = pieces;
  if (pieces.length === 1 && typeof only === "object")
    return resolve(only.word) ?? typed(only.fallback);
  let whole = "";
  for (const piece of pieces) {
    const value = typeof piece === "string" ? piece : (resolve(piece.word) ?? piece.fallback);
    if (value === undefined || typeof value === "object") return undefined;
    whole += String(value);
  }
  return whole;
}

/** A fallback is text, unless it spells a number or true or false. */
function typed(fallback: string | undefined): WireJson {
  if (fallback === "true" || fallback === "false") return fallback === "true";
  if (fallback !== undefined && /^-?\d{1,15}(\.\d{1,9})?$/.test(fallback)) return Number(fallback);
  return fallback;
}

/** A list's element: a list that a word stands for is put in its place, and a group with `$each` comes once for each picture. */
function fillElement(template: Template, resolve: Resolve): WireJson[] {
  if (isGroup(template) && typeof template["$each"] === "string") {
    const { $each: list, ...rest } = template;
    return picturesOf(resolve(`${list}.file`)).map((picture) =>
      fill(rest, (word) => {
        if (word === "each.base64") return new EncodedPicture(picture, "base64");
        if (word === "each.data_url") return new EncodedPicture(picture, "data_url");
        return word === "each.type" ? `image/${picture.format}` : resolve(word);
      }),
    );
  }
  const value = fill(template, resolve);
  if (value === undefined) return [];
  if (typeof template !== "string" || !Array.isArray(value)) return [value];
  // What a word stands for is JSON, and so are a list's elements.
  return value as readonly WireJson[] as WireJson[];
}

/** `{ $word: quality, low: draft, high: fine, $else: normal }`: a word's value in the upstream's own words. */
function translated(
  word: string,
  template: Readonly<Record<string, Template>>,
  resolve: Resolve,
): WireJson {
  const value = resolve(word);
  const name = typeof value === "object" ? "" : String(value);
  if (value !== undefined && !name.startsWith("$") && Object.hasOwn(template, name))
    return fill(template[name] ?? null, resolve);
  const { $else: other } = template;
  return other === undefined ? value : fill(other, resolve);
}

/** Pictures that `resolve` gives for `images.file`: files are no JSON, so they travel as pictures encoded in some way. */
function picturesOf(value: WireJson): Picture[] {
  const list: readonly WireJson[] = Array.isArray(value) ? value : [value];
  return list.flatMap((one) => (one instanceof EncodedPicture ? [one.picture] : []));
}
