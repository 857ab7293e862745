import { useWords } from "../language/language.tsx";
import { type WatchWords, watchEn } from "../language/watch-en.ts";
import { watchZh } from "../language/watch-zh.ts";

/** The words of the pages that watch, in the chosen language. */
export function useWatchWords(): WatchWords {
  return useWords().lang === "zh-CN" ? watchZh : watchEn;
}
