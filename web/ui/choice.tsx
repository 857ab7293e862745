import type { ReactNode } from "react";
import { Label, Radio, RadioGroup, Text } from "react-aria-components";
import { classNames } from "./class-names.ts";

const chip =
  "inline-flex min-h-9 items-center gap-1.5 rounded-control border border-line px-2.5 text-label " +
  "text-soft pointer-coarse:min-h-11 data-[hovered]:border-edge data-[selected]:border-accent " +
  "data-[disabled]:line-through data-[disabled]:opacity-60";

const part =
  "inline-flex min-h-8 items-center rounded-[5px] border border-transparent px-3 text-label " +
  "text-soft pointer-coarse:min-h-10 data-[hovered]:text-ink data-[selected]:border-edge";

const ring =
  "data-[selected]:bg-raised data-[selected]:font-medium data-[selected]:text-ink " +
  "data-[focus-visible]:outline-2 data-[focus-visible]:outline-offset-2 data-[focus-visible]:outline-accent";

/** One of a few words, of which one is chosen. */
export function Choice({
  label,
  value,
  options,
  isBar = false,
  isEven = false,
  hint,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly {
    readonly value: string;
    readonly text: string;
    readonly drawing?: ReactNode;
    /** True: another choice rules it out, as the hint says. */
    readonly isRuledOut?: boolean;
  }[];
  /** One bar that switches what a page shows, whose label is heard and not seen. */
  readonly isBar?: boolean;
  /** One row that all fill evenly, such as numbers. */
  readonly isEven?: boolean;
  readonly hint?: string | undefined;
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <RadioGroup value={value} onChange={onChange} className="flex flex-col gap-1.5">
      <Label className={isBar ? "sr-only" : "text-label font-medium"}>{label}</Label>
      <div
        className={classNames(
          "flex",
          isBar && "w-fit flex-wrap rounded-control bg-sunk p-0.5",
          isEven && "gap-1 *:min-w-0 *:flex-1 *:justify-center *:px-0",
          !isBar && !isEven && "flex-wrap gap-1.5",
        )}
      >
        {options.map((option) => (
          <Radio
            key={option.value}
            value={option.value}
            isDisabled={option.isRuledOut === true}
            className={classNames(isBar ? part : chip, ring)}
          >
            {option.drawing}
            {option.text}
          </Radio>
        ))}
      </div>
      {hint === undefined ? null : (
        <Text slot="description" className="text-label text-soft">
          {hint}
        </Text>
      )}
    </RadioGroup>
  );
}
