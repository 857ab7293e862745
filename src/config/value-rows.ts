import { z } from "zod";
import type { ResourceEntry } from "../core/resource.ts";
import type { Faults } from "./faults.ts";
import { readWith } from "./issues.ts";
import { didYouMean } from "./suggest.ts";

/** The settings that entries of a kind may have as their ids. */
export interface KnownSettings {
  /** In words: `policy`. */
  readonly what: string;
  readonly schemas: Readonly<Record<string, z.ZodType>>;
}

/** The value of an entry that is one setting, as its schema reads it; undefined where it is at fault. */
export function readValue(
  { id, words }: ResourceEntry,
  { what, schemas }: KnownSettings,
  faults: Faults,
): unknown {
  const ids = Object.keys(schemas);
  const setting = Object.hasOwn(schemas, id) ? schemas[id] : undefined;
  if (setting === undefined) {
    const hint = didYouMean(id, ids);
    faults.add(
      ["id"],
      `there is no ${what} \`${id}\`${hint === "" ? `; there are ${ids.join(", ")}` : hint}`,
    );
    return undefined;
  }
  if (!Object.hasOwn(words, "value")) {
    faults.add(["value"], "`value` is missing; it must be given");
    return undefined;
  }
  const schema = z.strictObject({ value: setting });
  return readWith(schema, words, { faults, at: [], asWritten: true })?.value;
}
