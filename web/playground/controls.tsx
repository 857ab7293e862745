import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Choice } from "../ui/choice.tsx";
import { Field } from "../ui/field.tsx";
import type { DraftFields } from "./draft.ts";
import { type Model, sizesOf } from "./models.ts";
import { SizeChoice } from "./size-choice.tsx";

/** The controls of a model, made from what its card says: nothing impossible can be chosen. */
export function Controls({
  model,
  fields,
  hasPictures,
  onChange,
}: {
  readonly model: Model;
  readonly fields: DraftFields;
  readonly hasPictures: boolean;
  readonly onChange: (change: Partial<DraftFields>) => void;
}): ReactNode {
  const words = useWords().playground;
  const { capabilities } = model;
  const nMax = Math.min(capabilities?.n ?? 1, 10);
  return (
    <>
      <SizeChoice
        sizes={sizesOf(model, hasPictures)}
        rule={capabilities?.size_rule}
        value={fields.size}
        onChange={(size) => onChange({ size })}
      />
      <WordChoices model={model} fields={fields} onChange={onChange} />
      {nMax === 1 ? null : (
        <Choice
          label={words.count}
          value={String(fields.n)}
          options={Array.from({ length: nMax }, (_, at) => String(at + 1))
            .slice(0, 10)
            .map((value) => ({ value, text: value }))}
          onChange={(n) => onChange({ n: Number(n) })}
        />
      )}
      {capabilities?.parameters?.includes("seed") === true ? (
        <Field
          label={words.seed}
          hint={words.seedHint}
          inputMode="numeric"
          value={fields.seed}
          onChange={(seed) => onChange({ seed: seed.replaceAll(/\D/g, "").slice(0, 19) })}
        />
      ) : null}
    </>
  );
}

/** The choices that a card gives words for. */
function WordChoices({
  model: { capabilities },
  fields,
  onChange,
}: Pick<Parameters<typeof Controls>[0], "model" | "fields" | "onChange">): ReactNode {
  const words = useWords().playground;
  return (
    <>
      <WordChoice
        label={words.quality}
        names={words.values}
        among={capabilities?.qualities}
        value={fields.quality}
        onChange={(quality) => onChange({ quality })}
      />
      <WordChoice
        label={words.background}
        names={words.values}
        among={capabilities?.backgrounds}
        value={fields.background}
        onChange={(background) => onChange({ background })}
      />
      <WordChoice
        label={words.style}
        names={words.values}
        among={capabilities?.styles}
        value={fields.style}
        onChange={(style) => onChange({ style })}
      />
      <WordChoice
        label={words.format}
        names={words.values}
        among={capabilities?.formats}
        value={fields.output_format}
        onChange={(output_format) => onChange({ output_format })}
      />
    </>
  );
}

/** A choice among a card's words, with the model's own choice first; nothing where the card has one word or none. */
function WordChoice({
  label,
  names,
  among = [],
  value,
  onChange,
}: {
  readonly label: string;
  readonly names: Readonly<Record<string, string>>;
  readonly among?: readonly string[] | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const auto = useWords().playground.auto;
  const choices = among.filter((word) => word !== "auto");
  if (choices.length < 2) return null;
  return (
    <Choice
      label={label}
      value={value === "" ? "auto" : value}
      options={[
        { value: "auto", text: auto },
        ...choices.map((word) => ({ value: word, text: names[word] ?? word })),
      ]}
      onChange={(next) => onChange(next === "auto" ? "" : next)}
    />
  );
}
