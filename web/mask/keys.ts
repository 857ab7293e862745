import { useEffect, useRef, useState } from "react";
import { isTypedInto, lettersAreOn } from "../frame/letters.ts";
import { type Editing, breadthMax, tools } from "./editing.ts";
import { toolKeys } from "./tool-bar.tsx";
import type { Viewing } from "./viewing.ts";

/** Lets the editor be used by keys, by the letters that they print. Returns whether the space bar is held. */
export function useMaskKeys(editing: Editing, viewing: Viewing): boolean {
  const [isSpaceHeld, setSpaceHeld] = useState(false);
  const press = useRef<(event: KeyboardEvent) => boolean>(() => false);
  press.current = (event) => heed(event, editing, viewing);
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (isTypedInto(event.target)) return;
      if (event.key === " " && !isButton(event.target)) {
        setSpaceHeld(true);
        event.preventDefault();
      } else if (press.current(event)) event.preventDefault();
    };
    const up = (event: KeyboardEvent): void => {
      if (event.key === " ") setSpaceHeld(false);
    };
    document.addEventListener("keydown", down);
    document.addEventListener("keyup", up);
    return () => {
      document.removeEventListener("keydown", down);
      document.removeEventListener("keyup", up);
    };
  }, []);
  return isSpaceHeld;
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button, input, [role=radio]") !== null;
}

/** Does what a key means; false where it means nothing here. */
function heed(event: KeyboardEvent, editing: Editing, viewing: Viewing): boolean {
  const key = event.key.toUpperCase();
  if (event.metaKey || event.ctrlKey) {
    if (key !== "Z" && key !== "Y") return false;
    editing.go(event.shiftKey || key === "Y" ? 1 : -1);
    return true;
  }
  if (event.altKey || !lettersAreOn()) return false;
  const tool = tools.find((one) => toolKeys[one] === key);
  if (tool !== undefined) editing.hold({ tool });
  else if (key === "X") editing.hold({ tool: editing.hand.tool === "brush" ? "eraser" : "brush" });
  else if (key === "I") editing.add({ kind: "invert" });
  else if (key === "0") viewing.change(undefined);
  else return resize(event, editing);
  return true;
}

/** The brush's size by `,` and `.` or `-` and `+`, with Shift by ten. */
function resize({ key, shiftKey }: KeyboardEvent, editing: Editing): boolean {
  const step = ",<-_".includes(key) ? -1 : ".>+=*".includes(key) ? 1 : 0;
  if (step === 0 || key.length !== 1) return false;
  const breadth = editing.hand.breadth + step * (shiftKey ? 10 : 1);
  editing.hold({ breadth: Math.min(breadthMax, Math.max(1, breadth)) });
  return true;
}
