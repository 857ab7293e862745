import { useState } from "react";
import type { ReactNode } from "react";
import { FileTrigger } from "react-aria-components";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Check } from "../ui/check.tsx";
import { Choice } from "../ui/choice.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Message } from "../ui/message.tsx";
import { Range } from "../ui/range.tsx";
import type { Editing } from "./editing.ts";
import { grownMax, softMax } from "./mask.ts";
import { type Overlay, overlays } from "./overlay.ts";

interface SettingsProps {
  readonly editing: Editing;
  /** The words on why a file was not taken. */
  readonly fault: string | undefined;
  readonly onLoad: (file: File) => void;
  readonly onSave: () => void;
}

/** The controls that have numbers or words: what is selected at once, the edge, the rectangle, files. */
export function MaskSettings({ editing, fault, onLoad, onSave }: SettingsProps): ReactNode {
  const words = useWords().mask;
  const { settings, hand } = editing;
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap gap-1.5">
        <Button onPress={() => editing.add({ kind: "whole" })}>{words.whole}</Button>
        <Button onPress={() => editing.add({ kind: "invert" })}>{words.invert}</Button>
        <Button onPress={() => editing.add({ kind: "clear" })}>{words.clear}</Button>
      </div>
      <Check
        label={words.keepRest}
        hint={words.keepRestMeans}
        isOn={settings.keepsRest}
        onChange={(keepsRest) => editing.set({ keepsRest })}
      />
      <Rectangle editing={editing} />
      <Range
        label={words.soft}
        value={settings.soft}
        text={settings.soft === 0 ? words.hard : words.pixels(settings.soft)}
        min={0}
        max={softMax}
        onChange={(soft) => editing.set({ soft })}
      />
      <Range
        label={words.grow}
        value={settings.grown}
        text={words.pixels(settings.grown)}
        min={-grownMax}
        max={grownMax}
        onChange={(grown) => editing.set({ grown })}
      />
      <Choice
        label={words.overlay}
        value={hand.overlay}
        options={overlays.map((value) => ({ value, text: words.overlays[value] }))}
        onChange={(overlay) => editing.hold({ overlay: overlay as Overlay })}
      />
      <div className="flex flex-wrap gap-1.5">
        <FileTrigger
          acceptedFileTypes={["image/png"]}
          onSelect={(files) => {
            const [file] = files ?? [];
            if (file !== undefined) onLoad(file);
          }}
        >
          <Button>
            <Icon name="upload" size={16} />
            {words.load}
          </Button>
        </FileTrigger>
        <Button onPress={onSave}>
          <Icon name="download" size={16} />
          {words.saveFile}
        </Button>
      </div>
      {fault === undefined ? null : <Message tone="bad" title={fault} />}
    </div>
  );
}

/** A rectangle by its numbers: a mask without any pointer. */
function Rectangle({ editing }: { readonly editing: Editing }): ReactNode {
  const words = useWords().mask;
  const { size, hand } = editing;
  const [numbers, setNumbers] = useState({ x: "0", y: "0", width: "", height: "" });
  const area = {
    x: Number(numbers.x),
    y: Number(numbers.y),
    width: Number(numbers.width),
    height: Number(numbers.height),
  };
  const isWhole = area.width > 0 && area.height > 0 && area.x < size.width && area.y < size.height;
  const add = (adds: boolean): void => editing.add({ kind: "rectangle", area, adds });
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1 text-label font-medium">{words.rectangle}</legend>
      <div className="grid grid-cols-4 gap-2">
        {(["x", "y", "width", "height"] as const).map((name) => (
          <Field
            key={name}
            label={words.places[name]}
            inputMode="numeric"
            value={numbers[name]}
            onChange={(text) =>
              setNumbers({ ...numbers, [name]: text.replaceAll(/\D/g, "").slice(0, 5) })
            }
          />
        ))}
      </div>
      <div className="flex flex-wrap gap-1.5">
        <Button isDisabled={!isWhole} onPress={() => add(true)}>
          {words.add}
        </Button>
        <Button isDisabled={!isWhole} onPress={() => add(false)}>
          {words.takeAway}
        </Button>
      </div>
      <Check
        label={words.shapesTakeAway}
        isOn={hand.takesAway}
        onChange={(takesAway) => editing.hold({ takesAway })}
      />
    </fieldset>
  );
}
