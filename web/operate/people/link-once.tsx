import { useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../../language/language.tsx";
import { copyText } from "../../ui/copy-text.ts";
import { Button } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { useFigures } from "../../watch/figures.ts";
import type { OneTimeLink } from "./people.ts";
import { usePeopleWords } from "./words.ts";

/** A one-time link to be handed over. */
export function LinkOnce({
  link,
  onClose,
}: {
  readonly link: OneTimeLink;
  readonly onClose: () => void;
}): ReactNode {
  const { person: words } = usePeopleWords();
  const { copy, copied } = useWords();
  const figures = useFigures();
  const [isCopied, setCopied] = useState(false);
  const address = location.origin + link.path;
  return (
    <div className="flex flex-col gap-5">
      <Message tone="warn" title={words.linkReady}>
        {words.linkUntil(figures.exact(link.expires_at))}
      </Message>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-control bg-sunk px-3 py-2 font-mono text-label break-all">
          {address}
        </code>
        <Button onPress={() => void copyText(address).then(() => setCopied(true))}>
          {isCopied ? copied : copy}
        </Button>
      </div>
      <div className="flex justify-end">
        <Button kind="main" onPress={onClose}>
          {words.haveIt}
        </Button>
      </div>
    </div>
  );
}
