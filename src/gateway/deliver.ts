import { outputFormats } from "../core/picture.ts";
import { type ImageRequest, sizeText, type Usage } from "../core/request.ts";
import { EncodedPicture, type WireJson } from "../core/wire.ts";
import { jsonBody, type JsonBody } from "../net/json-writer.ts";
import type { PictureRecord } from "../store/types.ts";
import type { GatewayParts } from "./parts.ts";
import type { Taken } from "./take.ts";

/** The answer's document and what the record keeps of it. */
export interface Delivery {
  readonly body: JsonBody;
  readonly pictures: readonly PictureRecord[];
}

/** Which of url and b64_json the answer's entries hold. */
export function deliveryOf(
  request: ImageRequest,
  parts: GatewayParts,
  modelDelivery: "url" | "b64_json",
): { readonly url: boolean; readonly base64: boolean } {
  const { defaultDelivery } = parts.images;
  const asked =
    request.response_format ?? (defaultDelivery === "auto" ? modelDelivery : defaultDelivery);
  return { url: asked !== "b64_json", base64: asked !== "url" };
}

/**
 * Stores the pictures where URLs are wanted and describes the answer. The body is written while it is
 * sent; base64 is made on the way out.
 */
export async function deliver(
  parts: GatewayParts,
  request: ImageRequest,
  taken: readonly Taken[],
  usage: Usage | undefined,
  origin: string,
): Promise<Delivery> {
  const card = taken[0]?.plan.target.card;
  const form = deliveryOf(request, parts, card?.delivery ?? "url");
  const entries = await Promise.all(taken.map((one) => deliverOne(parts, one, form, origin)));
  const document: Record<string, WireJson> = {
    created: Math.floor(parts.now() / 1000),
    data: entries.map((entry) => entry.data),
    ...(card?.answer === "plain" ? {} : describe(taken, usage)),
  };
  return { body: jsonBody(document), pictures: entries.map((entry) => entry.record) };
}

async function deliverOne(
  parts: GatewayParts,
  taken: Taken,
  form: { readonly url: boolean; readonly base64: boolean },
  origin: string,
): Promise<{ readonly data: WireJson; readonly record: PictureRecord }> {
  const { picture } = taken;
  let url: string | undefined;
  let blobId: string | null = null;
  if (form.url) {
    const expiresAt = parts.now() + parts.images.ttlMs;
    const blob = await parts.blobs.put(parts.newBlobId(), picture, expiresAt);
    blobId = blob.id;
    url = origin + parts.signer.path(blob, expiresAt);
  }
  return {
    data: {
      url,
      b64_json: form.base64 ? new EncodedPicture(picture, "base64") : undefined,
      revised_prompt: taken.revisedPrompt,
    },
    record: {
      index: taken.index,
      blobId,
      format: picture.format,
      width: picture.width,
      height: picture.height,
      byteLength: picture.bytes.byteLength,
      revisedPrompt: taken.revisedPrompt ?? null,
    },
  };
}

/** The answer's top-level facts: what was really made, where all pictures agree and the schema has a word for it. */
function describe(taken: readonly Taken[], usage: Usage | undefined): Record<string, WireJson> {
  return {
    background: agreed(taken.map(backgroundOf)),
    output_format: agreed(
      taken.map(({ picture }) => outputFormats.find((format) => format === picture.format)),
    ),
    quality: agreed(
      taken.map(({ quality }) => ["low", "medium", "high"].find((word) => word === quality)),
    ),
    size: agreed(taken.map(({ picture }) => sizeText(picture))),
    usage: usage === undefined ? undefined : usageJson(usage),
  };
}

function usageJson(usage: Usage): WireJson {
  return {
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
    total_tokens: usage.total_tokens,
    input_tokens_details: { ...usage.input_tokens_details },
    output_tokens_details:
      usage.output_tokens_details === undefined ? undefined : { ...usage.output_tokens_details },
  };
}

/** A picture without an alpha channel is opaque; with one, only the upstream or the request can say. */
function backgroundOf({ picture, background, plan }: Taken): string | undefined {
  if (!picture.alpha) return "opaque";
  if (background === "opaque" || background === "transparent") return background;
  return plan.request.background === "transparent" ? "transparent" : undefined;
}

function agreed(values: readonly (string | undefined)[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}

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
