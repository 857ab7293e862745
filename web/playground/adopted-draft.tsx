import { useState } from "react";
import type { ReactNode } from "react";
import { useGalleryWords } from "../gallery/words.ts";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { type DraftFields, draftBefore, forgetDraftBefore } from "./draft.ts";

/** Says that the draft was filled from the gallery, and gives the one of before back. */
export function AdoptedDraft({
  onBack,
}: {
  readonly onBack: (before: DraftFields) => void;
}): ReactNode {
  const words = useGalleryWords();
  const [before, setBefore] = useState(draftBefore);
  if (before === undefined) return null;
  return (
    <Message
      tone="info"
      title={words.draftTaken}
      action={
        <Button
          onPress={() => {
            forgetDraftBefore();
            setBefore(undefined);
            onBack(before);
          }}
        >
          {words.draftBack}
        </Button>
      }
    />
  );
}
