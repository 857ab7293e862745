import { PinholeError } from "../../core/errors.ts";
import type { S3Ports } from "./ports.ts";

/** Time for which a bucket that has answered counts as answering, milliseconds. */
const freshMs = 5_000;
/** Time after a failure for which nobody asks again, milliseconds. */
const restMs = 1_000;
/** Time for which a bucket that has gone is waited for with pictures that have been made, milliseconds. */
const justGoneMs = 10_000;
/** Time for which a bucket that refused a picture is sent no other one, milliseconds. */
const refusedMs = 30_000;

/** The standing of a bucket: whether it can be expected to take the next picture. */
export interface Standing {
  readonly isAway: boolean;
  /** True where it has been away only for seconds, so that it may well be back before anybody minds. */
  readonly isJustGone: boolean;
  /** Notes that it has answered. */
  heard(): void;
  /** Notes that it takes pictures. */
  took(): void;
  /** True where it has taken a picture since then, milliseconds of the process. */
  tookSince(uptime: number): boolean;
  /** Notes that what was begun then had no answer after all tries; where others had one meanwhile, the bucket is only slow. */
  lost(problem: string, begunAt: number): void;
  /** Notes that it refused a picture, which the next one would be too. */
  refused(problem: string): void;
  /** Throws storage_unavailable unless it has answered just now, or answers `ask`. */
  require(ask: () => Promise<void>): Promise<void>;
}

/** The error for what needs the bucket while it is away. */
export function unavailable(detail: string, cause?: unknown): PinholeError {
  return new PinholeError("storage_unavailable", {
    message:
      "The store of this gateway's images cannot be reached, so no URL can be given; ask for `b64_json`, or try again later.",
    detail,
    cause,
  });
}

/** A standing that is unknown: the first who needs the bucket asks it. Every change of it is one line in the log. */
export function createStanding(ports: Pick<S3Ports, "uptime" | "log">): Standing {
  return new KnownStanding(ports);
}

interface Trouble {
  readonly at: number;
  readonly problem: string;
}

class KnownStanding implements Standing {
  readonly #ports: Pick<S3Ports, "uptime" | "log">;
  #heardAt = -Infinity;
  #tookAt = -Infinity;
  #away: Trouble | undefined;
  #goneAt = -Infinity;
  #refusal: Trouble | undefined;
  #asking: Promise<void> | undefined;

  constructor(ports: Pick<S3Ports, "uptime" | "log">) {
    this.#ports = ports;
  }

  get isAway(): boolean {
    return this.#away !== undefined;
  }

  get isJustGone(): boolean {
    return this.#away !== undefined && this.#ports.uptime() - this.#goneAt < justGoneMs;
  }

  heard(): void {
    this.#heardAt = this.#ports.uptime();
    if (this.#away === undefined) return;
    this.#away = undefined;
    this.#ports.log.info({}, "the bucket of images answers again");
  }

  tookSince(uptime: number): boolean {
    return this.#tookAt >= uptime;
  }

  took(): void {
    this.heard();
    this.#tookAt = this.#heardAt;
    if (this.#refusal === undefined) return;
    this.#refusal = undefined;
    this.#ports.log.info({}, "the bucket takes images again");
  }

  lost(problem: string, begunAt: number): void {
    if (this.#heardAt > begunAt) return;
    if (this.#away === undefined) {
      this.#goneAt = this.#ports.uptime();
      this.#ports.log.error(
        { detail: problem },
        "the bucket of images is away: answers are base64 only until it is back",
      );
    }
    this.#away = { at: this.#ports.uptime(), problem };
  }

  refused(problem: string): void {
    if (this.#refusal === undefined)
      this.#ports.log.error(
        { detail: problem },
        "the bucket refuses images: answers are base64 only until it takes them",
      );
    this.#refusal = { at: this.#ports.uptime(), problem };
  }

  async require(ask: () => Promise<void>): Promise<void> {
    const now = this.#ports.uptime();
    const refusal = this.#refusal;
    if (refusal !== undefined && now - refusal.at < refusedMs) throw unavailable(refusal.problem);
    const away = this.#away;
    if (away === undefined && now - this.#heardAt < freshMs) return;
    if (away !== undefined && now - away.at < restMs) throw unavailable(away.problem);
    this.#asking ??= ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }
}
