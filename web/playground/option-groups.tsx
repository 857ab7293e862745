import type { ReactNode } from "react";
import { aboutOf, labelOf } from "../channels/schema-field.tsx";
import { ValueField } from "../channels/value-field.tsx";
import { useChannelWords } from "../channels/words.ts";
import {
  type OfferedOptions,
  type OptionField,
  optionFault,
  typedText,
  withTyped,
} from "./chosen-options.ts";
import { useMakeWords } from "./words.ts";

/** The options of the providers that serve a model, each provider's under its name. */
export function OptionGroups({
  groups,
  chosen,
  onChange,
}: {
  readonly groups: readonly OfferedOptions[];
  /** The options of the draft. */
  readonly chosen: string;
  readonly onChange: (chosen: string) => void;
}): ReactNode {
  const more = useMakeWords();
  return groups.map((group) => (
    <fieldset key={group.provider} className="flex min-w-0 flex-col gap-5">
      <legend className="pb-3 font-semibold">{more.optionsOf(group.name)}</legend>
      {groups.length === 1 ? null : (
        <p className="text-label text-soft">{more.optionsWhere(group.name)}</p>
      )}
      {group.fields.map((field) => (
        <Option key={field.path} field={field} chosen={chosen} onChange={onChange} />
      ))}
    </fieldset>
  ));
}

function Option({
  field,
  chosen,
  onChange,
}: {
  readonly field: OptionField;
  readonly chosen: string;
  readonly onChange: (chosen: string) => void;
}): ReactNode {
  const { labels } = useChannelWords().panel;
  const more = useMakeWords();
  const fault = optionFault(chosen, field);
  return (
    <ValueField
      field={field}
      label={labelOf(field.name, labels)}
      about={aboutOf(field.about)}
      text={typedText(chosen, field)}
      fault={fault === undefined ? undefined : more.optionFaults[fault](field.schema)}
      unset={more.asProviderDoes}
      onChange={(text) => onChange(withTyped(chosen, field, text))}
    />
  );
}
