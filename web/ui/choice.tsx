import type { ReactNode } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";

/** One of a few words, of which one is chosen. */
export function Choice({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly {
    readonly value: string;
    readonly text: string;
    readonly drawing?: ReactNode;
  }[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <RadioGroup value={value} onChange={onChange} className="flex flex-col gap-1.5">
      <Label className="text-label font-medium">{label}</Label>
      <div className="flex flex-wrap gap-1.5">
        {options.map((option) => (
          <Radio
            key={option.value}
            value={option.value}
            className={
              "inline-flex min-h-9 items-center gap-1.5 rounded-control border border-line px-2.5 text-label " +
              "text-soft pointer-coarse:min-h-11 data-[hovered]:border-edge data-[selected]:border-accent " +
              "data-[selected]:bg-raised data-[selected]:font-medium data-[selected]:text-ink " +
              "data-[focus-visible]:outline-2 data-[focus-visible]:outline-offset-2 data-[focus-visible]:outline-accent"
            }
          >
            {option.drawing}
            {option.text}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
