import type { ReactNode } from "react";

/** A field with its explanation and what is wrong below it. */
export function Below({
  hint,
  error,
  children,
}: {
  readonly hint: string | undefined;
  readonly error: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="flex flex-col gap-1.5">
      {children}
      {hint === undefined ? null : <p className="text-label text-soft">{hint}</p>}
      {error === undefined ? null : (
        <p role="alert" className="text-label text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
