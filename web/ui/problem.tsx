import type { ReactNode } from "react";
import { ApiError } from "../api/ask.ts";
import { useWords } from "../language/language.tsx";
import { Button } from "./button.tsx";
import { Message } from "./message.tsx";

/** A refusal or a lost gateway in words, with what can be done about it. */
export function Problem({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}): ReactNode {
  const words = useWords();
  const again =
    onRetry === undefined ? undefined : <Button onPress={onRetry}>{words.tryAgain}</Button>;
  if (error instanceof ApiError && error.code === "unreachable")
    return (
      <Message tone="warn" title={words.problems.unreachable} action={again}>
        {words.problems.unreachableRemedy}
      </Message>
    );
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  return (
    <Message tone="bad" title={words.problems.failed} action={again}>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {requestId === undefined ? null : (
        <p className="font-mono text-label">{words.problems.requestId(requestId)}</p>
      )}
    </Message>
  );
}
