import { accents, glyphs } from "./glyphs.ts";

/** One straight piece of a stroke in glyph units, from the start of the character. A dot starts and ends in one place. */
export type Stroke = readonly [x0: number, y0: number, x1: number, y1: number];

/** One character as people count them (an emoji with its modifiers is one). Glyph units. */
export interface Letter {
  readonly advance: number;
  readonly strokes: readonly Stroke[];
  readonly space: boolean;
  /** True for the box that stands for a character which the alphabet lacks. */
  readonly isBox: boolean;
}

/** White on both sides of a letter together, and the width of a space. */
const gap = 3;
const spaceWidth = 5.6;
/** Capitals' height and the step from line to line. */
export const capHeight = 14;
export const lineHeight = 25;

/** Reads the path language that glyphs.ts describes. */
function strokesOf(path: string): Stroke[] {
  const strokes: Stroke[] = [];
  const words = path.split(" ");
  let at = 0;
  let [penX, penY] = [0, 0];
  const next = () => Number(words[at++]);
  const lineTo = (x: number, y: number) => {
    strokes.push([penX, penY, x, y]);
    [penX, penY] = [x, y];
  };
  while (at < words.length) {
    const command = words[at++];
    if (command === "M") [penX, penY] = [next(), next()];
    else if (command === "L") lineTo(next(), next());
    else if (command === "D") {
      [penX, penY] = [next(), next()];
      lineTo(penX, penY);
    } else {
      const [cx, cy, rx, ry, from, to] = [next(), next(), next(), next(), next(), next()];
      const steps = Math.max(4, Math.ceil(Math.abs(to - from) / 12));
      for (let step = 0; step <= steps; step++) {
        const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180;
        const [x, y] = [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
        if (step === 0 && command === "A") [penX, penY] = [x, y];
        else lineTo(x, y);
      }
    }
  }
  return strokes;
}

/** The letter for a character that the alphabet lacks: a box, wider for what is wide in its own script. */
function box(character: string): Letter {
  const width = /[\u1100-\uffff]|\p{Emoji_Presentation}/u.test(character) ? 13 : 8;
  const path = `M 0 0 L ${width} 0 L ${width} 13 L 0 13 L 0 0 D ${width / 2} 6.5`;
  return { advance: width + gap, strokes: strokesOf(path), space: false, isBox: true };
}

function letterOf(character: string): Letter {
  if (/^\s/u.test(character))
    return { advance: spaceWidth, strokes: [], space: true, isBox: false };
  const [letter = "", ...marks] = character.normalize("NFD");
  const glyph = glyphs[letter];
  if (glyph === undefined || marks.some((mark) => accents[mark] === undefined))
    return box(character);
  const [width, path] = glyph;
  // An i gives up its dot to its accent.
  const dotless = marks.length > 0 && letter === "i" ? (glyphs["ı"]?.[1] ?? path) : path;
  const tall = /[A-Zbdfhklt]/.test(letter) ? 4.4 : 0;
  const strokes = strokesOf(dotless);
  for (const mark of marks) {
    const rise = mark === "\u0327" || mark === "\u0328" ? 10 : 10 + tall;
    for (const [x0, y0, x1, y1] of strokesOf(accents[mark] ?? "")) {
      strokes.push([x0 + width / 2, y0 + rise, x1 + width / 2, y1 + rise]);
    }
  }
  return { advance: width + gap, strokes, space: false, isBox: false };
}

/** Control characters and invisible marks have no picture. Runs of white space are one space. */
export function lettersOf(text: string): Letter[] {
  const known = new Map<string, Letter>();
  const letters: Letter[] = [];
  const visible = text.replace(/[\s\p{Cc}]+/gu, " ").replace(/[\p{Cf}\p{Cs}\p{Cn}]/gu, (mark) =>
    // A joiner is part of the emoji around it; the rest of these marks are invisible.
    mark === "\u200d" ? mark : "",
  );
  for (const { segment } of new Intl.Segmenter("en").segment(visible.trim())) {
    const letter = known.get(segment) ?? letterOf(segment);
    known.set(segment, letter);
    letters.push(letter);
  }
  return letters;
}

/** True where somebody can read it: a row of boxes, as of a script that the alphabet lacks, tells nobody anything. */
export function isLegible(letters: readonly Letter[]): boolean {
  const seen = letters.filter(({ space }) => !space);
  return seen.filter(({ isBox }) => isBox).length * 2 < seen.length;
}

export function widthOf(letters: readonly Letter[]): number {
  return letters.reduce((sum, letter) => sum + letter.advance, 0) - (letters.length > 0 ? gap : 0);
}

/**
 * Breaks into lines no wider than `widthMax` units, at spaces, inside a word only where it alone is
 * wider than a line. At most `linesMax` lines; `whole` says whether everything is in them.
 */
export function wrap(
  letters: readonly Letter[],
  widthMax: number,
  linesMax: number,
): { readonly lines: Letter[][]; readonly whole: boolean } {
  const lines: Letter[][] = [];
  let start = 0;
  while (start < letters.length) {
    if (lines.length === linesMax) return { lines: withEllipsis(lines, widthMax), whole: false };
    let width = 0;
    let end = start;
    let lastSpace = -1;
    for (; end < letters.length; end++) {
      const letter = letters[end];
      if (letter === undefined) break;
      if (letter.space) lastSpace = end;
      width += letter.advance;
      if (width - gap > widthMax && end > start && !letter.space) break;
    }
    if (end < letters.length && lastSpace > start) end = lastSpace;
    const line = letters.slice(start, end);
    while (line.at(-1)?.space === true) line.pop();
    lines.push(line);
    start = end;
    while (letters[start]?.space === true) start++;
  }
  return { lines, whole: true };
}

function withEllipsis(lines: Letter[][], widthMax: number): Letter[][] {
  const last = lines.at(-1) ?? [];
  const mark = letterOf("…");
  while (
    last.length > 1 &&
    (widthOf(last) + mark.advance > widthMax || last.at(-1)?.space === true)
  ) {
    last.pop();
  }
  last.push(mark);
  return lines;
}
