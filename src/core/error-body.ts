import { z } from "zod";
import type { WireError } from "./wire.ts";

/** An upstream's error in OpenAI's words, whatever its shape was. A text is empty where the body has none. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly code: string;
  /** The field that the error is about, under the upstream's own name. */
  readonly param: string | undefined;
}

type Words = Partial<ErrorBody>;

const record = z.record(z.string(), z.unknown());

/** Names under which servers put their words, the most telling first. A text under `error` is often only a class. */
const messageNames = [
  "message",
  "msg",
  "Message",
  "error_msg",
  "error_message",
  "errorMessage",
  "errmsg",
  "status_msg",
  "detail",
  "details",
  "errors",
  "description",
  "error",
  "title",
  "reason",
];
const codeNames = ["code", "error_code", "errorCode", "Code", "errcode", "status_code"];
const typeNames = ["type", "error_type", "name", "status"];
const paramNames = ["param", "parameter", "field"];

/** Names under which the error itself stands inside the body. */
const innerNames = [
  "error",
  "errors",
  "detail",
  "Error",
  "Response",
  "ResponseMetadata",
  "base_resp",
];

/** Lists whose elements may each have an error of their own. */
const listNames = ["data", "choices"];

const depthMax = 4;

/** Words that name a kind of failure and no reason. */
const kindOnly =
  /^(error|bad request|unprocessable (entity|content)|http ?exception|validation error|invalid request|request failed|failed|failure)\.?$/i;

/** Words of an answer that went well: they come in the same fields. */
const wentWell = /^(ok|success|succeeded?|successful)[.!]?$/i;

/**
 * The words of an error body: `{error: {message}}`, `{errors: […]}`, `{detail}` of FastAPI, `{msg}`,
 * `{error_msg}` and their like, a bare JSON string, or a text. Undefined where there are none.
 */
export function readErrorBody(
  error: Pick<WireError, "json" | "text" | "headers">,
): ErrorBody | undefined {
  const words = error.json === undefined ? plainWords(error) : wordsIn(error.json, 0);
  const { message = "", code = "", type = "" } = words;
  if (message === "" && code === "" && type === "") return undefined;
  if (wentWell.test(message) || code === "0" || code === "200") return undefined;
  return withoutPlace({ message, code, type, param: words.param });
}

/** A body that is no JSON, where it is a text and no proxy's page. */
function plainWords({ text, headers }: Pick<WireError, "text" | "headers">): Words {
  const type = headers["content-type"]?.toLowerCase() ?? "text/plain";
  const said = text.trim();
  // A document that could not be read is no reason, nor is a page.
  return type.startsWith("text/plain") && said !== "" && !/^[<{[]/.test(said)
    ? { message: said }
    : {};
}

function wordsIn(value: unknown, depth: number): Words {
  if (typeof value === "string") return value.trim() === "" ? {} : { message: value };
  if (depth > depthMax || typeof value !== "object" || value === null) return {};
  if (Array.isArray(value)) return joined(value.map((one) => wordsIn(one, depth + 1)));
  const fields = record.safeParse(value).data;
  return fields === undefined
    ? {}
    : { ...ownWords(fields, depth > 0), ...innerWords(fields, depth) };
}

/** `isError`: what stands here is an error, whatever it says. */
function ownWords(fields: Readonly<Record<string, unknown>>, isError: boolean): Words {
  const texts = messageNames.flatMap((name) => textOf(fields[name]) ?? []);
  const message = texts.find((text) => !kindOnly.test(text.trim())) ?? texts[0];
  const code = firstWord(fields, codeNames);
  // Without words of an error, `status: succeeded` and `name` are an ordinary answer's.
  const saysMore = isError || message !== undefined || code !== undefined;
  const type = saysMore ? firstWord(fields, typeNames) : textOf(fields["error_type"]);
  const place = placeOf(fields["loc"]);
  const param = firstWord(fields, paramNames) ?? place;
  const placed = place !== undefined && message?.includes(place) === false;
  return defined({
    message: placed ? `${place}: ${message}` : message,
    code,
    type: type === "error" ? undefined : type,
    param,
  });
}

/** The words of the first thing inside that has some. */
function innerWords(fields: Readonly<Record<string, unknown>>, depth: number): Words {
  for (const name of innerNames) {
    const value = fields[name];
    if (typeof value !== "object" || value === null) continue;
    const words = name === "errors" ? fieldErrors(value, depth) : wordsIn(value, depth + 1);
    if (saysSomething(words)) return words;
  }
  for (const name of listNames) {
    const list = fields[name];
    if (!Array.isArray(list)) continue;
    const errors = list.map((one: unknown) => record.safeParse(one).data?.["error"]);
    const words = wordsIn(errors, depth + 1);
    if (saysSomething(words)) return words;
  }
  return {};
}

function saysSomething({ message, code, type }: Words): boolean {
  return message !== undefined || code !== undefined || type !== undefined;
}

/** `errors` by the fields that they are about, `{prompt: ["is too long"]}`, or any other shape. */
function fieldErrors(value: object, depth: number): Words {
  const words = wordsIn(value, depth + 1);
  if (saysSomething(words) || Array.isArray(value)) return words;
  const [param] = Object.keys(value);
  if (param === undefined) return words;
  const { message } = wordsIn(record.safeParse(value).data?.[param], depth + 1);
  return message === undefined ? words : { message: `${param}: ${message}`, param };
}

/** Several errors as one: all messages, and what the first says besides. */
function joined(all: readonly Words[]): Words {
  const telling = all.filter(saysSomething);
  const [first] = telling;
  if (first === undefined) return {};
  const messages = new Set(telling.flatMap(({ message }) => message ?? []));
  return { ...first, ...(messages.size === 0 ? {} : { message: [...messages].join("; ") }) };
}

function firstWord(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "number") return String(value);
    const text = textOf(value);
    if (text !== undefined) return text;
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

const steps = z.array(z.union([z.string(), z.number()]));

/** FastAPI's `loc`: `["body", "prompt"]` is the field `prompt`. */
function placeOf(loc: unknown): string | undefined {
  const place = (steps.safeParse(loc).data ?? []).filter(
    (step, index) => index > 0 || !/^(body|query|form|path)$/.test(String(step)),
  );
  return place.length === 0 ? undefined : place.join(".");
}

const placePrefix = /(^|[;,]\s*)(?:body|query|form|path)\.(?=[\w[])/g;

/** `body.prompt: too long` as `prompt: too long`, about `prompt`: where a field came from is the server's business. */
function withoutPlace(body: ErrorBody): ErrorBody {
  const message = body.message.replace(placePrefix, "$1");
  const param = body.param?.replace(/^(?:body|query|form|path)\.(?=[\w[])/, "");
  if (message === body.message || param !== undefined) return { ...body, message, param };
  return { ...body, message, param: /^([\w.[\]-]{1,80}):\s/.exec(message)?.[1] };
}

function defined(words: { readonly [K in keyof Words]: Words[K] | undefined }): Words {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}
