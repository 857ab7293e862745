/** The answer of `POST /admin/v1/apply`. */
export interface ToldDifference {
  readonly applied: boolean;
  readonly version: number;
  readonly changes: readonly {
    readonly action: string;
    readonly resource: string;
    readonly id: string;
    readonly fields: readonly {
      readonly field: string;
      readonly before: unknown;
      readonly after: unknown;
    }[];
  }[];
  readonly unchanged: number;
}

const signs: Readonly<Record<string, string>> = { create: "+", change: "~" };

/** A difference as people read it: an entry a line, and what becomes of its fields below it. */
export function differenceText(
  { applied, version, changes, unchanged }: ToldDifference,
  isDryRun: boolean,
): string {
  const as = `${unchanged} ${unchanged === 1 ? "entry is" : "entries are"} as wanted`;
  if (changes.length === 0) return `No change: ${as}.\n`;
  const lines = changes.flatMap(({ action, resource, id, fields }) => [
    `${signs[action] ?? "-"} ${resource} ${id}${action in signs ? "" : ` (${action})`}`,
    ...fields.map(({ field, before, after }) =>
      action === "create"
        ? `    ${field}: ${shown(after)}`
        : `    ${field}: ${shown(before)} → ${shown(after)}`,
    ),
  ]);
  const many = `${changes.length} ${changes.length === 1 ? "change" : "changes"}`;
  const end = applied
    ? `${many} made, ${as}; version ${version}.`
    : `${many} to make, ${as}; ${isDryRun ? `nothing was done, since this is a dry run from version ${version}` : "nothing was done"}.`;
  return [...lines, end].map((line) => `${line}\n`).join("");
}

/** A value on one line, without what steers a terminal. */
function shown(value: unknown): string {
  if (value === null) return "none";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.replaceAll(/\p{C}/gu, "?");
}
