import sharp from "sharp";
import { runJob } from "../../../src/providers/sandbox/paint/job.ts";
import type { SeedPicture } from "../gallery-seed.ts";

/** Texts of the paintings. */
export const paintedPrompts = [
  "A fox in the snow",
  "A harbour in the fog",
  "Three pears on a linen cloth",
  "A lighthouse at dawn",
  "Mountains behind a quiet lake",
  "A poster for a jazz evening",
  "Paper hills under two moons",
  "A meadow in June",
  "Night train through the desert",
  "Tiles of an old bath house",
  "Orbits of a small blue planet",
  "A forest after rain",
  "Red dunes at noon",
  "Ribbons in the wind",
  "A city of lanterns",
  "The sea before a storm",
];
const sizes = [
  [720, 480],
  [480, 480],
  [480, 640],
  [640, 480],
] as const;

/** Pictures as the sandbox paints them, without its lettering, two a motif and each in some proportion. */
export async function paintPictures(motifs = paintedPrompts.length): Promise<SeedPicture[]> {
  const pictures: SeedPicture[] = [];
  for (const [at, prompt] of paintedPrompts.slice(0, motifs).entries())
    for (const seed of [1, 2]) {
      const [width, height] = sizes[(at * 2 + seed) % sizes.length] ?? sizes[0];
      const { rgba } = runJob({
        kind: "paint",
        look: {
          prompt,
          negativePrompt: "",
          seed,
          detail: 2,
          saturation: 1,
          mood: undefined,
          composition: undefined,
          hueShift: 0,
          lettering: false,
          mark: false,
          transparent: false,
        },
        width,
        height,
        coarse: 1,
        inputs: undefined,
        masked: undefined,
      });
      const webp = await sharp(rgba, { raw: { width, height, channels: 4 } })
        .webp({ quality: 86 })
        .toBuffer();
      pictures.push({ prompt, width, height, webp });
    }
  return pictures;
}
