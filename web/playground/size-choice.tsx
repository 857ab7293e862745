import { useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Choice } from "../ui/choice.tsx";
import { Field } from "../ui/field.tsx";
import type { SizeRule } from "./models.ts";
import { sizeFault, usualSizes } from "./size-rule.ts";
import { useMakeWords } from "./words.ts";

const custom = "custom";

/** Sizes as drawings of their proportions; where the model takes any, width and height to type. */
export function SizeChoice({
  sizes,
  rule,
  value,
  onChange,
}: {
  readonly sizes: readonly string[];
  /** The rule of free sizes; undefined: there are none. */
  readonly rule: SizeRule | undefined;
  readonly value: string;
  readonly onChange: (size: string) => void;
}): ReactNode {
  const words = useWords().playground;
  const named = sizes.filter((size) => size !== "auto");
  const offered = named.length > 0 || rule === undefined ? named : usualSizes(rule);
  const isListed = value === "" || offered.includes(value);
  const [asksCustom, setCustom] = useState(false);
  const isCustom = rule !== undefined && (asksCustom || !isListed);
  const choose = (chosen: string): void => {
    setCustom(chosen === custom);
    if (chosen !== custom) onChange(chosen === "auto" ? "" : chosen);
    else if (value === "") onChange(offered[0] ?? "1024x1024");
  };
  const options = [
    { value: "auto", text: words.auto },
    ...offered.map((size) => ({
      value: size,
      text: size.replace("x", " × "),
      drawing: drawingOf(size, "x"),
    })),
    ...(rule === undefined ? [] : [{ value: custom, text: words.customSize }]),
  ];
  if (options.length < 2) return null;
  return (
    <div className="flex flex-col gap-2">
      <Choice
        label={words.size}
        value={isCustom ? custom : value === "" ? "auto" : value}
        options={options}
        onChange={choose}
      />
      {isCustom ? <CustomSize rule={rule} value={value} onChange={onChange} /> : null}
    </div>
  );
}

/** Width and height to type, with the rule that they have to keep to. */
function CustomSize({
  rule,
  value,
  onChange,
}: {
  readonly rule: SizeRule;
  readonly value: string;
  readonly onChange: (size: string) => void;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const [width = "", height = ""] = value.split("x");
  const fault = sizeFault(value, rule);
  const says = fault === undefined ? more.sizeRule(rule) : more.sizeFaults[fault](rule);
  return (
    <div className="flex flex-col gap-1.5">
      <div className="grid grid-cols-2 gap-2">
        <Field
          label={words.width}
          inputMode="numeric"
          value={width}
          onChange={(next) => onChange(`${digits(next)}x${height}`)}
        />
        <Field
          label={words.height}
          inputMode="numeric"
          value={height}
          onChange={(next) => onChange(`${width}x${digits(next)}`)}
        />
      </div>
      {says === "" ? null : (
        <p role="status" className={`text-label ${fault === undefined ? "text-soft" : "text-bad"}`}>
          {says}
        </p>
      )}
    </div>
  );
}

function digits(text: string): string {
  return text.replaceAll(/\D/g, "").slice(0, 5);
}

/** Shapes as drawings, of models that take a shape and not pixels. */
export function RatioChoice({
  ratios,
  value,
  onChange,
}: {
  readonly ratios: readonly string[];
  readonly value: string;
  readonly onChange: (ratio: string) => void;
}): ReactNode {
  const auto = useWords().playground.auto;
  const more = useMakeWords();
  if (ratios.length === 0) return null;
  return (
    <Choice
      label={more.shape}
      value={value === "" ? "auto" : value}
      options={[
        { value: "auto", text: auto },
        ...ratios.map((ratio) => ({ value: ratio, text: ratio, drawing: drawingOf(ratio, ":") })),
      ]}
      onChange={(next) => onChange(next === "auto" ? "" : next)}
    />
  );
}

/** A frame of the size's proportions, 14 px along its longer edge. */
function drawingOf(size: string, between: string): ReactNode {
  const [width = 1, height = 1] = size.split(between).map(Number);
  if (!(width > 0) || !(height > 0)) return null;
  const scale = 14 / Math.max(width, height);
  const [w, h] = [Math.max(4, width * scale), Math.max(4, height * scale)];
  return (
    <svg
      aria-hidden
      width="16"
      height="16"
      viewBox="0 0 16 16"
      className="fill-none stroke-current"
    >
      <rect x={8 - w / 2} y={8 - h / 2} width={w} height={h} rx="1" strokeWidth="1.4" />
    </svg>
  );
}
