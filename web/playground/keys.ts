import { useEffect, useRef } from "react";
import { isShortcut } from "../frame/letters.ts";
import type { MadeList } from "./made-list.ts";

/** The ways in which keys reach the playground. */
interface Reached {
  readonly list: MadeList;
  readonly prompt: string;
  readonly write: (prompt: string) => void;
}

/** Lets keys show one of the newest results, and bring earlier prompts back. */
export function usePlaygroundKeys(reached: Reached): void {
  const latest = useRef(reached);
  latest.current = reached;
  /** The prompt that was written before earlier ones were looked at. */
  const written = useRef("");
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { list, prompt, write } = latest.current;
      const shown = /^[1-4]$/.test(event.key) ? list.tries[Number(event.key) - 1] : undefined;
      if (shown !== undefined && isShortcut(event)) list.show(shown.id);
      const steps = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
      if (steps === 0 || !event.altKey || event.defaultPrevented || isCovered()) return;
      event.preventDefault();
      const earlier = promptsOf(list);
      const at = earlier.indexOf(prompt);
      if (at === -1) written.current = prompt;
      const next = at + steps === -1 ? written.current : earlier[at + steps];
      if (next !== undefined && at + steps >= -1) write(next);
    };
    // Fields keep what is pressed in them to themselves, so it is heard on its way down.
    document.addEventListener("keydown", press, true);
    return () => document.removeEventListener("keydown", press, true);
  }, []);
}

/** True while something lies over the page. */
function isCovered(): boolean {
  return document.querySelector("[role=dialog],[role=alertdialog],[role=listbox]") !== null;
}

/** The prompts of this session, each once, the newest first. */
function promptsOf({ tries }: MadeList): readonly string[] {
  return [...new Set(tries.flatMap(({ made }) => made.map(({ fields }) => fields.prompt)))];
}
