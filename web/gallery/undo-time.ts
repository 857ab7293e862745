const stored = "pinhole.undo";

/** True where a deletion waits until it is confirmed or the gallery is left; a person can choose so in this browser. */
export function undoWaits(): boolean {
  return localStorage.getItem(stored) === "waits";
}

/** Chooses whether deletions wait, or are carried out after some seconds. */
export function letUndoWait(waits: boolean): void {
  if (waits) localStorage.setItem(stored, "waits");
  else localStorage.removeItem(stored);
}
