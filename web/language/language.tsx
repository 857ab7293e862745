import { createContext, use, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { en, type Words } from "./en.ts";
import { zh } from "./zh.ts";

/** The languages by their tags. */
export const languages: Readonly<Record<string, Words>> = { en, "zh-CN": zh };

interface LanguageChoice {
  readonly words: Words;
  choose(tag: string): void;
}

const LanguageContext = createContext<LanguageChoice>({ words: en, choose() {} });

const stored = "pinhole.language";

/** The language that a person chose here before, or the browser's first one that there is. */
function firstChoice(): string {
  const chosen = localStorage.getItem(stored);
  if (chosen !== null && chosen in languages) return chosen;
  const wants = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag));
  return wants !== undefined && /^zh/i.test(wants) ? "zh-CN" : "en";
}

/** Gives the pages below it their words. */
export function LanguageProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [tag, setTag] = useState(firstChoice);
  const words = languages[tag] ?? en;
  useEffect(() => {
    document.documentElement.lang = words.lang;
  }, [words]);
  const choice = useMemo(
    () => ({
      words,
      choose(next: string) {
        localStorage.setItem(stored, next);
        setTag(next);
      },
    }),
    [words],
  );
  return <LanguageContext value={choice}>{children}</LanguageContext>;
}

/** The words of the chosen language. */
export function useWords(): Words {
  return use(LanguageContext).words;
}

/** The chosen language, and the way to choose another. */
export function useLanguage(): LanguageChoice {
  return use(LanguageContext);
}
