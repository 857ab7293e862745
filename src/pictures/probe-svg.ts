import { damaged, setSize, type Draft, type Feed } from "./feed.ts";

/** Bytes in which the root element's attributes must stand. */
const headBytesMax = 65_536;
const tailBytes = 64;

/** The size that browsers give a picture that says none. Pixels. */
const defaultSize = { width: 300, height: 150 };

/**
 * SVG, which few upstreams make and which is never rendered here: the root's size, and that the
 * text ends. Its size is fixed once the root element has been read.
 */
export function createSvgFeed(draft: Draft, put?: (bytes: Buffer) => void): Feed {
  let head = "";
  let tail = "";
  return {
    write(chunk) {
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      put?.(text);
      const lastBytes = text.toString("latin1", Math.max(0, text.length - tailBytes));
      tail = (tail + lastBytes).slice(-tailBytes);
      if (draft.width !== 0) return;
      head += text.toString("latin1", 0, headBytesMax - head.length);
      const root = rootElement(head);
      if (root !== undefined) readRoot(draft, root);
      else if (head.length >= headBytesMax) throw damaged("SVG", "no root element");
    },
    done: () => draft.width !== 0 && /(<\/svg|\/)\s*>\s*(<!--[^<>]*-->\s*)?$/.test(tail),
    trailingBytes: () => 0,
    isChanged: () => false,
    sure: () => Number.POSITIVE_INFINITY,
  };
}

function rootElement(text: string): string | undefined {
  const start = text.search(/<svg[\s/>]/);
  if (start < 0) return undefined;
  const end = text.indexOf(">", start);
  return end < 0 ? undefined : text.slice(start, end + 1);
}

function readRoot(draft: Draft, root: string): void {
  const width = length(root, "width");
  const height = length(root, "height");
  const box = /\sviewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(root);
  const boxSize =
    box === null
      ? defaultSize
      : { width: Math.round(Number(box[1])), height: Math.round(Number(box[2])) };
  setSize(draft, "SVG", width ?? boxSize.width, height ?? boxSize.height);
  draft.alpha = true;
}

/** A length in pixels; relative ones say nothing about pixels. */
function length(root: string, attribute: string): number | undefined {
  const match = new RegExp(
    `\\s${attribute}\\s*=\\s*["']\\s*(\\d{1,7}(?:\\.\\d+)?)(?:px)?\\s*["']`,
  ).exec(root);
  return match === null ? undefined : Math.round(Number(match[1]));
}
