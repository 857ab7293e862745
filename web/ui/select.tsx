import type { ReactNode } from "react";
import {
  Select as AriaSelect,
  Button,
  FieldError,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
} from "react-aria-components";
import { inputLooks } from "./field.tsx";
import { Icon } from "./icon.tsx";
import { Sentence } from "./sentence.tsx";

/** One of many, chosen from a list that opens. */
export function Select({
  label,
  value,
  options,
  hint,
  error,
  isLabelHidden = false,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly {
    readonly id: string;
    readonly text: string;
    readonly note?: string | undefined;
  }[];
  readonly hint?: ReactNode;
  /** The gateway's words on what is wrong with the choice. */
  readonly error?: string | undefined;
  /** Heard and not seen: what is chosen says the same. */
  readonly isLabelHidden?: boolean;
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <AriaSelect
      value={value}
      onChange={(key) => onChange(String(key))}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      className="flex flex-col gap-1.5"
    >
      <Label className={isLabelHidden ? "sr-only" : "text-label font-medium"}>{label}</Label>
      <Button className={`${inputLooks} flex items-center justify-between gap-2 text-left`}>
        <span {...titleOf(options.find(({ id }) => id === value)?.text)} className="grid min-w-0">
          <SelectValue className="truncate">{({ selectedText }) => selectedText}</SelectValue>
        </span>
        <Icon name="down" size={16} />
      </Button>
      {hint === undefined ? null : (
        <Text slot="description" className="text-label text-soft">
          {hint}
        </Text>
      )}
      <FieldError className="text-label text-bad">
        {error === undefined ? null : <Sentence text={error} />}
      </FieldError>
      <Popover className="w-(--trigger-width) rounded-panel border border-line bg-raised p-1 shadow-float">
        <ListBox className="max-h-80 overflow-y-auto outline-none">
          {options.map(({ id, text, note }) => (
            <ListBoxItem
              key={id}
              id={id}
              textValue={text}
              className="flex min-h-9 flex-col justify-center rounded-control px-2.5 py-1 outline-none data-[focused]:bg-sunk data-[selected]:font-medium data-[focus-visible]:outline-2 data-[focus-visible]:-outline-offset-2 data-[focus-visible]:outline-accent pointer-coarse:min-h-11"
            >
              <Text slot="label" className="truncate">
                {text}
              </Text>
              {note === undefined ? null : (
                <Text slot="description" className="text-label font-normal text-soft">
                  {note}
                </Text>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

/** Words that come on hover: what is cut of a long name is told so. */
function titleOf(title: string | undefined): { readonly title?: string } {
  return title === undefined ? {} : { title };
}
