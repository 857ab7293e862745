import {
  type FieldKind,
  type FormField,
  NoJson,
  type Schema,
  fieldsOf,
  textOf,
  valueOf,
} from "../channels/schema-fields.ts";

/** The options of one provider that serves a model, as a JSON schema. */
export interface OptionGroup {
  readonly provider: string;
  readonly name: string;
  readonly schema: Schema;
}

/** One option of a provider, as a field of a form. */
export interface OptionField extends FormField {
  readonly provider: string;
  readonly schema: Schema;
}

/** An option that is chosen: as it was typed, and its value. It has no value while what is typed is none. */
interface Chosen {
  readonly text?: string;
  readonly value?: unknown;
}

type AllChosen = Readonly<Record<string, Readonly<Record<string, Chosen>>>>;

/** The thing that is wrong with what is typed as an option. */
type OptionFault = "number" | "whole" | "bounds" | "json";

/** The fields of a provider's options; what is made of further fields is one text of JSON. */
export function optionFields({ provider, schema }: OptionGroup): readonly OptionField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const { properties: _fields, ...plain } = inner;
    const at = `provider_options.${provider}`;
    return fieldsOf({ properties: { [name]: plain } }, at).map((field) => ({
      ...field,
      provider,
      schema: inner,
    }));
  });
}

/** The fields of one provider's options that a form offers. */
export interface OfferedOptions {
  readonly provider: string;
  readonly name: string;
  readonly fields: readonly OptionField[];
}

/** The options of a model that a form offers: those that the model has as a parameter of its own stand there already. */
export function offeredOptions(
  { options = [], capabilities }: ModelOptions,
  draft: string,
): readonly OfferedOptions[] {
  const parameters = new Set(capabilities?.parameters);
  return options
    .map((group) => ({
      provider: group.provider,
      name: group.name,
      fields: optionFields(group).filter(
        (field) => !parameters.has(field.name) || typedText(draft, field) !== "",
      ),
    }))
    .filter(({ fields }) => fields.length > 0);
}

/** The parts of a model that its options are offered by. */
interface ModelOptions {
  readonly options?: readonly OptionGroup[];
  readonly capabilities?: { readonly parameters?: readonly string[] };
}

function read(draft: string | undefined): AllChosen {
  // The draft's own text, which `written` wrote; what an earlier version of the page has stored has none.
  return draft === undefined || draft === "" ? {} : (JSON.parse(draft) as AllChosen);
}

function written(all: AllChosen): string {
  const some = Object.entries(all).filter(([, chosen]) => Object.keys(chosen).length > 0);
  return some.length === 0 ? "" : JSON.stringify(Object.fromEntries(some));
}

/** The text of an option's field in the draft; empty: not set. */
export function typedText(draft: string, { provider, name, kind }: OptionField): string {
  const chosen = read(draft)[provider]?.[name];
  return chosen?.text ?? textOf(chosen?.value, kind);
}

/** The draft's options with what is typed in the field of one. */
export function withTyped(
  draft: string,
  { provider, name, kind, schema }: OptionField,
  text: string,
): string {
  const all = read(draft);
  const { [name]: _before, ...others } = all[provider] ?? {};
  const value = valueTyped(kind, text, schema);
  const chosen = value === undefined ? { text } : { text, value };
  return written({ ...all, [provider]: text === "" ? others : { ...others, [name]: chosen } });
}

/** The value of a text; undefined: it is none. */
function valueTyped(kind: FieldKind, text: string, schema: Schema): unknown {
  try {
    const value = valueOf(kind, text) ?? undefined;
    return kind === "number" && faultOfNumber(value, schema) !== undefined ? undefined : value;
  } catch (thrown) {
    if (thrown instanceof NoJson) return undefined;
    throw thrown;
  }
}

/** The fault of what is typed in the field of an option; undefined: there is none. */
export function optionFault(draft: string, field: OptionField): OptionFault | undefined {
  const text = typedText(draft, field);
  if (text.trim() === "") return undefined;
  if (field.kind === "number") return faultOfNumber(valueOf("number", text), field.schema);
  return valueTyped(field.kind, text, field.schema) === undefined ? "json" : undefined;
}

function faultOfNumber(value: unknown, schema: Schema): OptionFault | undefined {
  if (typeof value !== "number") return "number";
  if (schema.type === "integer" && !Number.isSafeInteger(value)) return "whole";
  const { minimum = -Infinity, maximum = Infinity } = schema;
  const { exclusiveMinimum: over = -Infinity, exclusiveMaximum: under = Infinity } = schema;
  const isInside = value >= minimum && value <= maximum && value > over && value < under;
  return isInside ? undefined : "bounds";
}

/** The options as `/v1` takes them; undefined where none has a value. */
export function optionValues(draft: string | undefined): Record<string, unknown> | undefined {
  const all = Object.entries(read(draft)).flatMap(([provider, chosen]) => {
    const own = Object.entries(chosen).flatMap(([name, { value }]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return own.length === 0 ? [] : [[provider, Object.fromEntries(own)] as const];
  });
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/** The draft's options that say what a request's `provider_options` said. */
export function optionsOfRequest(asked: unknown): string {
  const all = Object.entries(
    (asked ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  );
  return written(
    Object.fromEntries(
      all.map(([provider, values]) => [
        provider,
        Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
      ]),
    ),
  );
}

/** The names of all options that are chosen. */
export function chosenNames(draft: string): readonly string[] {
  return Object.values(read(draft)).flatMap((chosen) => Object.keys(chosen));
}

/** The options that a model's providers take, and the names of those that it leaves behind. While the former are not known all are kept. */
export function fitOptions(
  draft: string,
  groups: readonly OptionGroup[] | undefined,
): { readonly kept: string; readonly left: readonly string[] } {
  if (draft === "" || groups === undefined) return { kept: draft, left: [] };
  const left: string[] = [];
  const kept = Object.entries(read(draft)).map(([provider, chosen]) => {
    const known = groups.find((group) => group.provider === provider)?.schema.properties ?? {};
    const all = Object.entries(chosen);
    const has = ([name]: readonly [string, Chosen]): boolean => Object.hasOwn(known, name);
    left.push(...all.filter((one) => !has(one)).map(([name]) => name));
    return [provider, Object.fromEntries(all.filter(has))] as const;
  });
  return { kept: written(Object.fromEntries(kept)), left };
}
