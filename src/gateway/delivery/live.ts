import { type Cost, knownNano, type Nano } from "../../core/money.ts";
import type { Picture } from "../../core/picture.ts";
import type { ImageRequest, Usage, Warning } from "../../core/request.ts";
import type { CallReceiver, CallResult, Made } from "../attempts/terms.ts";
import { subtractUsage } from "../../core/usage.ts";
import type { Plan } from "../fit/terms.ts";
import type { DeliveryParts } from "./parts.ts";
import type { DeliveredPicture } from "./outcome.ts";
import { servedName } from "../catalog/serving.ts";

/** A preview as the provider made it: in its own format and size. */
export interface LivePreview {
  /** Place of its picture in the answer, from 0. */
  readonly index: number;
  /** Place among the previews of that picture, from 0. */
  readonly partialIndex: number;
  readonly picture: Picture;
  readonly quality: string | undefined;
  readonly background: string | undefined;
  readonly origin: LiveOrigin;
}

/** The maker of a preview or picture. */
export interface LiveOrigin {
  /** The model that ran, in the client's words. */
  readonly servedModel: string;
  readonly channelId: string;
  readonly warnings: readonly Warning[];
}

/** A finished picture. Usage and cost are what it adds to those told before: the sums are the request's. */
export interface LivePicture {
  readonly delivered: DeliveredPicture;
  readonly usage: Usage | undefined;
  /** Undefined: it is told with another picture. */
  readonly cost: Cost | undefined;
  readonly origin: LiveOrigin;
}

/** A client that watches a request run. Functions return at once and do not throw. */
export interface LiveObserver {
  partial(preview: LivePreview): void;
  completed(picture: LivePicture): void;
}

/** Turns what upstream calls report into what the observer is told. */
export interface Live extends Pick<CallReceiver, "preview" | "ended"> {
  /** Hears of a picture, before its call has ended, that is being made ready for delivery. */
  made(made: Made, delivered: Promise<DeliveredPicture>, soFar: CallResult): void;
  /** Resolves when the observer knows of every picture that can be delivered. */
  told(): Promise<void>;
}

/**
 * Begins to tell. Of several pictures that are paid none is told of before `shown` resolves. A picture is told of as soon as it can be delivered; only the last one of a call waits for the
 * call's end, since usage and charge come there.
 */
export function startLive(
  parts: Pick<DeliveryParts, "log">,
  request: ImageRequest,
  observer: LiveObserver,
  shown: () => Promise<void>,
): Live {
  const coming = new Map<Made, Promise<DeliveredPicture>>();
  const accounts = new Map<readonly Made[], Account>();
  const telling: Promise<void>[] = [];
  const finished = new Set<number>();
  const previews = new Map<number, number>();

  const announce = (made: Made, result: CallResult): void => {
    const delivered = coming.get(made);
    if (delivered === undefined) return;
    coming.delete(made);
    const { usage, cost } = result;
    const account = accounts.get(result.made) ?? { usage: undefined, toldNano: 0 };
    accounts.set(result.made, { usage, toldNano: knownNano(cost) ?? account.toldNano });
    const added = {
      usage: subtractUsage(usage, account.usage),
      cost: costBeyond(cost, account.toldNano),
      origin: originOf(made.plan, result.warnings),
    };
    const isOwed = request.n > 1 && cost.state !== "free";
    const seen = isOwed ? Promise.all([delivered, shown()]).then(([one]) => one) : delivered;
    // Why a picture could not be delivered is for the request itself to say.
    telling.push(
      seen.then(
        (one) => observer.completed({ delivered: one, ...added }),
        () => parts.log.warn({ index: made.index }, "a picture of a stream could not be delivered"),
      ),
    );
  };
  return {
    preview(picture, index, plan) {
      const partialIndex = previews.get(index) ?? 0;
      if (finished.has(index) || partialIndex >= request.partial_images) return;
      previews.set(index, partialIndex + 1);
      const { quality, background } = plan.request;
      const origin = originOf(plan);
      observer.partial({ index, partialIndex, picture, quality, background, origin });
    },
    ended(result) {
      for (const made of result.made) announce(made, result);
    },
    made(made, delivered, soFar) {
      finished.add(made.index);
      coming.set(made, delivered);
      if (soFar.made.length < soFar.part.count) announce(made, soFar);
    },
    told: async () => void (await Promise.all(telling)),
  };
}

/** The account of a call as far as it has been told. */
interface Account {
  readonly usage: Usage | undefined;
  readonly toldNano: Nano;
}

/** The cost of a call less what of it was told before. */
function costBeyond(cost: Cost, toldNano: Nano): Cost {
  return cost.state === "priced" ? { ...cost, nano: cost.nano - toldNano } : cost;
}

/** `late`: warnings that the call itself led to. */
function originOf({ target, warnings }: Plan, late: readonly Warning[] = []): LiveOrigin {
  return {
    servedModel: servedName(target),
    channelId: target.channel.id,
    warnings: late.length === 0 ? warnings : [...warnings, ...late],
  };
}
