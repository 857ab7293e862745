import { useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Choice } from "../ui/choice.tsx";
import { Field } from "../ui/field.tsx";
import type { Capabilities } from "./models.ts";

const custom = "custom";

/** Sizes as drawings of their proportions; where the model takes any, width and height to type. */
export function SizeChoice({
  sizes,
  rule,
  value,
  onChange,
}: {
  readonly sizes: readonly string[];
  readonly rule: Capabilities["size_rule"];
  readonly value: string;
  readonly onChange: (size: string) => void;
}): ReactNode {
  const words = useWords().playground;
  const isListed = value === "" || sizes.includes(value);
  const [isCustom, setCustom] = useState(!isListed);
  const [width = "", height = ""] = (isListed ? "1024x1024" : value).split("x");
  const choose = (chosen: string): void => {
    setCustom(chosen === custom);
    if (chosen !== custom) onChange(chosen === "auto" ? "" : chosen);
    else onChange(`${width}x${height}`);
  };
  const options = [
    { value: "auto", text: words.auto },
    ...sizes
      .filter((size) => size !== "auto")
      .map((size) => ({ value: size, text: size.replace("x", " × "), drawing: drawingOf(size) })),
    ...(rule === undefined ? [] : [{ value: custom, text: words.customSize }]),
  ];
  return (
    <div className="flex flex-col gap-2">
      <Choice
        label={words.size}
        value={isCustom ? custom : value === "" ? "auto" : value}
        options={options}
        onChange={choose}
      />
      {isCustom ? (
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
      ) : null}
    </div>
  );
}

function digits(text: string): string {
  return text.replaceAll(/\D/g, "").slice(0, 5);
}

/** A frame of the size's proportions, 14 px along its longer edge. */
function drawingOf(size: string): ReactNode {
  const [width = 1, height = 1] = size.split("x").map(Number);
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
