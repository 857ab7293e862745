import type { FastifyBaseLogger } from "fastify";
import type { KeptPictures } from "../blobs/kept-pictures.ts";
import { asPinholeError } from "../core/errors.ts";
import type { Store } from "../store/store.ts";

const sweepEveryMs = 60_000;

/** Soon after a start and then every minute: holds whose gateway is gone are voided, old kept pictures go. */
export function startUpkeep(
  store: Store,
  kept: KeptPictures,
  now: () => number,
  logger: FastifyBaseLogger,
): NodeJS.Timeout {
  const sweep = (): void => {
    kept.tick();
    store.requests.sweep(now()).then(
      (count) => {
        if (count > 0)
          logger.warn(
            { count },
            "requests of a gateway that stopped were closed and their holds voided",
          );
      },
      (error: unknown) =>
        logger.error({ detail: asPinholeError(error).detail }, "sweeping holds failed"),
    );
  };
  sweep();
  const timer = setInterval(sweep, sweepEveryMs);
  timer.unref();
  return timer;
}
