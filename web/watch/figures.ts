import { useMemo } from "react";
import { useWords } from "../language/language.tsx";
import { type Figures, figuresOf } from "./written-figures.ts";

/** Figures in the chosen language. `timeZone`: the operator's; the browser's until it is known. */
export function useFigures(timeZone?: string): Figures {
  const { lang } = useWords();
  return useMemo(() => figuresOf(lang, timeZone), [lang, timeZone]);
}
