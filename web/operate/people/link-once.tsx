import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { CopyableCode } from "../../ui/copyable.tsx";
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
  const figures = useFigures();
  const address = location.origin + link.path;
  return (
    <div className="flex flex-col gap-5">
      <Message tone="warn" title={words.linkReady}>
        {words.linkUntil(figures.exact(link.expires_at))}
      </Message>
      <CopyableCode text={address} />
      <div className="flex justify-end">
        <Button kind="main" onPress={onClose}>
          {words.haveIt}
        </Button>
      </div>
    </div>
  );
}
