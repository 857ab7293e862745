import type { ImageRequest } from "../../core/request.ts";
import type { DeliveryParts } from "./parts.ts";

/** Which of url and b64_json an answer's entries hold. */
export interface DeliveryForm {
  readonly url: boolean;
  readonly base64: boolean;
}

/** A client of a stream reads base64, so there a model's own delivery adds no URL. */
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
