import type { ChannelEntry, Provider, Words } from "./channels.ts";
import type { Changes } from "./draft.ts";
import { type FieldKind, type FormField, fieldsOf } from "./schema-fields.ts";

/** The words of a channel that nobody has typed anything into. */
export const emptyWords: Words = {
  settings: {},
  models: null,
  priority: 0,
  weight: 1,
  limits: {},
  timeout: {},
  markup: null,
  budget: null,
  retry_unknown: false,
  enabled: true,
};

/** The kinds of the fields that all channels have, by their places. */
const commonKinds: Readonly<Record<string, FieldKind>> = {
  id: "text",
  provider: "text",
  models: "json",
  priority: "number",
  weight: "number",
  enabled: "flag",
  retry_unknown: "flag",
  "limits.concurrency": "number",
  "limits.rpm": "number",
  "limits.ipm": "number",
  "limits.queue": "number",
  "timeout.connect": "text",
  "timeout.first_byte": "text",
  "timeout.total": "text",
  "markup.times": "text",
  "markup.per_image_usd": "text",
  budget: "json",
};

/** A setting of the provider as the form has it; `several`: a credential that is a list under its plural. */
export interface SettingField extends FormField {
  readonly several: boolean;
}

/** The settings of a provider's channel; a credential of which several are given is one field under its plural. */
export function settingFields(
  provider: Provider,
  words: Words,
  changes: Changes,
): readonly SettingField[] {
  const settings = (words["settings"] ?? {}) as Words;
  return fieldsOf(provider.settings, "settings").map((field) => {
    const plural = `${field.path}s`;
    const isList =
      field.kind === "secret" &&
      (plural in changes ? changes[plural] !== "" : Array.isArray(settings[`${field.name}s`]));
    return isList
      ? { ...field, path: plural, kind: "json", several: true }
      : { ...field, several: false };
  });
}

/** The kinds of all fields of a form, by their places. */
export function kindsOf(settings: readonly SettingField[]): ReadonlyMap<string, FieldKind> {
  return new Map([
    ...Object.entries(commonKinds),
    ...settings.map(({ path, kind }) => [path, kind] as const),
  ]);
}

/** The settings that stand open in a form: what is needed, what is set, addresses and credentials. */
export function isUsual(field: SettingField, text: string): boolean {
  return (
    field.isRequired || text !== "" || field.kind === "secret" || /base_url|region/.test(field.path)
  );
}

/** A name that no channel has yet, made of the provider's. */
export function freeName(provider: string, channels: readonly ChannelEntry[]): string {
  const taken = new Set(channels.map(({ id }) => id));
  let name = provider;
  for (let n = 2; taken.has(name); n += 1) name = `${provider}-${n}`;
  return name;
}
