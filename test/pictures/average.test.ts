import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { averageColour, ColourBook } from "../../src/pictures/average.ts";

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

const red: Colour = [255, 0, 0, 255];
const blue: Colour = [0, 0, 255, 255];
const nothing: Colour = [0, 255, 0, 0];
const [width, height] = [160, 120];

/** A PNG whose right half is of another colour. */
function halves(left: Colour, right: Colour): Sharp {
  const pixels = Array.from({ length: width * height }, (_, at) =>
    at % width < width / 2 ? left : right,
  );
  return sharp(Uint8Array.from(pixels.flat()), { raw: { width, height, channels: 4 } }).png();
}

async function colourOf(picture: Sharp): Promise<string | undefined> {
  return averageColour(sharp(await picture.toBuffer()));
}

test("the average is of all that is opaque, of grey pictures too, and of what is transparent there is none", async () => {
  expect(await colourOf(halves(red, red))).toBe("#ff0000");
  expect(await colourOf(halves(red, blue))).toMatch(/^#(7f|80)00(7f|80)$/);
  expect(await colourOf(halves(blue, nothing))).toBe("#0000ff");
  expect(await colourOf(halves(nothing, nothing))).toBeUndefined();
  expect(
    await colourOf(
      sharp(await halves(red, red).toBuffer())
        .greyscale()
        .png(),
    ),
  ).toMatch(/^#(..)\1\1$/);
});

test("the book of colours forgets the oldest, and knows what has none", () => {
  const book = new ColourBook();
  for (let at = 0; at < 10_001; at += 1) book.set(`picture-${at}`, "#102030");
  expect(book.get("picture-0")).toBeUndefined();
  expect(book.get("picture-1")).toBe("#102030");
  book.set("drawing", undefined);
  expect([book.get("drawing"), book.has("drawing"), book.has(null)]).toEqual([null, false, false]);
});
