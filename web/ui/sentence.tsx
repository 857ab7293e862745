import type { ReactNode } from "react";

/** A sentence of the gateway, whose names of settings stand between backticks, with these as code. */
export function Sentence({ text }: { readonly text: string }): ReactNode {
  return text.split("`").map((part, at) =>
    at % 2 === 0 ? (
      part
    ) : (
      <code key={at} className="font-mono text-[0.92em]">
        {part}
      </code>
    ),
  );
}
