import { useWords } from "../language/language.tsx";
import { type PaletteWords, paletteEn } from "../language/palette-en.ts";
import { paletteZh } from "../language/palette-zh.ts";

/** The words of the palette and of the sheet of keys, in the chosen language. */
export function usePaletteWords(): PaletteWords {
  return useWords().lang === "zh-CN" ? paletteZh : paletteEn;
}
