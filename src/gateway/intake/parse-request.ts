import type { z } from "zod";
import {
  fieldSpec,
  type ImageFieldName,
  imageFields,
  promptCharactersMax,
} from "../../api/image-fields.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Picture } from "../../core/picture.ts";
import type { ImageRequest, Operation } from "../../core/request.ts";
import { countCodePoints } from "../../core/text.ts";

/** A request as the intake read it from a body, JSON or multipart, before any field is checked. */
export interface RawRequest {
  /** All fields but the pictures. Values are of any JSON type, or text from a form. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly images: readonly Picture[];
  readonly mask: Picture | undefined;
  readonly markup: Picture | undefined;
  /** Values are text parts of a form, to be read as the field's type. */
  readonly fromForm: boolean;
}

/** Fields without a place of their own in `ImageRequest`, which go to `more`. */
const moreNames = [
  "seed",
  "negative_prompt",
  "aspect_ratio",
  "input_fidelity",
  "complexity",
  "safety_identifier",
] as const satisfies readonly ImageFieldName[];

/**
 * Raw fields to an `ImageRequest`: types and universal ranges are checked here, what a model takes is
 * checked when the request is fitted to it. Throws the first fault as a `PinholeError` with its param.
 */
export function parseRequest(
  raw: RawRequest,
  operation: Operation,
  defaultModel: string | undefined,
): ImageRequest {
  const known: Record<string, unknown> = {};
  // Without a prototype, so that no name (`__proto__`) is anything but a field.
  const unknown = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(raw.fields)) {
    const value = raw.fields[name];
    const spec = fieldSpec(name);
    if (!isSet(name, value, spec)) continue;
    if (spec === undefined) unknown[name] = value;
    else known[name] = raw.fromForm ? fromText(name, value, spec.form) : value;
  }
  if (known.model === undefined && defaultModel !== undefined) known.model = defaultModel;
  requireFields(known, operation, raw);
  const fields = check(known);
  checkLength(fields.prompt ?? "");
  if (fields.keep_outside_mask === true && raw.mask === undefined) throw noMask();
  const more: Record<string, unknown> = {};
  for (const name of moreNames) if (fields[name] !== undefined) more[name] = fields[name];
  return {
    size: fields.size,
    quality: fields.quality,
    response_format: fields.response_format,
    style: fields.style,
    background: fields.background,
    output_format: fields.output_format,
    output_compression: fields.output_compression,
    watermark: fields.watermark,
    moderation: fields.moderation,
    user: fields.user,
    operation,
    model: fields.model ?? "",
    prompt: fields.prompt ?? "",
    n: fields.n ?? 1,
    stream: fields.stream ?? false,
    partial_images: fields.partial_images ?? 0,
    images: raw.images,
    mask: raw.mask,
    markup: raw.markup,
    keep_outside_mask: fields.keep_outside_mask,
    more,
    unknown,
    provider_options: fields.provider_options ?? {},
  };
}

/**
 * Is a field there? `null` means absent, and so does the empty text that forms and their like send for
 * what was not filled in. An empty prompt is one that was forgotten; a field that is not known is
 * its provider's to read.
 */
function isSet(name: string, value: unknown, spec: ReturnType<typeof fieldSpec>): boolean {
  if (value === null || value === undefined) return false;
  return value !== "" || spec === undefined || name === "prompt";
}

/** The fields that `imageFields` yields; the record of schemas loses its keys' types when it is read by name. */
type Parsed = Partial<
  Omit<ImageRequest, "operation" | "images" | "mask" | "markup" | "more" | "unknown">
> &
  Record<string, unknown>;

const fieldNames = Object.keys(imageFields);

/** Checks each field that is there, which is a few of many. The first fault is that of the first field in the table. */
function check(known: Readonly<Record<string, unknown>>): Parsed {
  const parsed: Record<string, unknown> = {};
  let fault: { readonly rank: number; readonly error: PinholeError } | undefined;
  for (const name of Object.keys(known)) {
    const result = fieldSpec(name)?.schema.safeParse(known[name]);
    if (result === undefined) continue;
    if (result.success) {
      parsed[name] = result.data;
      continue;
    }
    const rank = fieldNames.indexOf(name);
    if (fault === undefined || rank < fault.rank) {
      fault = { rank, error: invalidField(name, result.error.issues[0]) };
    }
  }
  if (fault !== undefined) throw fault.error;
  // Each schema yields its field's type; test/contract/fields.test.ts checks each field.
  return parsed;
}

function invalidField(name: string, issue: z.core.$ZodIssue | undefined): PinholeError {
  return new PinholeError("invalid_value", {
    message: issue?.message ?? "A field has an invalid value.",
    param: [name, ...(issue?.path ?? [])].map(String).join("."),
  });
}

function noMask(): PinholeError {
  return new PinholeError("missing_required_parameter", {
    message:
      "`keep_outside_mask` is about what lies outside of a mask; send a `mask` to /v1/images/edits, or leave it out.",
    param: "mask",
  });
}

function checkLength(prompt: string): void {
  // A text has at least as many UTF-16 units as code points.
  if (prompt.length <= promptCharactersMax) return;
  const codePoints = countCodePoints(prompt);
  if (codePoints <= promptCharactersMax) return;
  throw new PinholeError("string_above_max_length", {
    message: `\`prompt\` has ${codePoints} characters; at most ${promptCharactersMax} are read.`,
    param: "prompt",
  });
}

function requireFields(
  known: Record<string, unknown>,
  operation: Operation,
  raw: RawRequest,
): void {
  const missing = (param: string, message: string): PinholeError =>
    new PinholeError("missing_required_parameter", { message, param });
  if (known.model === undefined) {
    throw missing("model", "`model` is required. GET /v1/models lists the names this key may use.");
  }
  if (operation !== "variation" && (known.prompt === undefined || known.prompt === "")) {
    throw missing("prompt", "`prompt` is required and must not be empty.");
  }
  if (operation !== "edit" && raw.markup !== undefined) {
    throw new PinholeError("unsupported_parameter", {
      message: "`markup` belongs to /v1/images/edits; leave it out.",
      param: "markup",
    });
  }
  if (operation !== "generation" && raw.images.length === 0) {
    throw missing(
      "image",
      operation === "edit"
        ? "`image` is required: send at least one PNG, JPEG or WebP to edit."
        : "`image` is required: send the PNG to vary.",
    );
  }
}

/** A form's text as the field's type; what does not read as one stays text, and the schema says what is expected. */
function fromText(
  name: string,
  value: unknown,
  form: "text" | "integer" | "boolean" | "json",
): unknown {
  if (typeof value !== "string") return value;
  switch (form) {
    case "text":
      return value;
    case "integer":
      return /^-?\d{1,20}$/.test(value) ? integerOf(value) : value;
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value;
    case "json":
      return parseFormJson(name, value);
    default:
      return form satisfies never;
  }
}

/** A number where it holds the integer exactly. */
function integerOf(digits: string): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

function parseFormJson(name: string, value: string): unknown {
  try {
    return JSON.parse(value, exactly);
  } catch (cause) {
    throw new PinholeError("invalid_value", {
      message: `\`${name}\` must be a JSON object in a text part of the form.`,
      param: name,
      cause,
    });
  }
}

/** An integer that a number cannot hold exactly, as a JSON body's reader gives it. */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isRounded = typeof value === "number" && !Number.isSafeInteger(value);
  return isRounded && /^-?\d+$/.test(context?.source ?? "") ? BigInt(context?.source ?? "") : value;
}
