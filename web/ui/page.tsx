import { useEffect } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";

/** A page: its title, one sentence of state, its one main button, and what it shows. */
export function Page({
  title,
  state,
  action,
  children,
}: {
  readonly title: string;
  readonly state?: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const { product } = useWords();
  useEffect(() => {
    document.title = `${title} · ${product}`;
  }, [title, product]);
  return (
    <div className="mx-auto flex w-full max-w-[90rem] flex-col gap-6 px-4 py-6 phone:px-10 phone:py-8">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        {/* As high as a button: titles and what stands beside them share a line on all pages. */}
        <div className="flex min-w-0 flex-col gap-0.5">
          <h1 className="text-title leading-9 font-[650] tracking-[-0.01em]">{title}</h1>
          {state === undefined ? null : <p className="text-soft">{state}</p>}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

/** A list with nothing in it: one true sentence, one button, and the same thing as a command. */
export function EmptyState({
  sentence,
  action,
  command,
}: {
  readonly sentence: string;
  readonly action?: ReactNode;
  readonly command?: string;
}): ReactNode {
  return (
    <div className="flex flex-col items-start gap-4 rounded-panel border border-dashed border-line px-6 py-10">
      <p className="max-w-prose">{sentence}</p>
      {action}
      {command === undefined ? null : (
        <code className="max-w-full overflow-x-auto rounded-control bg-sunk px-3 py-2 font-mono text-label text-soft">
          {command}
        </code>
      )}
    </div>
  );
}
