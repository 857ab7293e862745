import { useEffect, useRef } from "react";
import type { Intake } from "./intake.ts";

/** Takes pictures that are pasted or dropped anywhere on the page, while nothing lies over it. */
export function useIntakeEvents(intake: Intake): void {
  const latest = useRef(intake);
  latest.current = intake;
  useEffect(() => {
    const take = (event: Event, data: DataTransfer | null): void => {
      const files = [...(data?.files ?? [])];
      if (files.length === 0 || event.defaultPrevented || isCovered()) return;
      event.preventDefault();
      void latest.current.take(files);
    };
    const paste = (event: ClipboardEvent): void => {
      // Text that has a picture of itself beside it is meant as text.
      const isText = event.clipboardData?.types.includes("text/plain") === true;
      if (!isText) take(event, event.clipboardData);
    };
    const drop = (event: DragEvent): void => take(event, event.dataTransfer);
    // A browser would leave the page for a picture that is dropped on it.
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
    };
    const key = (event: KeyboardEvent): void => {
      const isPaste =
        event.key.toUpperCase() === "V" && event.shiftKey && (event.metaKey || event.ctrlKey);
      if (isPaste && !isCovered()) void pasted().then((files) => latest.current.take(files));
    };
    const controller = new AbortController();
    const { signal } = controller;
    document.addEventListener("paste", paste, { signal });
    document.addEventListener("dragover", over, { signal });
    document.addEventListener("drop", drop, { signal });
    document.addEventListener("keydown", key, { signal, capture: true });
    return () => controller.abort();
  }, []);
}

function isCovered(): boolean {
  return document.querySelector("[role=dialog],[role=alertdialog]") !== null;
}

/** The pictures of the clipboard; none where there is none, or the browser keeps it shut. */
async function pasted(): Promise<readonly File[]> {
  try {
    const items = await navigator.clipboard.read();
    const found = items.flatMap((item) =>
      item.types
        .filter((type) => type.startsWith("image/"))
        .slice(0, 1)
        .map((type) => ({ item, type })),
    );
    return await Promise.all(
      found.map(
        async ({ item, type }) => new File([await item.getType(type)], "picture", { type }),
      ),
    );
  } catch {
    return [];
  }
}
