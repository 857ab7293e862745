import { type KeysWords, keysEn } from "../../language/keys-en.ts";
import { keysZh } from "../../language/keys-zh.ts";
import { useWords } from "../../language/language.tsx";

/** The words of the page of keys, in the chosen language. */
export function useKeyWords(): KeysWords {
  return useWords().lang === "zh-CN" ? keysZh : keysEn;
}
