import { type RefObject, useEffect, useRef } from "react";

/** Leads to the first thing that a refusal is about, which may be out of sight: a field, a sentence, or both versions. */
export function useFirstFault(error: unknown): RefObject<HTMLFormElement | null> {
  const place = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error === undefined || error === null) return;
    const told = "[aria-invalid=true], [role=alert], [data-versions]";
    const first = place.current?.querySelector<HTMLElement>(told);
    first?.focus();
    first?.scrollIntoView({ block: "center" });
  }, [error]);
  return place;
}
