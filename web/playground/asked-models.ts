import { useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Model } from "./models.ts";

/**
 * Chooses the model that the address names, once for each that it names. Returns the names in it that the person may not
 * use, or that nothing serves.
 */
export function useAskedModel(
  models: readonly Model[],
  choose: (model: string) => void,
): readonly string[] {
  const { model, compare } = useSearch({ from: "/inside/make" });
  const taken = useRef<string>(undefined);
  const served = new Set(models.map(({ id }) => id));
  const isServed = model !== undefined && served.has(model);
  useEffect(() => {
    if (!isServed || compare !== undefined || taken.current === model) return;
    taken.current = model;
    choose(model);
  });
  const asked = [...(model === undefined ? [] : [model]), ...(compare?.split(",") ?? [])];
  return [...new Set(asked)].filter((name) => name !== "" && !served.has(name));
}
