import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Choice } from "../ui/choice.tsx";

/** A choice among a card's words, with the model's own choice first; nothing where the card has one word or none. */
export function WordChoice({
  label,
  among = [],
  value,
  ruledOut,
  hint,
  least = 2,
  onChange,
}: {
  readonly label: string;
  readonly among?: readonly string[] | undefined;
  readonly value: string;
  /** The word that another choice rules out; the hint says which. */
  readonly ruledOut?: string | undefined;
  readonly hint?: string | undefined;
  /** Words beside the model's own choice that make it one. */
  readonly least?: number;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { auto, values } = useWords().playground;
  const choices = among.filter((word) => word !== "auto");
  if (choices.length < least) return null;
  return (
    <Choice
      label={label}
      value={value === "" ? "auto" : value}
      hint={hint}
      options={[
        { value: "auto", text: auto },
        ...choices.map((word) => ({
          value: word,
          text: values[word] ?? word,
          isRuledOut: word === ruledOut,
        })),
      ]}
      onChange={(next) => onChange(next === "auto" ? "" : next)}
    />
  );
}
