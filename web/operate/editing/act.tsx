import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { Question } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useIsHere } from "./is-here.ts";

/** A part of a panel that does something at once, with what it means. */
export function Act({
  heading,
  means,
  error = null,
  children,
}: {
  readonly heading: string;
  readonly means: string;
  readonly error?: Error | null;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <section className="flex flex-col items-start gap-2 border-t border-line pt-5">
      <h3 className="font-[650]">{heading}</h3>
      <p className="text-soft">{means}</p>
      {children}
      {error === null ? null : <Problem error={error} />}
    </section>
  );
}

/** An act that is done at once, as its buttons see it. */
export interface ActState {
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly mutate: () => void;
  readonly reset: () => void;
}

/** An act that is done at once; what it changes is read again after it. */
export function useAct<T>(
  act: () => Promise<T>,
  {
    reads,
    onDone,
  }: {
    /** Keys of the queries that it changes. */
    readonly reads: readonly (readonly string[])[];
    readonly onDone: (answer: T) => void;
  },
): ActState {
  const queries = useQueryClient();
  const isHere = useIsHere();
  const { isPending, error, mutate, reset } = useMutation({
    mutationFn: act,
    async onSuccess(answer) {
      // Before the lists are read again: the panel of what is gone from them goes with it.
      if (isHere.current) onDone(answer);
      await Promise.all(reads.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });
  return { isPending, error, mutate, reset };
}

/** A question before something is done at once. */
export function Ask({
  isOpen,
  title,
  word = title,
  act,
  onClose,
  children,
}: {
  readonly isOpen: boolean;
  readonly title: string;
  /** On the button. */
  readonly word?: string;
  readonly act: ActState;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const close = (): void => {
    act.reset();
    onClose();
  };
  return (
    <Question
      title={title}
      isOpen={isOpen}
      onClose={close}
      action={
        <Button kind="danger" isPending={act.isPending} onPress={act.mutate}>
          {word}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        {children}
        {act.error === null ? null : <Problem error={act.error} />}
      </div>
    </Question>
  );
}
