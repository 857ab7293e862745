/** A resource as the audit has it; null: there was none. */
export type AuditState = Readonly<Record<string, unknown>> | null;

/** A field that is not the same before and after, as texts; undefined: it was not there. */
export interface Difference {
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Fields that change with every change and say nothing. */
const always: ReadonlySet<string> = new Set(["version", "object"]);

/** The fields of a resource that differ, in its own order; nested ones by their path. */
export function differencesOf(before: AuditState, after: AuditState): Difference[] {
  const [was, is] = [flat(before), flat(after)];
  const fields = new Set([...was.keys(), ...is.keys()]);
  return [...fields]
    .filter((field) => !always.has(field))
    .map((field) => ({ field, before: was.get(field), after: is.get(field) }))
    .filter((one) => one.before !== one.after);
}

/** The leaves of a document by their paths. Lists are leaves, and what is null or empty is not there. */
function flat(state: AuditState): Map<string, string> {
  const leaves = new Map<string, string>();
  const visit = (path: string, value: unknown): void => {
    if (value === null || value === undefined || value === "") return;
    if (typeof value === "object" && !Array.isArray(value))
      for (const [name, inner] of Object.entries(value))
        visit(path === "" ? name : `${path}.${name}`, inner);
    else if (!Array.isArray(value) || value.length > 0) leaves.set(path, textOf(value));
  };
  visit("", state);
  return leaves;
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => typeof one !== "object"))
    return value.join(", ");
  return JSON.stringify(value);
}
