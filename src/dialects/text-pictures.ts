import { Picture } from "../core/picture.ts";
import { type FoundPicture, valuesAt } from "./picture-places.ts";

/** Places of texts in which models answer that show pictures among their words: chat's and the Responses API's. */
export const usualTexts: readonly string[] = [
  "choices.*.message.content",
  "choices.*.message.content.*.text",
  "output.*.content.*.text",
];

/**
 * Pictures that texts hold, at most `max`: data URLs, which the egress has lifted, and links in Markdown
 * or HTML. Only where there are none, plain links count: first those that end as a picture's does.
 */
export function picturesInTexts(
  json: unknown,
  places: readonly string[],
  max: number,
): readonly FoundPicture[] {
  const pieces = places.flatMap((place) => valuesAt(json, place)).flat();
  const texts = pieces.filter((piece) => typeof piece === "string");
  const shown = pieces.flatMap((piece: unknown): readonly (Picture | string)[] => {
    if (piece instanceof Picture) return [piece];
    return typeof piece === "string" ? shownLinks(piece) : [];
  });
  const found = shown.length > 0 ? shown : plainLinks(texts);
  return [...new Set(found)].slice(0, max).map((source) => ({ source, item: undefined }));
}

/** `![alt](address "title")`, also with the address in angle brackets or with one pair of brackets inside. */
const markdownImage =
  /!\[[^\]]{0,1000}\]\(\s{0,20}(?:<([^<>\n]{1,4000})>|((?:[^\s()<>]|\([^\s()<>]{0,200}\)){1,4000}))/g;

/** `![alt][name]`, whose address stands elsewhere: `[name]: address`. */
const markdownReference = /!\[([^\]]{0,1000})\]\[([^\]]{0,200})\]/g;
const markdownDefinition = /^ {0,3}\[([^\]]{1,200})\]:[ \t]{0,20}<?([^\s<>]{1,4000})/gm;

/** `<img … src="address">`, quoted or not. */
const htmlImage =
  /<img\b(?:[^>"']|"[^"]{0,2000}"|'[^']{0,2000}'){0,2000}?(?<![\w-])src\s{0,20}=\s{0,20}(?:"([^"]{1,4000})"|'([^']{1,4000})'|([^\s"'>]{1,4000}))/gi;

/** Links that a text shows as pictures, in its order. */
function shownLinks(text: string): string[] {
  const found: { readonly at: number; readonly link: string }[] = [];
  const take = (at: number, link: string | undefined): void => {
    if (link !== undefined && isFetchable(link)) found.push({ at, link });
  };
  for (const match of text.matchAll(markdownImage)) take(match.index, match[1] ?? match[2]);
  for (const match of text.matchAll(htmlImage)) {
    take(match.index, unescapeHtml(match[1] ?? match[2] ?? match[3] ?? ""));
  }
  const references = [...text.matchAll(markdownReference)];
  if (references.length > 0) {
    const named = new Map(
      [...text.matchAll(markdownDefinition)].map(([, name = "", link]) => [
        name.toLowerCase(),
        link,
      ]),
    );
    for (const { index, 1: alt = "", 2: name = "" } of references) {
      take(index, named.get((name === "" ? alt : name).toLowerCase()));
    }
  }
  return found.toSorted((a, b) => a.at - b.at).map(({ link }) => link);
}

/** With http or https, or without a scheme. */
function isFetchable(link: string): boolean {
  return /^https?:\/\//i.test(link) || !/^(#|[a-z][a-z0-9+.-]*:)/i.test(link);
}

function unescapeHtml(text: string): string {
  return text
    .trim()
    .replaceAll(/&(?:amp|#38|#x26);/gi, "&")
    .replaceAll(/&(?:quot|#34|#x22);/gi, '"')
    .replaceAll(/&(?:#39|#x27|apos);/gi, "'");
}

const bareLink = /https?:\/\/[^\s<>"'`\\^{}|]{1,4000}/gi;

function plainLinks(texts: readonly string[]): readonly string[] {
  const links = texts
    .flatMap((text) => [...text.matchAll(bareLink)].map(([link]) => trimmed(link)))
    .filter((link) => URL.canParse(link));
  const pictures = links.filter((link) =>
    /\.(png|jpe?g|webp|gif|svg)$/i.test(new URL(link).pathname),
  );
  return pictures.length > 0 ? pictures : links;
}

/** Without what ends a sentence or closes brackets around the link: `(see https://a.example/b.png).` */
function trimmed(link: string): string {
  let end = link.replace(/[.,;:!?*_~、。，；：！？）】」]+$/u, "");
  while (/[)\]]$/.test(end) && unbalanced(end)) end = end.slice(0, -1).replace(/[.,;:!?*_~]+$/, "");
  return end;
}

function unbalanced(link: string): boolean {
  const count = (mark: string): number => link.split(mark).length;
  return link.endsWith(")") ? count(")") > count("(") : count("]") > count("[");
}
