import type { ImageRequest } from "../../core/request.ts";
import type { DeliveryParts } from "./parts.ts";

/** The form of an answer's entries: url, b64_json or both. */
export interface DeliveryForm {
  readonly url: boolean;
  readonly base64: boolean;
}

/** The form of a request's answer. A client of a stream reads base64, so there a model's own delivery adds no URL. */
export function deliveryOf(
  request: ImageRequest,
  parts: Pick<DeliveryParts, "images">,
  modelDelivery: "url" | "b64_json",
): DeliveryForm {
  const { defaultDelivery } = parts.images;
  const unasked = request.stream ? "b64_json" : modelDelivery;
  const asked = request.response_format ?? (defaultDelivery === "auto" ? unasked : defaultDelivery);
  return { url: asked !== "b64_json", base64: asked !== "url" };
}
