import { PinholeError } from "../../core/errors.ts";
import type { GenerateInput } from "../../core/provider.ts";
import {
  EncodedPicture,
  type FormField,
  type WireJson,
  type WireRequest,
} from "../../core/wire.ts";
import type { OperationSettings, Settings } from "./settings.ts";
import { fill, wordsIn } from "./template.ts";
import { type Asked, fieldOf, fieldsSaid, valueOf } from "./words.ts";

/** `provider_options.custom`, before the channel's own settings have looked at it. */
export type Options = Readonly<Record<string, string | number | boolean>>;
export type Input = GenerateInput<Settings, Options>;

/** The operation's settings. Throws where the channel has none for it. */
export function operationOf({ request, settings }: Input): OperationSettings {
  const { operation } = request;
  const found = operation === "variation" ? undefined : settings[operation];
  if (found !== undefined) return found;
  throw new PinholeError("unsupported_operation", {
    message: `This model has no ${operation}s; use another model or another operation.`,
  });
}

/** The key's place in each call that is not a header. */
export function keyQuery({ auth, api_key: key }: Settings): Readonly<Record<string, string>> {
  return auth.in === "query" && auth.name !== undefined && key !== undefined
    ? { [auth.name]: key.reveal() }
    : {};
}

/** The call that the settings describe. Throws for what the request says and no field of it carries. */
export function callOf(input: Input): WireRequest {
  const operation = operationOf(input);
  const asked: Asked = { ...input, options: checkedOptions(input) };
  refuseUnsaid(asked, operation);
  const resolve = (word: string): WireJson => valueOf(word, asked);
  const fields = Object.entries(operation.fields).flatMap(([name, template]) => {
    const value = fill(template, resolve);
    return value === undefined ? [] : [[name, value] as const];
  });
  const url = operation.path.replace("{model}", inPath(input.model));
  const query = keyQuery(input.settings);
  const { method } = operation;
  switch (operation.as) {
    case "json":
      return { url, method, query, json: Object.fromEntries(fields) };
    case "form":
      return {
        url,
        method,
        query,
        form: fields.flatMap(([name, value]) => formFields(name, value)),
      };
    case "query":
      return { url, method, query: { ...query, ...Object.fromEntries(fields.map(queryField)) } };
    default:
      return operation.as satisfies never;
  }
}

/** A model's name may have slashes, which stay. */
function inPath(model: string): string {
  return model.split("/").map(encodeURIComponent).join("/");
}

function formFields(name: string, value: WireJson): FormField[] {
  if (Array.isArray(value)) return value.flatMap((one: WireJson) => formFields(name, one));
  if (value instanceof EncodedPicture && value.as === "base64")
    return [{ name, value: value.picture }];
  return [{ name, value: wireText(value) }];
}

/** A value as the text of a form's part or of a query. */
function wireText(value: WireJson): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function queryField([name, value]: readonly [string, WireJson]): readonly [string, string] {
  return [name, Array.isArray(value) ? value.map(wireText).join(",") : wireText(value)];
}

/** Refuses what a client says and no template carries, so that nothing is dropped in silence; the gateway has already left out what no operation takes. */
function refuseUnsaid(asked: Asked, operation: OperationSettings): void {
  const carried = carriedFields(operation);
  const lost = fieldsSaid(asked).find((field) => !carried.has(field));
  const countLost = asked.request.n > 1 && !carried.has("n");
  if (lost === undefined && !countLost) return;
  const param = lost ?? "n";
  throw new PinholeError("unsupported_parameter", {
    message: `The chosen model cannot honour \`${param}\` in ${asked.request.operation}s; leave it out.`,
    param,
  });
}

/** Fields of the contract that an operation's call carries. */
export function carriedFields({ fields }: Pick<OperationSettings, "fields">): ReadonlySet<string> {
  const words = wordsIn(fields);
  return new Set(words.flatMap(({ word }) => fieldOf(word) ?? []));
}

/** The caller's options, each as the settings describe it. */
function checkedOptions({ options, settings }: Input): Options {
  for (const [name, value] of Object.entries(options)) {
    const described = Object.hasOwn(settings.options, name) ? settings.options[name] : undefined;
    const problem =
      described === undefined ? "is not known here; leave it out" : optionProblem(value, described);
    if (problem === undefined) continue;
    const param = `provider_options.custom.${name}`;
    throw new PinholeError(described === undefined ? "unsupported_parameter" : "invalid_value", {
      message: `\`${param}\` ${problem}.`,
      param,
    });
  }
  return options;
}

function optionProblem(
  value: string | number | boolean,
  { type, min, max, words }: Settings["options"][string],
): string | undefined {
  switch (type) {
    case "flag":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "text": {
      const fits = typeof value === "string" && value.length <= max && value.length >= (min ?? 0);
      if (!fits) return `must be text of at most ${max} characters`;
      return words === undefined || words.includes(value)
        ? undefined
        : `must be one of ${words.join(", ")}`;
    }
    case "whole":
    case "number": {
      const isKind = type === "whole" ? Number.isInteger(value) : Number.isFinite(value);
      const fits = isKind && Number(value) <= max && Number(value) >= (min ?? -max);
      return fits
        ? undefined
        : `must be a ${type === "whole" ? "whole number" : "number"} from ${min ?? -max} to ${max}`;
    }
    default:
      return type satisfies never;
  }
}

/** True where the settings let a field through, under the contract's name. */
export function takes(settings: Settings, field: string): boolean {
  return [settings.generation, settings.edit].some(
    (operation) => operation !== undefined && carriedFields(operation).has(field),
  );
}

/** True where a call says how many pictures it makes. */
export function saysCount(settings: Settings): boolean {
  return [settings.generation, settings.edit].every(
    (operation) => operation === undefined || carriedFields(operation).has("n"),
  );
}
