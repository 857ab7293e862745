import { useChannelWords } from "../channels/words.ts";
import { useWords } from "../language/language.tsx";
import { type MakeWords, makeEn } from "../language/make-en.ts";
import { makeZh } from "../language/make-zh.ts";
import type { DraftWords } from "./obstacle.ts";

/** The words of comparing, stopping and trying again, in the chosen language. */
export function useMakeWords(): MakeWords {
  return useWords().lang === "zh-CN" ? makeZh : makeEn;
}

/** The words that drafts are told in, in the chosen language. */
export function useDraftWords(): DraftWords {
  const words = useWords();
  return { words, more: useMakeWords(), optionLabels: useChannelWords().panel.optionLabels };
}
