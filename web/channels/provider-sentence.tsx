import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { useChannelWords } from "./words.ts";

/** A provider's sentence in the reader's language; where the console has none its own words, named as such and marked as the English that they are. */
export function ProviderSentence({ text }: { readonly text: string }): ReactNode {
  const { sentences, ofProvider } = useChannelWords().panel;
  const { lang } = useWords();
  const known = sentences[text];
  if (known !== undefined || lang === "en") return known ?? text;
  return (
    <>
      {ofProvider}
      <span lang="en">{text}</span>
    </>
  );
}
