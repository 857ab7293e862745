import type { Picture } from "../../core/picture.ts";
import type { JsonBody } from "../../json/writer.ts";
import type { PictureRecord } from "../../store/request-records.ts";
import { deliver, urlOf } from "./answer.ts";
import { type ImageEvents, imageEvents } from "./events.ts";
import { hostPreview } from "./host-preview.ts";
import type { Deliverable, DeliveredPicture } from "./outcome.ts";
import type { DeliveryParts } from "./parts.ts";
import { restingPath } from "./resting-picture.ts";

/** The use cases that show what was made. */
export interface DeliveryCases {
  /** An outcome as a JSON answer. `origin` is the scheme and host that its URLs begin with. */
  answer(outcome: Deliverable, origin: string): JsonBody;
  /** A request's pictures as events of a stream. */
  events(call: Parameters<typeof imageEvents>[1], origin: string): ImageEvents;
  /** A signed URL of a picture that is in the image store; undefined where it is in none. */
  pictureUrl(delivered: DeliveredPicture, origin: string): string | undefined;
  /** The signed path of a record's picture while it rests in the image store. */
  restingPath(picture: PictureRecord): string | undefined;
  /** Puts a preview into the image store for a few minutes; returns its signed URL. */
  hostPreview(picture: Picture, origin: string): Promise<string>;
}

export function deliveryCases(parts: DeliveryParts): DeliveryCases {
  return {
    answer: (outcome, origin) => deliver(parts, outcome, origin),
    events: (call, origin) => imageEvents(parts, call, origin),
    pictureUrl: (delivered, origin) => urlOf(parts, delivered, origin),
    restingPath: (picture) => restingPath(parts, picture),
    hostPreview: (picture, origin) => hostPreview(parts, picture, origin),
  };
}
