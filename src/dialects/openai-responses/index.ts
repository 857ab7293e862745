import { PinholeError } from "../../core/errors.ts";
import type {
  BaseSettings,
  GenerateInput,
  ProviderEvent,
  UpstreamFault,
} from "../../core/provider.ts";
import { type FittedRequest, type Operation, sizeText } from "../../core/request.ts";
import {
  EncodedPicture,
  type WireError,
  type WireJson,
  type WireRequest,
} from "../../core/wire.ts";
import { readOpenAiError } from "../openai-images/index.ts";
import { readResponse } from "./answer.ts";
import { eventPictures, readResponseStream, responseOf } from "./events.ts";

/** The way in which one server is asked for a response, as data. */
export interface OpenAiResponsesCall {
  /** Path under base_url. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Headers of this call besides those of `authorize`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The model that reads the prompt and calls the tool. */
  readonly textModel: string;
  /** The words that that model is told before the prompt. */
  readonly instructions: string | undefined;
  /** The image model is named in the tool; false where a header or the server names it. */
  readonly namesImageModel: boolean;
  /** Fields of every request. What the request itself says wins. */
  readonly fixed: Readonly<Record<string, WireJson>>;
}

/** The differences between providers of this dialect. */
export interface OpenAiResponsesDialect<S extends BaseSettings, O> {
  call(input: GenerateInput<S, O>): OpenAiResponsesCall;
  /** `provider_options`, as fields of the tool. */
  tool(options: O): Readonly<Record<string, WireJson>>;
}

/** The places of a response's pictures. */
const resultPictures: readonly string[] = ["output.*.result"];

/** Fields of the contract that the tool takes, besides pictures (clouds.md §1, "Responses API tool"). */
const toolFields: ReadonlySet<string> = new Set([
  "size",
  "quality",
  "background",
  "output_format",
  "output_compression",
  "moderation",
  "input_fidelity",
  "complexity",
]);

/** Whether a field, under the contract's name, is one of the tool's. */
export function takesToolField(field: string): boolean {
  return toolFields.has(field) || field === "stream";
}

/**
 * `generate` and `readError` of every provider that makes images with the tool of OpenAI's Responses
 * API: a text model reads the prompt and is made to call `image_generation`. One image a call.
 * Facts: clouds.md §1, "Responses API tool".
 */
export function openaiResponses<S extends BaseSettings, O>(
  dialect: OpenAiResponsesDialect<S, O>,
): {
  generate(input: GenerateInput<S, O>): AsyncGenerator<ProviderEvent, void, void>;
  readError(error: WireError): UpstreamFault | undefined;
} {
  return {
    async *generate(input) {
      const tool = dialect.tool(input.options);
      const wire = responsesRequest(input, dialect.call(input), tool);
      if (input.request.stream) {
        yield* readResponseStream(wire, input.http);
        return;
      }
      const answer = await input.http.call(wire);
      yield* readResponse(answer.json, input.http);
    },
    readError: readOpenAiError,
  };
}

function responsesRequest(
  { request, model }: Pick<GenerateInput<unknown, unknown>, "request" | "model">,
  call: OpenAiResponsesCall,
  options: Readonly<Record<string, WireJson>>,
): WireRequest {
  if (request.n > 1) throw oneImageOnly();
  const action = actionOf(request.operation, request.images.length);
  const tool: WireJson = {
    ...options,
    type: "image_generation",
    model: call.namesImageModel ? model : undefined,
    action,
    ...fieldsOf(request),
    // Without previews a stream is only the same answer in pieces, which keeps the connection awake.
    partial_images:
      request.stream && request.partial_images > 0 ? request.partial_images : undefined,
    input_image_mask:
      request.mask === undefined
        ? undefined
        : { image_url: new EncodedPicture(request.mask, "data_url") },
  };
  return {
    url: call.path,
    query: call.query,
    headers: call.headers,
    json: {
      ...call.fixed,
      model: call.textModel,
      instructions: call.instructions,
      input: [{ role: "user", content: contentOf(request) }],
      tools: [tool],
      tool_choice: { type: "image_generation" },
      stream: request.stream ? true : undefined,
    },
    lift: request.stream ? [...eventPictures, ...resultPictures] : resultPictures,
    unasked: { lift: eventPictures, document: responseOf },
  };
}

function actionOf(operation: Operation, images: number): "generate" | "edit" | "auto" {
  switch (operation) {
    case "generation":
      // With reference images it is the model's to say which of the two they are for.
      return images === 0 ? "generate" : "auto";
    case "edit":
      return "edit";
    case "variation":
      throw new PinholeError("unsupported_operation", {
        message: "The chosen model does not take variations; use a model that does.",
        param: "model",
      });
    default:
      return operation satisfies never;
  }
}

function contentOf({ prompt, images }: FittedRequest): WireJson {
  return [
    { type: "input_text", text: prompt },
    ...images.map((picture) => ({
      type: "input_image",
      image_url: new EncodedPicture(picture, "data_url"),
    })),
  ];
}

function fieldsOf(request: FittedRequest): Record<string, WireJson> {
  const { size, more } = request;
  if (request.ratio !== undefined || request.tier !== undefined) throw untaken("size");
  const known = {
    quality: request.quality,
    style: request.style,
    background: request.background,
    output_format: request.output_format,
    output_compression: request.output_compression,
    watermark: request.watermark,
    moderation: request.moderation,
    user: request.user,
  };
  const fields: Record<string, WireJson> = {
    size: size === undefined || size === "auto" ? size : sizeText(size),
  };
  for (const [name, value] of [...Object.entries(known), ...Object.entries(more)]) {
    if (value === undefined) continue;
    // All of these are words or numbers: pictures stand in fields of their own.
    const isPlain = typeof value === "string" || typeof value === "number";
    if (!toolFields.has(name) || !isPlain) throw untaken(name);
    fields[name] = value;
  }
  return fields;
}

function untaken(name: string): PinholeError {
  return new PinholeError("unsupported_parameter", {
    message: `\`${name}\` is not taken by the chosen model; leave it out.`,
    param: name,
  });
}

function oneImageOnly(): PinholeError {
  return new PinholeError("invalid_value", {
    message: "`n` must be 1: the chosen model makes one image a call.",
    param: "n",
  });
}
