import type { ReactNode } from "react";
import { faultTelling } from "../language/fault.ts";
import { useWords } from "../language/language.tsx";
import { useFigures } from "../watch/figures.ts";
import { dollarsInText } from "../../src/core/dollars.ts";

/** Instants and sums, as the gateway writes them; what is an example of how to write one stays as it is. */
const figure =
  /(?<!(?:such as|例如) )(\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z| \d\d:\d\d UTC)|\$\d+\.\d+)/;
const han = /\p{Script=Han}/u;

/**
 * A sentence of the gateway in the reader's language, or marked as the English that it is. Its names of settings, which
 * stand between backticks, are code; its times are those of the reader's zone, and its sums have the digits that matter.
 */
export function Sentence({ text }: { readonly text: string }): ReactNode {
  const { lang, told } = useWords();
  const said = told(text) ?? text;
  const parts = said.split("`").map((part, at) =>
    at % 2 === 0 ? (
      <Plain key={at} text={part} />
    ) : (
      <code key={at} className="font-mono text-[0.92em] wrap-anywhere">
        {part}
      </code>
    ),
  );
  const isForeign = lang !== "en" && !han.test(said) && /[a-z]/i.test(said);
  return isForeign ? <span lang="en">{parts}</span> : parts;
}

function Plain({ text }: { readonly text: string }): ReactNode {
  const figures = useFigures();
  return text.split(figure).map((part, at) => {
    if (at % 2 === 0) return part;
    if (part.startsWith("$")) return dollarsInText(part.slice(1));
    const iso = part.replace(/^(\S+) (\S+) UTC$/, "$1T$2:00Z");
    return (
      <time key={at} dateTime={iso} title={figures.exact(iso)}>
        {figures.moment(iso)}
      </time>
    );
  });
}

/** A fault's sentences: in the reader's language, and the gateway's own after it where the console has only what its code means. */
export function FaultWords({
  code,
  message,
}: {
  readonly code: string;
  readonly message: string;
}): ReactNode {
  const words = useWords();
  const { title, original } = faultTelling(words, { code, message });
  return (
    <>
      <p>
        <Sentence text={title} />
      </p>
      <Original text={original} />
    </>
  );
}

/** The gateway's own sentence, named as such; nothing where there is none. */
export function Original({ text }: { readonly text: string | undefined }): ReactNode {
  const { original } = useWords().problems;
  if (text === undefined) return null;
  return (
    <p className="text-label">
      {original}
      <Sentence text={text} />
    </p>
  );
}

/** The gateway's words on what is wrong with something that stands above; nothing where nothing is. */
export function FaultLine({ text }: { readonly text: string | undefined }): ReactNode {
  if (text === undefined) return null;
  return (
    <p role="alert" className="text-label text-bad">
      <Sentence text={text} />
    </p>
  );
}
