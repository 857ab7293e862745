import { useWords } from "../language/language.tsx";
import { type MakeWords, makeEn } from "../language/make-en.ts";
import { makeZh } from "../language/make-zh.ts";

/** The words of comparing, stopping and trying again, in the chosen language. */
export function useMakeWords(): MakeWords {
  return useWords().lang === "zh-CN" ? makeZh : makeEn;
}
