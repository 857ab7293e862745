import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { Question } from "../../ui/dialog.tsx";
import type { Leaving } from "./kept-draft.ts";
import { useEditingWords } from "./words.ts";

/** The question before a form is left with changes. */
export function LeaveQuestion({
  leaving,
  changes,
}: {
  readonly leaving: Leaving | undefined;
  /** The number of them. */
  readonly changes: number;
}): ReactNode {
  const words = useEditingWords();
  return (
    <Question
      title={words.leave}
      isOpen={leaving !== undefined}
      onClose={() => leaving?.stay()}
      action={
        <Button kind="danger" onPress={() => leaving?.leave()}>
          {words.leaveAction}
        </Button>
      }
    >
      {words.leaveMeans(changes)}
    </Question>
  );
}
