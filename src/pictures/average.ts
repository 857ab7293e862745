import type { Sharp } from "sharp";

/** The edge of the small picture whose pixels are counted, so that large ones are decoded no further than they have to be. */
const edge = 16;

/** The average colour of a picture as `#rrggbb`, what is transparent left out; undefined: all of it is. */
export async function averageColour(image: Sharp): Promise<string | undefined> {
  const rgba = await image
    .resize(edge, edge, { fit: "fill" })
    .ensureAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer();
  const sums = [0, 0, 0];
  let weight = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3] ?? 0;
    weight += alpha;
    for (const part of sums.keys()) sums[part] = (sums[part] ?? 0) + (rgba[at + part] ?? 0) * alpha;
  }
  if (weight === 0) return undefined;
  return `#${sums.map((sum) => hexadecimal(Math.round(sum / weight))).join("")}`;
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(2, "0");
}

/** Pictures whose colours are remembered. */
const rememberedMax = 10_000;

/** The average colours of stored pictures by their ids, as far as they were found lately; null: nobody can tell. */
export class ColourBook {
  /** The oldest first. */
  readonly #colours = new Map<string, string | null>();

  /** True where there is a colour. */
  has(id: string | null): boolean {
    return id !== null && typeof this.#colours.get(id) === "string";
  }

  get(id: string): string | null | undefined {
    return this.#colours.get(id);
  }

  set(id: string, colour: string | undefined): void {
    this.#colours.set(id, colour ?? null);
    const [oldest] = this.#colours.keys();
    if (this.#colours.size > rememberedMax && oldest !== undefined) this.#colours.delete(oldest);
  }
}
