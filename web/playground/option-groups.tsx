import { useEffect, useRef } from "react";
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
import { leadToFault } from "../operate/editing/first-fault.ts";
import { FaultLine } from "../ui/sentence.tsx";
import { type RefusedOptions, refusalOf, refusalOfAll } from "./refused-options.ts";
import { useMakeWords } from "./words.ts";

/** The options of the providers that serve a model, each provider's under its name. */
export function OptionGroups({
  groups,
  chosen,
  onChange,
  refused,
  leadsTo,
  onFound,
}: {
  readonly groups: readonly OfferedOptions[];
  /** The options of the draft. */
  readonly chosen: string;
  readonly onChange: (chosen: string) => void;
  readonly refused: RefusedOptions | undefined;
  /** True where the refusal has only just come. */
  readonly leadsTo: boolean;
  readonly onFound: () => void;
}): ReactNode {
  const more = useMakeWords();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!leadsTo) return;
    leadToFault(place.current);
    onFound();
  }, [leadsTo, onFound]);
  return (
    <div ref={place} className="contents">
      {groups.map((group) => (
        <fieldset key={group.provider} className="flex min-w-0 flex-col gap-5">
          <legend className="pb-3 font-semibold">{more.optionsOf(group.name)}</legend>
          {groups.length === 1 ? null : (
            <p className="text-label text-soft">{more.optionsWhere(group.name)}</p>
          )}
          <FaultLine text={refusalOfAll(refused, group.provider, chosen)} />
          {group.fields.map((field) => (
            <Option
              key={field.path}
              field={field}
              chosen={chosen}
              refusal={refusalOf(refused, field, chosen)}
              onChange={onChange}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

function Option({
  field,
  chosen,
  refusal,
  onChange,
}: {
  readonly field: OptionField;
  readonly chosen: string;
  readonly refusal: string | undefined;
  readonly onChange: (chosen: string) => void;
}): ReactNode {
  const { optionLabels } = useChannelWords().panel;
  const more = useMakeWords();
  const fault = optionFault(chosen, field);
  return (
    <ValueField
      field={field}
      label={labelOf(field.name, optionLabels)}
      about={aboutOf(field.about)}
      text={typedText(chosen, field)}
      fault={fault === undefined ? refusal : more.optionFaults[fault](field.schema)}
      unset={more.asProviderDoes}
      onChange={(text) => onChange(withTyped(chosen, field, text))}
    />
  );
}
