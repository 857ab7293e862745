import type { ReactNode } from "react";
import { FaultLine } from "../ui/sentence.tsx";

/** A field with its explanation and what is wrong below it. */
export function Below({
  hint,
  error,
  children,
}: {
  readonly hint: ReactNode;
  readonly error: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="flex flex-col gap-1.5">
      {children}
      {hint === undefined ? null : <p className="text-label text-soft">{hint}</p>}
      <FaultLine text={error} />
    </div>
  );
}
