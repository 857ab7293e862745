import type { z } from "zod";
import { formOf } from "./issues.ts";
import { isNotYet } from "./not-yet.ts";
import { fileSchema } from "./schema.ts";
import { settingSources } from "./sources.ts";
import { elementOf, settingsOf, unwrap } from "./walk.ts";

/** One setting as the generated documentation shows it. */
export interface SettingRow {
  /** `server.port`, `channels[].id`. */
  readonly setting: string;
  /** The expected form in words. */
  readonly form: string;
  /** As it is written in the file; undefined: none, and then `required` says whether it must be given. */
  readonly default: string | undefined;
  readonly required: boolean;
  readonly description: string;
  /** Environment variables, the first that is set counts. */
  readonly variables: readonly string[];
  /** `--port <number>`. */
  readonly flag: string | undefined;
  /** False: this version answers it with a fault. */
  readonly supported: boolean;
}

/** Every setting of `pinhole.yaml`, in the order of the file; sections themselves are left out. */
export function settingsReference(): SettingRow[] {
  return rowsOf(fileSchema, "");
}

function rowsOf(schema: z.core.$ZodType, prefix: string): SettingRow[] {
  return Object.entries(settingsOf(schema)).flatMap(([name, inner]) => {
    const setting = prefix === "" ? name : `${prefix}.${name}`;
    const element = elementOf(inner);
    const own = unwrap(inner);
    const below =
      element === undefined
        ? rowsOf(inner, setting)
        : element.kind === "list"
          ? rowsOf(element.schema, `${setting}[]`)
          : [];
    // A group has no value of its own, unless its words say so.
    if (element === undefined && below.length > 0 && own.form === undefined) return below;
    // Fields below a setting that says its form as a whole (a card, a price) are documented where they belong.
    const whole = own.elsewhere || (element === undefined && own.form !== undefined);
    const told = whole ? [] : below;
    return [row(setting, inner), ...told];
  });
}

function row(setting: string, schema: z.core.$ZodType): SettingRow {
  const own = unwrap(schema);
  const source = settingSources.find((candidate) => candidate.setting === setting);
  return {
    setting,
    form: formOf(schema) ?? "any value",
    default: own.default === undefined ? undefined : JSON.stringify(own.default),
    required: !own.optional,
    description: own.description ?? "",
    variables: source?.variables ?? [],
    flag: source?.flag,
    supported: !isNotYet(setting),
  };
}

/** The one setting of another section that bears this name, for "did you mean". */
export function elsewhere(name: string): string | undefined {
  const found = settingsReference().filter(({ setting }) => setting.endsWith(`.${name}`));
  const [only, second] = found;
  return second === undefined ? only?.setting : undefined;
}
