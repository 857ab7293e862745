import type { ReactNode } from "react";
import {
  Select as AriaSelect,
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
} from "react-aria-components";
import { inputLooks } from "./field.tsx";
import { Icon } from "./icon.tsx";

/** One of many, chosen from a list that opens. */
export function Select({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly {
    readonly id: string;
    readonly text: string;
    readonly note?: string | undefined;
  }[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <AriaSelect
      value={value}
      onChange={(key) => onChange(String(key))}
      className="flex flex-col gap-1.5"
    >
      <Label className="text-label font-medium">{label}</Label>
      <Button className={`${inputLooks} flex items-center justify-between gap-2 text-left`}>
        <SelectValue className="truncate" />
        <Icon name="down" size={16} />
      </Button>
      <Popover className="w-(--trigger-width) rounded-panel border border-line bg-raised p-1 shadow-float">
        <ListBox className="max-h-80 overflow-y-auto outline-none">
          {options.map(({ id, text, note }) => (
            <ListBoxItem
              key={id}
              id={id}
              textValue={text}
              className="flex min-h-9 flex-col justify-center rounded-control px-2.5 py-1 outline-none data-[focused]:bg-sunk data-[selected]:font-medium pointer-coarse:min-h-11"
            >
              <span className="truncate">{text}</span>
              {note === undefined ? null : (
                <span className="text-label font-normal text-soft">{note}</span>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
