import { useId } from "react";
import type { ReactNode } from "react";

/** A yes or no, with what it means below it. */
export function Check({
  label,
  hint,
  isOn,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className="flex flex-col gap-0.5">
      <label className="flex min-h-6 items-center gap-2.5 font-medium pointer-coarse:min-h-11">
        <input
          type="checkbox"
          checked={isOn}
          onChange={(event) => onChange(event.target.checked)}
          className="size-4 shrink-0"
          {...(hint === undefined ? {} : { "aria-describedby": id })}
        />
        {label}
      </label>
      {hint === undefined ? null : (
        <p id={id} className="pl-6.5 text-label text-soft">
          {hint}
        </p>
      )}
    </div>
  );
}
