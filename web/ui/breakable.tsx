import { Fragment } from "react";
import type { ReactNode } from "react";

/** A name such as `server.shutdown_grace`, whose line breaks after a dot, an underscore or a slash, and not within a word. */
export function Breakable({ text }: { readonly text: string }): ReactNode {
  return text.split(/(?<=[._/])/).map((part, at) => (
    // Parts have no name but their place.
    <Fragment key={at}>
      {at === 0 ? null : <wbr />}
      {part}
    </Fragment>
  ));
}
