import { PinholeError } from "../core/errors.ts";
import type { GatewayLog } from "../core/log.ts";

/**
 * The time that all nodes of one database go by: the database's, so that leases, periods of budgets and ends of keys and URLs
 * are the same on each, whatever its machine's clock says. SQLite has none but the machine's.
 */
export interface DatabaseClock {
  /** Unix milliseconds. */
  now(): number;
  /** Asks the database for its time. Wants to be called every 30 s. */
  measure(): Promise<void>;
  /** Throws where the machine's clock is so wrong that this node should get no more work. */
  check(): void;
  /** The machine's clock less the database's, milliseconds. */
  wrongMs(): number;
}

export interface DatabaseClockParts {
  /** Unix milliseconds at the database; undefined: it has no clock of its own. */
  readonly serverTime: () => Promise<number | undefined>;
  /** The machine's clock, Unix milliseconds. */
  readonly machine: () => number;
  /** Milliseconds since the process began: never goes back, and nobody sets it. */
  readonly uptime: () => number;
  readonly log: GatewayLog;
}

/** A machine's clock may be wrong by this before the operator is told. */
const noticeMs = 30_000;
/** A node whose clock is wrong by more gets no work: its certificates and signatures fail soon, if not now. */
const readyMs = 5 * 60_000;
/** An answer that took longer says too little about the time. */
const roundTripMsMax = 2000;

/** A clock that goes by the machine's until the database was asked. */
export function createDatabaseClock(parts: DatabaseClockParts): DatabaseClock {
  return new Clock(parts);
}

class Clock implements DatabaseClock {
  readonly #parts: DatabaseClockParts;
  /** The database's time when the process's uptime was 0. */
  #origin: number | undefined;
  #isTold = false;

  constructor(parts: DatabaseClockParts) {
    this.#parts = parts;
  }

  now(): number {
    const { machine, uptime } = this.#parts;
    return this.#origin === undefined ? machine() : Math.round(this.#origin + uptime());
  }

  async measure(): Promise<void> {
    const { serverTime, uptime } = this.#parts;
    const askedAt = uptime();
    const time = await serverTime();
    const tookMs = uptime() - askedAt;
    if (time === undefined || tookMs > roundTripMsMax) return;
    // It was read half-way, as far as anybody knows.
    this.#origin = time - (askedAt + tookMs / 2);
    this.#tell();
  }

  check(): void {
    const wrongMs = this.wrongMs();
    if (Math.abs(wrongMs) <= readyMs) return;
    throw new PinholeError("internal_error", {
      message: "The clock of the gateway's machine is wrong.",
      detail: `${inWords(wrongMs)}; set the machine's clock`,
    });
  }

  wrongMs(): number {
    return this.#parts.machine() - this.now();
  }

  /** Says once that the clock is wrong, and once that it is right again. */
  #tell(): void {
    const { log } = this.#parts;
    const wrongMs = this.wrongMs();
    const isWrong = Math.abs(wrongMs) > noticeMs;
    if (isWrong === this.#isTold) return;
    this.#isTold = isWrong;
    const fields = { clock_wrong_ms: Math.round(wrongMs) };
    if (isWrong)
      log.warn(fields, `${inWords(wrongMs)}; times go by the database's, set the machine's clock`);
    else log.info(fields, "the machine's clock agrees with the database's again");
  }
}

function inWords(wrongMs: number): string {
  const seconds = Math.round(Math.abs(wrongMs) / 1000);
  return `the machine's clock is ${seconds} s ${wrongMs > 0 ? "ahead of" : "behind"} the database's`;
}
