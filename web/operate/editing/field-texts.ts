/** The text of a field of a form; empty where nothing is set. */
export function textOf(value: string | number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

/** A text as a word of the admin API; null: it was emptied. */
export function orNull(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}

/** A whole number; what is none goes to the gateway as it is, which says so at the field. */
export function numberOr(text: string): number | string | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** Labels with commas between them; a label's value may have spaces in it. */
export function labelsOf(text: string): string[] {
  return text
    .split(/[,，\n]/)
    .map((label) => label.trim())
    .filter(Boolean);
}
