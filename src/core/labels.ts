import { PinholeError } from "./errors.ts";

/** A label is a word (`nightly`) or a name with a value (`project=fox`); usage is told by it. */

/** Labels of one key or team, and those that one request may bring. */
export const ownLabelsMax = 8;
export const requestLabelsMax = 3;

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/;
const valuePattern = /^[A-Za-z0-9](?:[A-Za-z0-9 _.:/@+-]{0,78}[A-Za-z0-9_.:/@+-])?$/;

/** The form of a label in words. */
export const labelForm =
  "a word, or a name with a value as in `project=fox`: a name of at most 40 letters, digits, `_`, `.` and `-`, a value of at most 80 of these, spaces and `:/@+`, each beginning with a letter or digit";

/** True for a text that is a label. */
export function isLabel(text: string): boolean {
  const at = text.indexOf("=");
  if (at === -1) return namePattern.test(text);
  return namePattern.test(text.slice(0, at)) && valuePattern.test(text.slice(at + 1));
}

/** Labels as they are written: a list of labels, or names with their values, where an empty one makes a word. */
export type WrittenLabels = readonly string[] | Readonly<Record<string, string>>;

/** Written labels as a list, sorted; what is wrong with them stays in it. */
export function labelsOf(written: WrittenLabels): string[] {
  const list = Array.isArray(written)
    ? (written as readonly string[])
    : Object.entries(written).map(([name, value]) => (value === "" ? name : `${name}=${value}`));
  return list.toSorted();
}

/** The reason why a list of labels cannot be taken, as the rest of a sentence; undefined where it can. */
export function labelFault(labels: readonly string[], countMax: number): string | undefined {
  if (labels.length > countMax) return `has ${labels.length} labels; at most ${countMax} are taken`;
  const wrong = labels.find((label) => !isLabel(label));
  if (wrong !== undefined) return `has \`${wrong.slice(0, 60)}\`, where each label is ${labelForm}`;
  const names = labels.map(nameOf);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined ? undefined : `has the label \`${twice}\` twice; send each name once`;
}

/** The header by which a request brings labels. */
export const labelsHeader = "x-pinhole-labels";

/** The labels of a request's header. Throws invalid_value where it has too many, or what is no label. */
export function labelsOfHeader(header: string | readonly string[] | undefined): readonly string[] {
  const text = [header ?? ""].flat().join(",");
  if (text.trim() === "") return none;
  const labels = labelsOf(text.split(",").map((label) => label.trim().replace(/\s*=\s*/, "=")));
  const fault = labelFault(labels, requestLabelsMax);
  if (fault === undefined) return labels;
  throw new PinholeError("invalid_value", {
    message: `The header \`${labelsHeader}\` ${fault}.`,
    param: labelsHeader,
  });
}

/** The header's values as a regular expression, for documents. */
export const labelsHeaderPattern = `^ *${oneOf()} *(, *${oneOf()} *){0,${requestLabelsMax - 1}}$`;

function oneOf(): string {
  const inner = (pattern: RegExp): string => pattern.source.slice(1, -1);
  return `${inner(namePattern)}(=${inner(valuePattern)})?`;
}

const none: readonly string[] = [];

/** Labels of several owners as one list, sorted: of those with one name that of the later list holds. */
export function mergedLabels(...lists: readonly (readonly string[])[]): readonly string[] {
  const byName = new Map<string, string>();
  for (const label of lists.flat()) byName.set(nameOf(label), label);
  return [...byName.values()].toSorted();
}

function nameOf(label: string): string {
  return label.split("=", 1)[0] ?? label;
}
