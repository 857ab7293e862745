import { useEffect, useState } from "react";
import { useGenerations } from "./follow.ts";
import type { Made } from "./generation.ts";
import { type RefusedOptions, refusedOptions } from "./refused-options.ts";

/** The refusals of the results that are looked at, and the way to what they are about. */
export interface OptionRefusals {
  of(model: string): RefusedOptions | undefined;
  /** The refusal that nobody has been led to yet, since it has only just come; undefined: there is none. */
  readonly fresh: RefusedOptions | undefined;
  /** Says that somebody has been led to it. */
  readonly found: () => void;
}

/** Says whether something is open, which a refusal of what is in it opens. */
export function useOpening(
  isRefused: boolean,
  isOpenAtFirst = false,
): readonly [boolean, (isOpen: boolean) => void] {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  useEffect(() => {
    if (isRefused) setOpen(true);
  }, [isRefused]);
  return [isOpen, setOpen];
}

/** Refusals of options among results, each at the model that refused. */
export function useRefusedOptions(made: readonly Made[]): OptionRefusals {
  const refused = refusedOptions(made, useGenerations(made));
  const [since, setSince] = useState(() => Date.now());
  const [fresh, setFresh] = useState<RefusedOptions>();
  // What was refused before this page was opened, or before what was led to last, leads nobody away from where they are.
  const next = made.find(({ id, at }) => at > since && refused.some((one) => one.id === id));
  useEffect(() => {
    if (next === undefined) return;
    setSince(next.at);
    setFresh(refused.find(({ id }) => id === next.id));
  }, [next, refused]);
  return {
    of: (model) => refused.find((one) => one.model === model),
    fresh,
    found: () => setFresh(undefined),
  };
}
