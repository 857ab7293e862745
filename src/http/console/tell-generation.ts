import { type PinholeError, asPinholeError } from "../../core/errors.ts";
import { type Cost, knownNano, usdText } from "../../core/money.ts";
import type { AttemptObserver, RequestObserver } from "../../core/observer.ts";
import type { Gateway, ImageOutcome, LiveObserver } from "../../gateway/gateway.ts";
import type { EventFacts, Generation } from "./generation.ts";
import { type PlaceTeller, createPlaceTeller } from "./place-teller.ts";

/** The parts that telling a generation's story works with. */
export interface TellingParts {
  readonly gateway: Pick<Gateway, "hostPreview" | "pictureUrl">;
  /** Scheme and host that URLs begin with. */
  readonly origin: string;
  /** True: the page may know the names of channels. */
  readonly showsChannels: boolean;
}

type Delivered = ImageOutcome["pictures"][number];

/** Tells a generation's story: its attempts, previews, pictures, what it cost and how it ended. */
export interface GenerationTeller {
  readonly live: LiveObserver;
  readonly observer: RequestObserver;
  /** Tells what the live part has not, and the end. */
  outcome(outcome: ImageOutcome): void;
  /** Tells the error that it ended in. */
  failed(thrown: unknown): void;
}

/** Begins to tell. `listening` hears of the request as well: metrics and traces. */
export function tellGeneration(
  parts: TellingParts,
  generation: Generation,
  listening: RequestObserver | undefined,
): GenerationTeller {
  const told = new Set<number>();
  const picture = (delivered: Delivered): void => {
    if (told.has(delivered.index)) return;
    told.add(delivered.index);
    generation.tell("picture", pictureFields(parts, delivered));
  };
  const places = createPlaceTeller((place) => generation.tell("queued", { place }));
  const begin: BeginAttempt = (begun) => {
    const ended = places.began();
    const telling = tellAttempt(parts, generation, begun);
    return {
      ...telling,
      end(closed) {
        telling.end(closed);
        ended();
      },
    };
  };
  return {
    live: {
      partial(preview) {
        const { index, partialIndex } = preview;
        // A preview that cannot be put away is only missing.
        parts.gateway.hostPreview(preview.picture, parts.origin).then(
          (url) => {
            if (!told.has(index)) generation.tell("partial", { index, partial: partialIndex, url });
          },
          () => undefined,
        );
      },
      completed: ({ delivered }) => picture(delivered),
    },
    observer: watching(listening, places, begin),
    outcome(outcome) {
      places.over();
      for (const delivered of outcome.pictures) picture(delivered);
      for (const { code, param, message } of outcome.warnings)
        generation.tell("warning", { code, param, message });
      generation.tell("cost", costFields(outcome.cost));
      generation.tell("done", {
        pictures: told.size,
        model: outcome.servedModel,
        channel: parts.showsChannels ? outcome.channelId : undefined,
        attempts: outcome.attempts,
        upstream_ms: Math.round(outcome.upstreamMs),
      });
    },
    failed(thrown) {
      places.over();
      generation.tell("error", errorFields(asPinholeError(thrown)));
    },
  };
}

type BeginAttempt = RequestObserver["attempt"];

/** An observer that hears of waiting and of attempts, in front of one that hears of everything else too. */
function watching(
  listening: RequestObserver | undefined,
  places: PlaceTeller,
  begin: BeginAttempt,
): RequestObserver {
  return {
    asked: (asked) => listening?.asked(asked),
    step: (step) => listening?.step(step) ?? (() => undefined),
    held: (nano) => listening?.held(nano) ?? (() => undefined),
    made: (made) => listening?.made(made),
    waiting: (place) => places.moved(place),
    outcome: (end) => listening?.outcome(end),
    over: () => listening?.over(),
    attempt(begun) {
      const own = begin(begun);
      const other = listening?.attempt(begun);
      return {
        exchange: (kind) => other?.exchange(kind) ?? own.exchange(kind),
        cancellable: () => own.cancellable?.(),
        end(closed) {
          own.end(closed);
          other?.end(closed);
        },
      };
    },
  };
}

function tellAttempt(
  { showsChannels }: TellingParts,
  generation: Generation,
  begun: Parameters<BeginAttempt>[0],
): AttemptObserver {
  const channel = showsChannels ? begun.channelId : undefined;
  generation.tell("chosen", { attempt: begun.attempt, channel });
  return {
    exchange: () => ({ headers: {}, end() {} }),
    cancellable: () => generation.tell("cancellable", { attempt: begun.attempt }),
    end({ code, evidence, providerNano }) {
      if (code === undefined) return;
      const billed = providerNano === 0 ? "no" : "unknown";
      generation.tell("failed_over", { attempt: begun.attempt, channel, code, evidence, billed });
    },
  };
}

function pictureFields({ gateway, origin }: TellingParts, delivered: Delivered): EventFacts {
  const { index, picture, seed, revisedPrompt } = delivered;
  return {
    index,
    url: gateway.pictureUrl(delivered, origin),
    width: picture.width,
    height: picture.height,
    format: picture.format,
    seed,
    revised_prompt: revisedPrompt,
  };
}

function costFields(cost: Cost): EventFacts {
  const nano = knownNano(cost);
  return { state: cost.state, usd: nano === undefined ? null : usdText(nano) };
}

/** An error with what is known of the bill for it; of one that is told from its record nothing else tells. */
function errorFields({ code, message, param, evidence }: PinholeError): EventFacts {
  const isDoubtful =
    evidence === "unknown" || evidence === "produced" || code === "outcome_unknown";
  return { code, message, param, billed: isDoubtful ? "unknown" : undefined };
}
