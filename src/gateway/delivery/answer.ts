import { outputFormats } from "../../core/picture.ts";
import { type Usage, sizeText } from "../../core/request.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { type DeliveryForm, isHosted } from "../fit/form.ts";
import type { Deliverable, DeliveredPicture } from "./outcome.ts";
import type { DeliveryParts } from "./parts.ts";
import { type JsonBody, jsonBody } from "../../json/writer.ts";

/**
 * The answer's body. URLs are signed afresh each time; base64 is made on the way out. `origin` is the
 * scheme and host that URLs begin with.
 */
export function deliver(
  parts: Pick<DeliveryParts, "signer" | "images" | "now">,
  outcome: Deliverable,
  origin: string,
): JsonBody {
  const { created, pictures, form, usage } = outcome;
  const data = pictures.map((picture) => entryOf(parts, picture, form, origin));
  if (outcome.shape === "plain") return jsonBody({ created, data });
  return jsonBody({
    created,
    data,
    background: agreed(pictures, ({ background }) => background),
    output_format: agreed(pictures, ({ picture }) =>
      outputFormats.find((format) => format === picture.format),
    ),
    quality: agreed(pictures, ({ quality }) => answerQuality(quality)),
    size: agreed(pictures, ({ picture }) => sizeText(picture)),
    usage: usage === undefined ? undefined : usageJson(usage),
  });
}

/** The answer's word for a quality; undefined where it has none. */
export function answerQuality(quality: string | undefined): string | undefined {
  return ["low", "medium", "high"].find((word) => word === quality);
}

/** A fact about what was really made, where all pictures agree on it. */
function agreed(
  pictures: readonly DeliveredPicture[],
  fact: (picture: DeliveredPicture) => string | undefined,
): string | undefined {
  const [first] = pictures;
  if (first === undefined) return undefined;
  const one = fact(first);
  return pictures.every((picture) => picture === first || fact(picture) === one) ? one : undefined;
}

function entryOf(
  parts: Pick<DeliveryParts, "signer" | "images" | "now">,
  delivered: DeliveredPicture,
  form: DeliveryForm,
  origin: string,
): WireJson {
  const url = form.url ? urlOf(parts, delivered, origin) : undefined;
  return {
    url,
    // One that has no URL, whatever the reason, is delivered all the same.
    b64_json:
      form.base64 || url === undefined
        ? new EncodedPicture(delivered.picture, "base64")
        : undefined,
    revised_prompt: delivered.revisedPrompt,
  };
}

/** A signed URL of a stored picture; undefined where it is in no store, or is not hosted. */
export function urlOf(
  parts: Pick<DeliveryParts, "signer" | "images" | "now">,
  { blob, picture }: DeliveredPicture,
  origin: string,
): string | undefined {
  if (blob === undefined || !isHosted(picture)) return undefined;
  const expiresAt = Math.min(parts.now() + parts.images.ttlMs, blob.expiresAt);
  return origin + parts.signer.path(blob, expiresAt);
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
