import { z } from "zod";
import { fieldSpec, imageFields, promptCharactersMax } from "../api/image-fields.ts";
import { PinholeError } from "../core/errors.ts";
import type { Picture } from "../core/picture.ts";
import type { ImageRequest, Operation } from "../core/request.ts";
import { countCodePoints } from "../core/text.ts";

/** What the intake read from a body, JSON or multipart, before any field is checked. */
export interface RawRequest {
  /** All fields but the pictures. Values are of any JSON type, or text from a form. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly images: readonly Picture[];
  readonly mask: Picture | undefined;
  /** Values are text parts of a form, to be read as the field's type. */
  readonly fromForm: boolean;
}

const parsedSchema = z.object(
  Object.fromEntries(
    Object.entries(imageFields).map(([name, spec]) => [name, spec.schema.optional()]),
  ),
);

/** Fields with a place of their own in `ImageRequest`; other known ones go to `more`. */
const placed = new Set([
  "model",
  "prompt",
  "n",
  "size",
  "quality",
  "response_format",
  "style",
  "background",
  "output_format",
  "output_compression",
  "watermark",
  "moderation",
  "stream",
  "partial_images",
  "user",
  "provider_options",
]);

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
  for (const [name, value] of Object.entries(raw.fields)) {
    if (value === null || value === undefined) continue;
    const spec = fieldSpec(name);
    if (spec === undefined) unknown[name] = value;
    else known[name] = raw.fromForm ? fromText(name, value, spec.form) : value;
  }
  if (known.model === undefined && defaultModel !== undefined) known.model = defaultModel;
  requireFields(known, operation, raw);
  const fields = check(known);
  const codePoints = countCodePoints(fields.prompt ?? "");
  if (codePoints > promptCharactersMax) {
    throw new PinholeError("string_above_max_length", {
      message: `\`prompt\` has ${codePoints} characters; at most ${promptCharactersMax} are read.`,
      param: "prompt",
    });
  }
  const more: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!placed.has(name) && value !== undefined) more[name] = value;
  }
  return {
    ...placedFields(fields),
    operation,
    model: fields.model ?? "",
    prompt: fields.prompt ?? "",
    n: fields.n ?? 1,
    stream: fields.stream ?? false,
    partial_images: fields.partial_images ?? 0,
    images: raw.images,
    mask: raw.mask,
    more,
    unknown,
    provider_options: fields.provider_options ?? {},
  };
}

/** What `imageFields` yields; the record of schemas loses its keys' types when it is built by a loop. */
type Parsed = Partial<Omit<ImageRequest, "operation" | "images" | "mask" | "more" | "unknown">> &
  Record<string, unknown>;

function check(known: Record<string, unknown>): Parsed {
  const result = parsedSchema.safeParse(known);
  // `Object.fromEntries` erased the fields' types; test/http/parse-request.test.ts checks each field.
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new PinholeError("invalid_value", {
    message: issue?.message ?? "A field has an invalid value.",
    param: issue?.path.map(String).join(".") ?? undefined,
  });
}

function placedFields(fields: Parsed): Partial<ImageRequest> {
  const { size, quality, response_format, style, background } = fields;
  const { output_format, output_compression, watermark, moderation, user } = fields;
  return {
    size,
    quality,
    response_format,
    style,
    background,
    output_format,
    output_compression,
    watermark,
    moderation,
    user,
  };
}

function requireFields(
  known: Record<string, unknown>,
  operation: Operation,
  raw: RawRequest,
): void {
  const missing = (param: string, message: string): PinholeError =>
    new PinholeError("missing_required_parameter", { message, param });
  if (known.model === undefined || known.model === "") {
    throw missing("model", "`model` is required. GET /v1/models lists the names this key may use.");
  }
  if (operation !== "variation" && (known.prompt === undefined || known.prompt === "")) {
    throw missing("prompt", "`prompt` is required and must not be empty.");
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
      return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value;
    case "json":
      return parseFormJson(name, value);
    default:
      return form satisfies never;
  }
}

function parseFormJson(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new PinholeError("invalid_value", {
      message: `\`${name}\` must be a JSON object in a text part of the form.`,
      param: name,
      cause,
    });
  }
}
