import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Range } from "../ui/range.tsx";
import { type Editing, type Tool, breadthMax, tools } from "./editing.ts";
import type { Size } from "./selection.ts";
import { scaleMax, scaleMin } from "./view.ts";
import type { Viewing } from "./viewing.ts";

const icons: Readonly<Record<Tool, IconName>> = {
  brush: "brush",
  eraser: "eraser",
  rectangle: "rectangle",
  lasso: "lasso",
};

/** Letters of the tools, as they are printed on the keys. */
export const toolKeys: Readonly<Record<Tool, string>> = {
  brush: "B",
  eraser: "E",
  rectangle: "R",
  lasso: "L",
};

/** The tools, and the ways back and forth: beside the picture, or on a phone below it. */
export function ToolBar({ editing }: { readonly editing: Editing }): ReactNode {
  const words = useWords().mask;
  const { history, hand } = editing;
  return (
    <div
      role="toolbar"
      aria-label={words.tools}
      className="flex items-center justify-center gap-1 border-line p-2 phone:flex-col phone:justify-start phone:border-r"
    >
      {tools.map((tool) => (
        <ToolButton
          key={tool}
          tool={tool}
          isHeld={hand.tool === tool}
          onPress={() => editing.hold({ tool })}
        />
      ))}
      <span className="mx-1 h-6 border-l border-line phone:mx-0 phone:my-1 phone:h-0 phone:w-6 phone:border-t phone:border-l-0" />
      <Button
        kind="quiet"
        isSquare
        aria-label={words.undo}
        isDisabled={history.inForce === 0}
        onPress={() => editing.go(-1)}
      >
        <Icon name="undo" />
      </Button>
      <Button
        kind="quiet"
        isSquare
        aria-label={words.redo}
        isDisabled={history.inForce === history.steps.length}
        onPress={() => editing.go(1)}
      >
        <Icon name="redo" />
      </Button>
    </div>
  );
}

function ToolButton({
  tool,
  isHeld,
  onPress,
}: {
  readonly tool: Tool;
  readonly isHeld: boolean;
  readonly onPress: () => void;
}): ReactNode {
  const name = useWords().mask.toolNames[tool];
  return (
    <button
      type="button"
      aria-label={name}
      aria-pressed={isHeld}
      aria-keyshortcuts={toolKeys[tool]}
      title={`${name} (${toolKeys[tool]})`}
      onClick={onPress}
      className={classNames(
        "grid size-10 place-items-center rounded-control pointer-coarse:size-11",
        isHeld ? "bg-accent text-on-accent" : "text-soft hover:bg-sunk hover:text-ink",
      )}
    >
      <Icon name={icons[tool]} />
    </button>
  );
}

/** The brush's size and the picture's, below it. */
export function SizeBar({
  editing,
  viewing,
}: {
  readonly editing: Editing;
  readonly viewing: Viewing;
}): ReactNode {
  const words = useWords().mask;
  const { hand } = editing;
  const { scale } = viewing.view;
  // Each doubling is as far as the one before.
  const zoom = Math.log2(scale);
  return (
    <div className="grid grid-cols-2 items-end gap-x-6 gap-y-2 border-t border-line px-4 py-2 phone:grid-cols-[1fr_auto_1fr]">
      <Range
        label={words.breadth}
        value={hand.breadth}
        text={words.pixels(hand.breadth)}
        min={1}
        max={breadthMax}
        onChange={(breadth) => editing.hold({ breadth })}
      />
      <div className="col-span-2 row-start-2 flex justify-center gap-1 phone:col-span-1 phone:col-start-2 phone:row-start-1">
        <Button kind="quiet" onPress={() => viewing.change(undefined)}>
          {words.fit}
        </Button>
        <Button kind="quiet" onPress={() => viewing.zoomTo(1)}>
          {words.percent(100)}
        </Button>
      </div>
      <Range
        label={words.zoom}
        value={zoom}
        text={words.percent(Math.round(scale * 100))}
        min={Math.log2(scaleMin)}
        max={Math.log2(scaleMax)}
        step={0.01}
        onChange={(next) => viewing.zoomTo(2 ** next)}
      />
    </div>
  );
}

/** The size of a picture in words. */
export function sizeWords({ width, height }: Size): string {
  return `${width} × ${height}`;
}
