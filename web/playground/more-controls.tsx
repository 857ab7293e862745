import { Suspense, lazy, useEffect } from "react";
import type { ReactNode } from "react";
import { sureOf } from "../api/line.ts";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Range } from "../ui/range.tsx";
import { chosenNames, offeredOptions } from "./chosen-options.ts";
import type { DraftFields } from "./draft.ts";
import { isCompressed } from "./fit-draft.ts";
import { type Model, takes } from "./models.ts";
import { type OptionRefusals, useOpening } from "./use-refused-options.ts";
import { useMakeWords } from "./words.ts";
import { WordChoice } from "./word-choice.tsx";

/** The options of providers come with the words and fields of channels, so they are loaded where somebody opens them. */
const OptionGroups = lazy(
  sureOf(async () => {
    const { OptionGroups: loaded } = await import("./option-groups.tsx");
    return { default: loaded };
  }),
);

/** The model that controls are made of, and what is chosen of it. */
export interface ControlsProps {
  readonly model: Model;
  readonly fields: DraftFields;
  readonly hasPictures: boolean;
  readonly onChange: (change: Partial<DraftFields>) => void;
  readonly refusals: OptionRefusals;
}

/** The rarer controls of a model, closed until one of them is chosen or asked for. */
export function MoreControls(props: ControlsProps): ReactNode {
  const more = useMakeWords();
  const offered = offeredOf(props);
  const { provider_options: options, ...fields } = props.fields;
  const own = offered.filter((field) => field !== "provider_options" && fields[field] !== "");
  const chosen = own.length + chosenNames(options).length;
  const hasChosen = chosen > 0;
  const isRefused = props.refusals.fresh?.model === props.model.id;
  const [isOpen, setOpen] = useOpening(isRefused, hasChosen);
  // What is emptied while it is typed into stays open.
  useEffect(() => {
    if (hasChosen) setOpen(true);
  }, [hasChosen, setOpen]);
  if (offered.length === 0) return null;
  return (
    <div className="flex flex-col gap-5">
      <div className="-ml-3.5">
        <Button kind="quiet" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          <span className={isOpen ? "" : "-rotate-90"}>
            <Icon name="down" size={16} />
          </span>
          {more.moreOfModel}
          {isOpen || chosen === 0 ? null : (
            <span className="font-normal text-soft">{more.chosen(chosen)}</span>
          )}
        </Button>
      </div>
      {isOpen ? <Opened {...props} /> : null}
    </div>
  );
}

/** The rarer fields that a model has now. */
function offeredOf({ model, fields, hasPictures }: ControlsProps): readonly (keyof DraftFields)[] {
  const { capabilities } = model;
  const isChoice = (words: readonly string[] = []): boolean =>
    words.filter((word) => word !== "auto").length > 1;
  const has = {
    background: isChoice(capabilities?.backgrounds),
    style: isChoice(capabilities?.styles),
    output_compression: isCompressed(fields.output_format),
    seed: takes(model, "seed"),
    negative_prompt: takes(model, "negative_prompt"),
    input_fidelity: takes(model, "input_fidelity") && hasPictures,
    moderation: takes(model, "moderation"),
    complexity: takes(model, "complexity"),
    provider_options: offeredOptions(model, fields.provider_options).length > 0,
  };
  // The keys are those of the object above.
  return (Object.keys(has) as (keyof typeof has)[]).filter((field) => has[field]);
}

/** The compression that is sent where a person begins to slide: the best quality. */
const compressionFirst = 100;

function Opened(props: ControlsProps): ReactNode {
  const { model, fields, onChange } = props;
  const words = useWords().playground;
  const more = useMakeWords();
  const has = new Set(offeredOf(props));
  const isJpeg = fields.output_format === "jpeg";
  const compression = fields.output_compression;
  return (
    <>
      <WordChoice
        label={words.background}
        among={model.capabilities?.backgrounds}
        ruledOut={isJpeg ? "transparent" : undefined}
        hint={isJpeg ? more.noTransparency : undefined}
        value={fields.background}
        onChange={(background) => onChange({ background })}
      />
      <WordChoice
        label={words.style}
        among={model.capabilities?.styles}
        value={fields.style}
        onChange={(style) => onChange({ style })}
      />
      {has.has("output_compression") ? (
        <Range
          label={more.compression}
          value={Number(compression === "" ? compressionFirst : compression)}
          text={compression === "" ? words.auto : `${compression} %`}
          min={0}
          max={100}
          onChange={(value) => onChange({ output_compression: String(value) })}
        />
      ) : null}
      {has.has("seed") ? (
        <Field
          label={words.seed}
          hint={words.seedHint}
          inputMode="numeric"
          value={fields.seed}
          onChange={(seed) => onChange({ seed: seed.replaceAll(/\D/g, "").slice(0, 19) })}
        />
      ) : null}
      {has.has("negative_prompt") ? (
        <Field
          label={more.negativePrompt}
          rows={2}
          value={fields.negative_prompt}
          onChange={(negative_prompt) => onChange({ negative_prompt })}
        />
      ) : null}
      {(["input_fidelity", "moderation", "complexity"] as const).map((field) =>
        has.has(field) ? (
          <WordChoice
            key={field}
            label={more.labels[field]}
            among={wordsOf[field]}
            least={1}
            value={fields[field]}
            onChange={(value) => onChange({ [field]: value })}
          />
        ) : null,
      )}
      {has.has("provider_options") ? <Options {...props} /> : null}
    </>
  );
}

function Options({
  model,
  fields: { provider_options: chosen },
  onChange,
  refusals,
}: ControlsProps): ReactNode {
  return (
    <Suspense>
      <OptionGroups
        refused={refusals.of(model.id)}
        leadsTo={refusals.fresh?.model === model.id}
        onFound={refusals.found}
        groups={offeredOptions(model, chosen)}
        chosen={chosen}
        onChange={(provider_options) => onChange({ provider_options })}
      />
    </Suspense>
  );
}

/** The words of fields that every model which has them takes alike. */
const wordsOf = {
  input_fidelity: ["low", "high"],
  moderation: ["low"],
  complexity: ["low", "medium", "high"],
} as const;
