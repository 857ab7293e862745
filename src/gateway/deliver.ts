import { outputFormats } from "../core/picture.ts";
import { type ImageRequest, sizeText, type Usage } from "../core/request.ts";
import { EncodedPicture, type WireJson } from "../core/wire.ts";
import { jsonBody, type JsonBody } from "../net/json-writer.ts";
import type { PictureRecord } from "../store/types.ts";
import type { GatewayParts } from "./parts.ts";
import type { Kept } from "./take.ts";

/** Which of url and b64_json an answer's entries hold. */
export interface DeliveryForm {
  readonly url: boolean;
  readonly base64: boolean;
}

/** A client of a stream reads base64, so there a model's own delivery adds no URL. */
export function deliveryOf(
  request: ImageRequest,
  parts: Pick<GatewayParts, "images">,
  modelDelivery: "url" | "b64_json",
): DeliveryForm {
  const { defaultDelivery } = parts.images;
  const unasked = request.stream ? "b64_json" : modelDelivery;
  const asked = request.response_format ?? (defaultDelivery === "auto" ? unasked : defaultDelivery);
  return { url: asked !== "b64_json", base64: asked !== "url" };
}

/** What an answer says; the outcome of a request, delivered as often as it is asked for. */
export interface Deliverable {
  /** Unix seconds. */
  readonly created: number;
  readonly pictures: readonly Kept[];
  readonly usage: Usage | undefined;
  readonly form: DeliveryForm;
  /** `plain`: only created and data. */
  readonly shape: "full" | "plain";
}

/**
 * The answer's body. URLs are signed afresh each time; base64 is made on the way out. `origin` is the
 * scheme and host that URLs begin with.
 */
export function deliver(
  parts: Pick<GatewayParts, "signer" | "images" | "now">,
  outcome: Deliverable,
  origin: string,
): JsonBody {
  const { created, pictures, form, usage } = outcome;
  const data = pictures.map((kept) => entryOf(parts, kept, form, origin));
  if (outcome.shape === "plain") return jsonBody({ created, data });
  return jsonBody({
    created,
    data,
    background: agreed(pictures, ({ background }) => background),
    output_format: agreed(pictures, ({ picture }) =>
      outputFormats.find((format) => format === picture.format),
    ),
    quality: agreed(pictures, ({ quality }) => answerQualities.find((word) => word === quality)),
    size: agreed(pictures, ({ picture }) => sizeText(picture)),
    usage: usage === undefined ? undefined : usageJson(usage),
  });
}

/** What the answer's `quality` may be. */
const answerQualities = ["low", "medium", "high"];

/** What was really made, where all pictures agree on it. */
function agreed(
  pictures: readonly Kept[],
  fact: (kept: Kept) => string | undefined,
): string | undefined {
  const [first] = pictures;
  if (first === undefined) return undefined;
  const one = fact(first);
  return pictures.every((kept) => kept === first || fact(kept) === one) ? one : undefined;
}

function entryOf(
  parts: Pick<GatewayParts, "signer" | "images" | "now">,
  kept: Kept,
  form: DeliveryForm,
  origin: string,
): WireJson {
  return {
    url: form.url ? urlOf(parts, kept, origin) : undefined,
    b64_json: form.base64 ? new EncodedPicture(kept.picture, "base64") : undefined,
    revised_prompt: kept.revisedPrompt,
  };
}

/** A signed URL of a stored picture; undefined where it is in no store. */
export function urlOf(
  parts: Pick<GatewayParts, "signer" | "images" | "now">,
  kept: Kept,
  origin: string,
): string | undefined {
  if (kept.blob === undefined) return undefined;
  const expiresAt = Math.min(parts.now() + parts.images.ttlMs, kept.blob.expiresAt);
  return origin + parts.signer.path(kept.blob, expiresAt);
}

/** What the record keeps of a delivered picture. */
export function pictureRecord(kept: Kept): PictureRecord {
  const { index, picture, keep, revisedPrompt } = kept;
  return {
    index,
    blobId: keep?.id ?? null,
    format: picture.format,
    width: picture.width,
    height: picture.height,
    byteLength: picture.bytes.byteLength,
    revisedPrompt: revisedPrompt ?? null,
    urlUntil: keep?.urlUntil ?? null,
    keptUntil: keep?.keptUntil ?? null,
  };
}

export function usageJson(usage: Usage): WireJson {
  return {
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
    total_tokens: usage.total_tokens,
    input_tokens_details: { ...usage.input_tokens_details },
    output_tokens_details:
      usage.output_tokens_details === undefined ? undefined : { ...usage.output_tokens_details },
  };
}

/** What the later of two readings of one meter has beyond the earlier. */
export function subtractUsage(
  now: Usage | undefined,
  before: Usage | undefined,
): Usage | undefined {
  if (now === undefined || before === undefined) return now;
  const parts = (later: UsageParts, earlier: UsageParts | undefined): UsageParts => ({
    text_tokens: later.text_tokens - (earlier?.text_tokens ?? 0),
    image_tokens: later.image_tokens - (earlier?.image_tokens ?? 0),
  });
  return {
    input_tokens: now.input_tokens - before.input_tokens,
    output_tokens: now.output_tokens - before.output_tokens,
    total_tokens: now.total_tokens - before.total_tokens,
    input_tokens_details: parts(now.input_tokens_details, before.input_tokens_details),
    ...(now.output_tokens_details === undefined
      ? {}
      : { output_tokens_details: parts(now.output_tokens_details, before.output_tokens_details) }),
  };
}

type UsageParts = Usage["input_tokens_details"];

/** Adds up what the calls of one request used. */
export function sumUsage(usages: readonly (Usage | undefined)[]): Usage | undefined {
  const known = usages.filter((usage) => usage !== undefined);
  if (known.length === 0) return undefined;
  const sum = (pick: (usage: Usage) => number): number =>
    known.reduce((total, usage) => total + pick(usage), 0);
  const detailed = known.some((usage) => usage.output_tokens_details !== undefined);
  return {
    input_tokens: sum((usage) => usage.input_tokens),
    output_tokens: sum((usage) => usage.output_tokens),
    total_tokens: sum((usage) => usage.total_tokens),
    input_tokens_details: {
      text_tokens: sum((usage) => usage.input_tokens_details.text_tokens),
      image_tokens: sum((usage) => usage.input_tokens_details.image_tokens),
    },
    ...(detailed
      ? {
          output_tokens_details: {
            text_tokens: sum((usage) => usage.output_tokens_details?.text_tokens ?? 0),
            image_tokens: sum((usage) => usage.output_tokens_details?.image_tokens ?? 0),
          },
        }
      : {}),
  };
}
