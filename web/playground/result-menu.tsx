import { useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { copyText } from "../ui/copy-text.ts";
import { Icon } from "../ui/icon.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { codes } from "../watch/code-text.ts";
import { bodyOf } from "./draft.ts";
import type { Made } from "./generation.ts";
import type { GoingOn } from "./going-on.ts";
import { useMakeWords } from "./words.ts";

/** The rarer ways to go on from a result: its settings, its request, and the same as code. */
export function ResultMenu({
  made,
  goingOn,
}: {
  readonly made: Made;
  readonly goingOn: GoingOn;
}): ReactNode {
  const { copied } = useWords();
  const more = useMakeWords();
  const [isCopied, setCopied] = useState(false);
  const copy = (text: string): void => {
    void copyText(text).then(() => setCopied(true));
  };
  const asked = {
    fields: bodyOf(made.fields, false),
    images: made.withPictures,
    hasMask: made.maskShare !== undefined,
  };
  return (
    <>
      <Menu
        label={more.furtherWays}
        trigger={
          <Button isSquare aria-label={more.furtherWays}>
            <Icon name="more" size={16} />
          </Button>
        }
      >
        <MenuItem onAction={() => goingOn.adopt(made)}>{more.useAll}</MenuItem>
        <MenuItem href={`/requests/${made.id}`}>{more.itsRequest}</MenuItem>
        {Object.entries(codes).map(([name, codeOf]) => (
          <MenuItem key={name} onAction={() => copy(codeOf(asked))}>
            {more.copyAs(name)}
          </MenuItem>
        ))}
      </Menu>
      {isCopied ? (
        <span role="status" className="text-label text-soft">
          {copied}
        </span>
      ) : null}
    </>
  );
}
