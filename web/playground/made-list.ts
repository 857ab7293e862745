import { useEffect, useState } from "react";
import type { Made } from "./generation.ts";

const stored = "pinhole.made";
/** Results of a session that are remembered; older ones are in the gallery. */
const madeMax = 40;

function readMade(): readonly Made[] {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(stored) ?? "[]");
    return Array.isArray(list) ? (list as readonly Made[]) : [];
  } catch {
    return [];
  }
}

/** The requests of this browser's session, newest first, and the one that is shown: they outlive a reload. */
export function useMadeList(): {
  readonly made: readonly Made[];
  readonly shown: Made | undefined;
  readonly add: (made: Made) => void;
  readonly show: (id: string) => void;
} {
  const [made, setMade] = useState(readMade);
  const [shownId, setShownId] = useState<string | undefined>(made[0]?.id);
  useEffect(() => sessionStorage.setItem(stored, JSON.stringify(made)), [made]);
  return {
    made,
    shown: made.find(({ id }) => id === shownId),
    add(next) {
      setMade((before) => [next, ...before].slice(0, madeMax));
      setShownId(next.id);
    },
    show: setShownId,
  };
}
