import { createContext, use, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { I18nProvider } from "react-aria-components";
import { en, type Words } from "./en.ts";

/** The languages by their tags, in their own words. */
export const languageNames: Readonly<Record<string, string>> = { en: en.name, "zh-CN": "简体中文" };

/** The words of a language; all but English are a file of their own. */
async function wordsOf(tag: string): Promise<Words> {
  if (tag !== "zh-CN") return en;
  const { zh } = await import("./zh.ts");
  return zh;
}

interface LanguageChoice {
  readonly words: Words;
  choose(tag: string): void;
}

const LanguageContext = createContext<LanguageChoice>({ words: en, choose() {} });

const stored = "pinhole.language";

/** The language that a person chose here before, or the browser's first one that there is. */
function firstChoice(): string {
  const chosen = localStorage.getItem(stored);
  if (chosen !== null && chosen in languageNames) return chosen;
  const wants = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag));
  return wants !== undefined && /^zh/i.test(wants) ? "zh-CN" : "en";
}

/** The words of the first choice; English where its file cannot be had. */
export const firstWords = (): Promise<Words> => wordsOf(firstChoice()).catch(() => en);

/** Takes the words of a language; where its file cannot be had now, it is there at the next visit. */
const speak = (tag: string, take: (words: Words) => void): Promise<void> =>
  wordsOf(tag).then(take, () => undefined);

/** Gives the pages below it their words, which begin as the first ones; one that is chosen in another tab holds here too. */
export function LanguageProvider({
  first,
  children,
}: {
  readonly first: Words;
  readonly children: ReactNode;
}): ReactNode {
  const [words, setWords] = useState(first);
  useEffect(() => {
    document.documentElement.lang = words.lang;
  }, [words]);
  useEffect(() => {
    const follow = ({ key }: StorageEvent): void => {
      if (key === stored) void speak(firstChoice(), setWords);
    };
    addEventListener("storage", follow);
    return () => removeEventListener("storage", follow);
  }, []);
  const choice = useMemo(
    () => ({
      words,
      choose(next: string) {
        localStorage.setItem(stored, next);
        void speak(next, setWords);
      },
    }),
    [words],
  );
  return (
    <LanguageContext value={choice}>
      <I18nProvider locale={words.lang}>{children}</I18nProvider>
    </LanguageContext>
  );
}

/** The words of the chosen language. */
export function useWords(): Words {
  return use(LanguageContext).words;
}

/** The gateway's sentences in the chosen language, where the console knows them: for places where text alone may stand; `Sentence` is for the rest. */
export function useTold(): (text: string) => string {
  const { told } = useWords();
  return (text) => told(text) ?? text;
}

/** The chosen language, and the way to choose another. */
export function useLanguage(): LanguageChoice {
  return use(LanguageContext);
}
