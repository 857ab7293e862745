import { isRecord } from "../core/entry-paths.ts";
import type { Faults, Path } from "./faults.ts";
import { settingName } from "./faults.ts";

/** A setting that this version knows but does not honour. A feature that lands removes its line. */
export interface NotYet {
  /** The setting's path; `[]` stands for every place of a list. */
  readonly setting: string;
  /** Only for values that match; absent: for every value but an empty one. */
  readonly when?: RegExp;
  /** Words on what to do instead, after "… is not supported in this version; ". */
  readonly instead: string;
}

export const notYet: readonly NotYet[] = [];

/** The line about a setting, where there is one for all its values. */
export function isNotYet(setting: string): boolean {
  return notYet.some(
    (row) =>
      row.when === undefined && (row.setting === setting || setting.startsWith(`${row.setting}.`)),
  );
}

/** Adds a fault for every setting in the tree that this version would have to ignore. */
export function findNotYet(tree: unknown, faults: Faults, rows = notYet): void {
  for (const row of rows) {
    const steps = row.setting.split(/\.|(?=\[\])/);
    for (const { path, value } of placesOf(tree, steps, [])) {
      const asked = row.when === undefined ? !isEmpty(value) : row.when.test(String(value));
      if (!asked) continue;
      const kind = row.when === undefined ? "" : ` with ${String(value).split(":")[0]}:`;
      faults.add(
        path,
        `\`${settingName(path)}\`${kind} is not supported in this version; ${row.instead}`,
      );
    }
  }
}

/** True where a value asks for nothing: it is as if the setting were not there. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.keys(value).length === 0;
  return value === "" || value === false;
}

function placesOf(
  value: unknown,
  steps: readonly string[],
  path: Path,
): { readonly path: Path; readonly value: unknown }[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path, value }];
  if (step === "[]") {
    if (!Array.isArray(value)) return [];
    return value.flatMap((inner, index) => placesOf(inner, rest, [...path, index]));
  }
  if (!isRecord(value) || !Object.hasOwn(value, step)) return [];
  return placesOf(value[step], rest, [...path, step]);
}
