import type { ReactNode } from "react";

/** Characters and lines from which on a text is long: about a screen of a phone. */
const charactersMax = 1200;
const linesMax = 24;

/** A text as it was written. A long one scrolls within itself, so that what stands below it stays in reach. */
export function LongText({
  text,
  label,
}: {
  readonly text: string;
  /** The name of its part of the page, where it is long. */
  readonly label: string;
}): ReactNode {
  const looks = "whitespace-pre-wrap wrap-anywhere";
  if (text.length <= charactersMax && text.split("\n").length <= linesMax)
    return <p className={looks}>{text}</p>;
  return (
    <div
      role="group"
      tabIndex={0}
      aria-label={label}
      className={`max-h-96 overflow-y-auto rounded-control bg-sunk p-3 ${looks}`}
    >
      {text}
    </div>
  );
}
