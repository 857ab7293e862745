import { useId } from "react";
import type { ReactNode } from "react";

/** A number that is chosen by sliding, with its label and what it says beside it. */
export function Range({
  label,
  value,
  text,
  min,
  max,
  step = 1,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  /** The value in words, such as `24 px`. */
  readonly text: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly onChange: (value: number) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex justify-between gap-3 text-label">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <span className="text-soft">{text}</span>
      </div>
      <input
        id={id}
        type="range"
        value={value}
        min={min}
        max={max}
        step={step}
        aria-valuetext={text}
        onChange={(event) => onChange(Number(event.target.value))}
        className="min-h-6 w-full pointer-coarse:min-h-11"
      />
    </div>
  );
}
