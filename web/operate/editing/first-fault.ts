import { type RefObject, useEffect, useRef } from "react";

/** Leads to the first thing that a refusal is about, which may be out of sight: a field, a sentence, or both versions. */
export function useFirstFault(error: unknown): RefObject<HTMLFormElement | null> {
  const place = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error !== undefined && error !== null) leadToFault(place.current);
  }, [error]);
  return place;
}

/** Brings the first thing that is wrong within a place into sight, and the focus to it. */
export function leadToFault(place: Element | null): void {
  // A list that opens says that it is invalid, and its button has the focus for it.
  const told = "[aria-invalid=true], [data-invalid] > button, [role=alert], [data-versions]";
  const first = place?.querySelector<HTMLElement>(told);
  first?.focus();
  first?.scrollIntoView({ block: "center" });
}
