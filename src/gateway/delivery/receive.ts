import type { RequestObserver } from "../../core/observer.ts";
import type { Picture, PictureSpool } from "../../core/picture.ts";
import type { ImageRequest } from "../../core/request.ts";
import type { CallReceiver, CallResult, Made } from "../attempts/terms.ts";
import type { RequestTrace } from "../attempts/trace.ts";
import { rulingCard } from "../catalog/serving.ts";
import type { Plan } from "../fit/terms.ts";
import { deliveryOf } from "../fit/form.ts";
import { type Live, type LiveObserver, startLive } from "./live.ts";
import type { DeliveredPicture } from "./outcome.ts";
import type { DeliveryParts } from "./parts.ts";
import { takePicture } from "./take.ts";

/** The request whose pictures are received, and the client that watches it, if any. */
interface Receiving {
  readonly request: ImageRequest;
  readonly spool: PictureSpool;
  readonly live: LiveObserver | undefined;
  /** Called before the client sees the first of several paid pictures, which waits for it. Never rejects. */
  readonly shown: () => Promise<void>;
  readonly observer?: RequestObserver | undefined;
  readonly trace?: RequestTrace | undefined;
}

/** The receiver of one request's pictures: each is made ready as it comes, so that converting one does not wait for the others. */
export interface Receiver extends CallReceiver {
  /** Resolves with all pictures, in the answer's order, when a client that watches knows of them too. */
  pictures(): Promise<readonly DeliveredPicture[]>;
}

/** A receiver that has received nothing yet. */
export function startReceiving(parts: DeliveryParts, receiving: Receiving): Receiver {
  return new PictureReceiver(parts, receiving);
}

const ignored = (): void => undefined;

class PictureReceiver implements Receiver {
  readonly #parts: DeliveryParts;
  readonly #request: ImageRequest;
  readonly #spool: PictureSpool;
  readonly #live: Live | undefined;
  readonly #observer: RequestObserver | undefined;
  readonly #trace: RequestTrace | undefined;
  readonly #taken: Promise<DeliveredPicture>[] = [];

  constructor(parts: DeliveryParts, { request, spool, live, shown, observer, trace }: Receiving) {
    this.#parts = parts;
    this.#observer = observer;
    this.#trace = trace;
    this.#request = request;
    this.#spool = spool;
    this.#live = live === undefined ? undefined : startLive(parts, request, live, shown);
  }

  preview(picture: Picture, index: number, plan: Plan): void {
    this.#live?.preview(picture, index, plan);
  }

  made(made: Made, soFar: CallResult): void {
    const delivery = rulingCard(made.plan.target)?.delivery;
    const { url } = deliveryOf(this.#request, this.#parts, delivery);
    const ready = this.#observer?.step("picture");
    const taken = takePicture(this.#parts, made, this.#spool, url);
    // A failure is seen by `pictures`; without this it would count as unhandled until then.
    taken.then(ready, ready ?? ignored);
    this.#taken.push(taken);
    this.#live?.made(made, taken, soFar);
  }

  ended(result: CallResult): void {
    this.#live?.ended(result);
  }

  async pictures(): Promise<readonly DeliveredPicture[]> {
    const pictures = await Promise.all(this.#taken);
    this.#trace?.stored();
    await this.#live?.told();
    return pictures.toSorted((a, b) => a.index - b.index);
  }
}
