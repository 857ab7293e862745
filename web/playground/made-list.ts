import { useEffect, useState } from "react";
import type { Made } from "./generation.ts";

const stored = "pinhole.made";
/** Requests of a session that are remembered; older ones are in the gallery. */
const madeMax = 40;

/** The requests of one press of the button: one, or those of a comparison from left to right. Never empty. */
export interface Try {
  readonly id: string;
  readonly made: readonly Made[];
}

/** The requests of this browser's session: they outlive a reload. */
export interface MadeList {
  /** The newest first. */
  readonly tries: readonly Try[];
  readonly shown: Try | undefined;
  /** The requests that make what a request has left out. */
  fillersOf(made: Made): readonly Made[];
  /** Adds a try and shows it. */
  add(made: readonly Made[]): void;
  /** Puts one in the place of another in its comparison; the other one stays as a try of its own. */
  replace(before: Made, next: Made): void;
  /** Adds one that makes what another has left out, and shows it there. */
  fill(next: Made): void;
  show(id: string): void;
}

function readMade(): readonly Made[] {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(stored) ?? "[]");
    return Array.isArray(list) ? (list as readonly Made[]) : [];
  } catch {
    return [];
  }
}

/** The requests in tries, in their order. What fills another up is part of that one. */
export function triesOf(made: readonly Made[]): readonly Try[] {
  const tries = new Map<string, Made[]>();
  const ids = new Set(made.map(({ id }) => id));
  for (const one of made) {
    if (one.fills !== undefined && ids.has(one.fills)) continue;
    const id = one.group ?? one.id;
    tries.set(id, [...(tries.get(id) ?? []), one]);
  }
  return [...tries].map(([id, of]) => ({ id, made: of }));
}

/** The list after `next` took the place of `before` in its comparison. */
export function replaced(list: readonly Made[], before: Made, next: Made): readonly Made[] {
  const at = list.findIndex(({ id }) => id === before.id);
  const alone = { ...before, group: undefined };
  // Those of a comparison that was forgotten since begin one of their own.
  if (at === -1) return [next, ...list];
  const same = list.toSpliced(at, 1, { ...next, group: before.group });
  const last = same.findLastIndex(({ group }) => group !== undefined && group === before.group);
  return before.refused === undefined ? same.toSpliced(last + 1, 0, alone) : same;
}

/** The list of this session, and ways to change it. */
export function useMadeList(): MadeList {
  const [made, setMade] = useState(readMade);
  const tries = triesOf(made);
  const [shownId, setShownId] = useState<string | undefined>(tries[0]?.id);
  useEffect(() => sessionStorage.setItem(stored, JSON.stringify(made)), [made]);
  const put = (next: readonly Made[]): void =>
    setMade((before) => [...next, ...before].slice(0, madeMax));
  return {
    tries,
    shown: tries.find(({ id }) => id === shownId),
    fillersOf: ({ id }) => made.filter(({ fills }) => fills === id).toReversed(),
    add(next) {
      put(next);
      setShownId(triesOf(next)[0]?.id);
    },
    replace: (before, next) => setMade((list) => replaced(list, before, next)),
    fill: (next) => put([next]),
    show: setShownId,
  };
}
