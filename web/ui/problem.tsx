import type { ReactNode } from "react";
import { ApiError } from "../api/ask.ts";
import { isAway } from "../api/line.ts";
import { useWords } from "../language/language.tsx";
import { Button } from "./button.tsx";
import { Message } from "./message.tsx";
import { FaultWords } from "./sentence.tsx";
import { Remedy, RemedyLink } from "./remedy.tsx";

/** A refusal or a lost gateway in words, with what can be done about it. */
export function Problem({
  error,
  title,
  onRetry,
}: {
  readonly error: unknown;
  /** Absent: something could not be loaded. */
  readonly title?: string;
  readonly onRetry?: (() => void) | undefined;
}): ReactNode {
  const words = useWords();
  const again =
    onRetry === undefined ? undefined : <Button onPress={onRetry}>{words.tryAgain}</Button>;
  if (isAway(error))
    return (
      <Message tone="warn" title={words.problems.unreachable} action={again}>
        {words.problems.unreachableRemedy}
      </Message>
    );
  const known = error instanceof ApiError ? error : undefined;
  return (
    <Message
      tone="bad"
      title={title ?? words.problems.failed}
      action={
        <div className="flex flex-wrap gap-2 empty:hidden">
          {known === undefined ? null : <RemedyLink code={known.code} />}
          {again}
        </div>
      }
    >
      <FaultWords
        code={known?.code ?? ""}
        message={error instanceof Error ? error.message : String(error)}
      />
      {known === undefined ? null : <Remedy code={known.code} />}
      {known?.requestId === undefined ? null : (
        <p className="pt-1 font-mono text-label">{words.problems.requestId(known.requestId)}</p>
      )}
    </Message>
  );
}
