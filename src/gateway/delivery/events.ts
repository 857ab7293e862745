import { outputFormats, type Picture } from "../../core/picture.ts";
import { knownNano, usdText } from "../../core/money.ts";
import {
  type ImageRequest,
  type Operation,
  sizeText,
  type Usage,
  type Warning,
} from "../../core/request.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { jsonBody, type JsonBody } from "../../json/writer.ts";
import { urlOf, usageJson } from "./answer.ts";
import { deliveryOf } from "../fit/form.ts";
import type { LivePicture, LivePreview } from "./live.ts";
import type { DeliveryParts } from "./parts.ts";

/** One event of a stream (CONTRACT "Streaming"); its data is written while it is sent. */
export interface ImageEvent {
  /** `image_generation.completed` and its like. */
  readonly name: string;
  readonly data: JsonBody;
}

/** The events of one stream. */
export interface ImageEvents {
  /** A preview: what it says of size and format is the preview's own. */
  partial(preview: LivePreview): ImageEvent;
  /** A finished picture. `requestId`: of the request that made it, where that was another one. */
  completed(picture: LivePicture, warnings: readonly Warning[], requestId?: string): ImageEvent;
}

/** The facts that all events of one stream share. */
interface EventContext {
  readonly requestId: string;
  readonly operation: Operation;
  /** Scheme and host that URLs begin with; undefined: no URLs. */
  readonly origin: string | undefined;
}

type EventParts = Pick<DeliveryParts, "signer" | "images" | "now">;

/** Writes the events of one request. `origin` is the scheme and host that URLs begin with. */
export function imageEvents(
  parts: EventParts,
  { requestId, request }: { readonly requestId: string; readonly request: ImageRequest },
  origin: string,
): ImageEvents {
  const { url } = deliveryOf(request, parts, "b64_json");
  const { operation } = request;
  const context = { requestId, operation, origin: url ? origin : undefined };
  return {
    partial: (preview) => partialEvent(parts, context, preview),
    completed: (picture, warnings, madeBy = requestId) =>
      completedEvent(parts, { ...context, requestId: madeBy }, picture, warnings),
  };
}

function partialEvent(
  parts: Pick<DeliveryParts, "now">,
  context: EventContext,
  preview: LivePreview,
): ImageEvent {
  const { index, partialIndex, picture, quality, background } = preview;
  return eventOf(context, "partial_image", {
    ...pictureFields(parts, picture, quality, background),
    partial_image_index: partialIndex,
    pinhole: { request_id: context.requestId, index },
  });
}

/** A finished picture as an event. The published schema requires usage, so unreported usage is zeros. */
function completedEvent(
  parts: EventParts,
  context: EventContext,
  live: LivePicture,
  warnings: readonly Warning[],
): ImageEvent {
  const { delivered, usage, cost, origin } = live;
  const costNano = cost === undefined ? undefined : knownNano(cost);
  return eventOf(context, "completed", {
    ...pictureFields(parts, delivered.picture, delivered.quality, delivered.background),
    url: context.origin === undefined ? undefined : urlOf(parts, delivered, context.origin),
    revised_prompt: delivered.revisedPrompt,
    usage: usageJson(usage ?? noUsage),
    pinhole: {
      request_id: context.requestId,
      index: delivered.index,
      seed: delivered.seed,
      model: origin.servedModel,
      cost: costNano === undefined ? undefined : usdText(costNano),
      price: cost?.state,
      warnings: warnings.length === 0 ? undefined : warnings.map((warning) => ({ ...warning })),
    },
  });
}

const noUsage: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  total_tokens: 0,
  input_tokens_details: { text_tokens: 0, image_tokens: 0 },
};

/** A variation is an edit to the published schema, which has no events for it. */
function eventOf(
  { operation }: EventContext,
  kind: "partial_image" | "completed",
  fields: Readonly<Record<string, WireJson>>,
): ImageEvent {
  const name = `${operation === "generation" ? "image_generation" : "image_edit"}.${kind}`;
  return { name, data: jsonBody({ type: name, ...fields }) };
}

/**
 * The fields that both kinds of event must have. Where the schema has no word for what is true it is
 * `auto`, except for the format, which is always the picture's own.
 */
function pictureFields(
  parts: Pick<DeliveryParts, "now">,
  picture: Picture,
  quality: string | undefined,
  background: string | undefined,
): Readonly<Record<string, WireJson>> {
  return {
    b64_json: new EncodedPicture(picture, "base64"),
    created_at: Math.floor(parts.now() / 1000),
    size: sizeText(picture),
    quality: ["low", "medium", "high"].find((word) => word === quality) ?? "auto",
    background: ["transparent", "opaque"].find((word) => word === background) ?? "auto",
    output_format: outputFormats.find((format) => format === picture.format) ?? picture.format,
  };
}
