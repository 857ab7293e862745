const stored = "pinhole.letters";

/** True where single letters are shortcuts; a person can turn them off in this browser. */
export function lettersAreOn(): boolean {
  return localStorage.getItem(stored) !== "off";
}

/** Turns shortcuts of one letter on or off. */
export function turnLetters(on: boolean): void {
  if (on) localStorage.removeItem(stored);
  else localStorage.setItem(stored, "off");
}

const untyped: ReadonlySet<string> = new Set([
  "checkbox",
  "radio",
  "range",
  "button",
  "submit",
  "file",
]);

/** True where a letter is meant for a field. */
export function isTypedInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !untyped.has(target.type);
  return target.isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(target.tagName);
}

/** True where a letter may be a shortcut of the page: none is typed, none of a list's own search, and no dialog is open. */
export function isShortcut(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.isComposing || !lettersAreOn() || isTypedInto(event.target)) return false;
  return (
    !(event.target instanceof HTMLElement && event.target.closest("[role=listbox],[role=menu]")) &&
    document.querySelector("[role=dialog],[role=alertdialog]") === null
  );
}
