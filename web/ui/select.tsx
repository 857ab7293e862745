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

interface Option {
  readonly id: string;
  readonly text: string;
  readonly note?: string | undefined;
}

/** Label and choice in a line; the list is wider than the choice where there is little room. */
const beside =
  "flex max-w-full items-center gap-2 whitespace-nowrap [&>button]:w-36 [&>button]:min-w-0 phone:[&>button]:w-56";
const popover = "rounded-panel border border-line bg-raised p-1 shadow-float";

/** One of many, chosen from a list that opens. */
export function Select({
  label,
  value,
  options,
  hint,
  error,
  isLabelHidden = false,
  isLabelBeside = false,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly hint?: ReactNode;
  /** The gateway's words on what is wrong with the choice. */
  readonly error?: string | undefined;
  /** Heard and not seen: what is chosen says the same. */
  readonly isLabelHidden?: boolean;
  /** In a line with what is chosen, for the head of a page. */
  readonly isLabelBeside?: boolean;
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <AriaSelect
      value={value}
      onChange={(key) => onChange(String(key))}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      className={isLabelBeside ? beside : "flex flex-col gap-1.5"}
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
      <Popover className={`${isLabelBeside ? "w-64" : "w-(--trigger-width)"} ${popover}`}>
        <ListBox className="max-h-80 overflow-y-auto outline-none">{options.map(itemOf)}</ListBox>
      </Popover>
    </AriaSelect>
  );
}

function itemOf({ id, text, note }: Option): ReactNode {
  return (
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
        <Text slot="description" className="text-label font-normal break-words text-soft">
          {note}
        </Text>
      )}
    </ListBoxItem>
  );
}

/** Words that come on hover: what is cut of a long name is told so. */
function titleOf(title: string | undefined): { readonly title?: string } {
  return title === undefined ? {} : { title };
}
