import { damaged, setSize, type Draft, type Reader } from "./feed.ts";

const name = "GIF";
const extension = 0x21;
const graphicControl = 0xf9;
const application = 0xff;
const comment = 0xfe;
const image = 0x2c;
const trailer = 0x3b;

/** GIF89a: screen, blocks, trailer. Made by few upstreams; never decoded here. */
export function* readGif(draft: Draft): Reader {
  const screen = yield { take: 13 };
  setSize(draft, name, screen.readUInt16LE(6), screen.readUInt16LE(8));
  yield { skip: paletteBytes(screen.readUInt8(10)) };
  let frames = 0;
  for (;;) {
    const kind = (yield { take: 1, hold: true })[0] ?? 0;
    if (kind === trailer) {
      if (frames === 0) throw damaged(name, "no image data");
      return;
    }
    let isCut = false;
    if (kind === image) {
      frames += 1;
      draft.frames = frames;
      const descriptor = yield { take: 9 };
      // The palette, then one byte of code size.
      yield { skip: paletteBytes(descriptor.readUInt8(8)) + 1 };
    } else if (kind === extension) {
      const label = (yield { take: 1, hold: true })[0];
      if (label === graphicControl) {
        const control = yield { take: 2 };
        if ((control.readUInt8(1) & 1) === 1) draft.alpha = true;
        yield { skip: Math.max(0, control.readUInt8(0) - 1) };
      } else if (label === comment) isCut = true;
      else if (label === application) {
        const length = (yield { take: 1, hold: true })[0] ?? 0;
        const program = (yield { take: length, hold: true }).toString("latin1");
        isCut = wordPrograms.has(program);
        // A block of no length is the extension's end.
        if (length === 0) continue;
      }
    } else throw damaged(name, "an unknown block");
    yield* skipBlocks(isCut);
  }
}

/** Applications whose extensions are words: XMP, and ImageMagick's notes of Photoshop and IPTC. Whatever is not known here stays. */
const wordPrograms: ReadonlySet<string> = new Set(["XMP DataXMP", "MGK8BIM0000", "MGKIPTC0000"]);

function* skipBlocks(isCut: boolean): Reader {
  const cut = isCut ? ({ cut: true } as const) : {};
  for (;;) {
    const length = (yield { take: 1, ...cut })[0] ?? 0;
    if (length === 0) return;
    yield { skip: length, ...cut };
  }
}

function paletteBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1);
}
