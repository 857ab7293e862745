import type { Picture } from "../../core/picture.ts";
import type { ImageRequest } from "../../core/request.ts";

/** The delivery of pictures where the client does not say (CONTRACT "Delivery"). */
export type DefaultDelivery = "auto" | "url" | "b64_json" | "both";

/** The form of an answer's entries: url, b64_json or both. */
export interface DeliveryForm {
  readonly url: boolean;
  readonly base64: boolean;
}

/**
 * The form of a request's answer. Where the client does not say, `images.response_format` decides, and
 * where that is `auto` the name that the client used (CONTRACT "Delivery"). `ofModel` is what the
 * operator has said of this model.
 */
export function deliveryOf(
  request: ImageRequest,
  parts: { readonly images: { readonly defaultDelivery: DefaultDelivery } },
  ofModel: "url" | "b64_json" | undefined,
): DeliveryForm {
  const { defaultDelivery } = parts.images;
  const byName = request.stream ? "b64_json" : (ofModel ?? nameDelivery(request));
  const asked = request.response_format ?? (defaultDelivery === "auto" ? byName : defaultDelivery);
  return { url: asked !== "b64_json", base64: asked !== "url" };
}

/** False for SVG, which may hold scripts: whatever was asked for, it is delivered as base64 and has no URL here. */
export function isHosted({ format }: Pick<Picture, "format">): boolean {
  return format !== "svg";
}

/**
 * Clients go by the name of a model: where it is a GPT image model's they read base64 alone, whatever
 * serves it, and of edits they read base64 but for the dall-e models, which gave URLs.
 */
function nameDelivery({
  model,
  operation,
}: Pick<ImageRequest, "model" | "operation">): "url" | "b64_json" {
  if (/^(chat)?gpt-image/i.test(model)) return "b64_json";
  return operation === "edit" && !/^dall-e/i.test(model) ? "b64_json" : "url";
}
