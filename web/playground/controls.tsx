import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Choice } from "../ui/choice.tsx";
import { formatsOf } from "./fit-draft.ts";
import { sizeRuleOf, sizesOf } from "./models.ts";
import { type ControlsProps, MoreControls } from "./more-controls.tsx";
import { RatioChoice, SizeChoice } from "./size-choice.tsx";
import { useMakeWords } from "./words.ts";
import { WordChoice } from "./word-choice.tsx";

/** The controls of a model, made from what its card says: nothing impossible can be chosen. */
export function Controls(props: ControlsProps): ReactNode {
  const { model, fields, hasPictures, onChange } = props;
  const words = useWords().playground;
  const more = useMakeWords();
  const { capabilities } = model;
  const nMax = Math.min(capabilities?.n ?? 1, 10);
  const isTransparent = fields.background === "transparent";
  return (
    <>
      <SizeChoice
        sizes={sizesOf(model, hasPictures)}
        rule={sizeRuleOf(model)}
        value={fields.size}
        onChange={(size) => onChange({ size })}
      />
      <RatioChoice
        ratios={capabilities?.aspect_ratios ?? []}
        value={fields.aspect_ratio}
        onChange={(aspect_ratio) => onChange({ aspect_ratio })}
      />
      <WordChoice
        label={words.quality}
        among={capabilities?.qualities}
        value={fields.quality}
        onChange={(quality) => onChange({ quality })}
      />
      <WordChoice
        label={words.format}
        among={formatsOf(model)}
        ruledOut={isTransparent ? "jpeg" : undefined}
        hint={isTransparent ? more.noJpeg : undefined}
        value={fields.output_format}
        onChange={(output_format) => onChange({ output_format })}
      />
      {nMax === 1 ? null : (
        <Choice
          label={words.count}
          isEven
          value={String(fields.n)}
          options={Array.from({ length: nMax }, (_, at) => String(at + 1)).map((value) => ({
            value,
            text: value,
          }))}
          onChange={(n) => onChange({ n: Number(n) })}
        />
      )}
      <MoreControls {...props} />
    </>
  );
}
