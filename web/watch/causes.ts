import { causesEn } from "../language/causes-en.ts";
import { useWords } from "../language/language.tsx";

/** The cause that an error's code stands for, in a few words; the code itself where the console has none. */
export function useCause(): (code: string) => string {
  const { problems } = useWords();
  const inEnglish: Readonly<Record<string, string>> = causesEn;
  // Other languages have the meanings of codes as sentences.
  return (code) => problems.codes[code]?.replace(/。$/, "") ?? inEnglish[code] ?? code;
}
