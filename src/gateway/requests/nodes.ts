import { asPinholeError } from "../../core/errors.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { NodeRecord } from "../../store/request-records.ts";
import { arrivalMs } from "../../store/running-owner.ts";
import type { Store } from "../../store/store.ts";

/** The watch of this process over all that work on its database. A node is one process from its start to its end. */
export interface NodeWatch {
  /**
   * Enters this node. `before` is the node that had this one's data folder: it has ended, so what it left
   * running is lost at once.
   */
  begin(before: string | undefined): Promise<void>;
  /** Writes that this node is at work where it is time to, and closes what nodes left running that have not been seen for a while. Wants to be called every half second. */
  renew(): Promise<void>;
  /**
   * Notes that an answer begins whose client would come back without a key: others know that it arrived when they see this node
   * after it. False where there are no others.
   */
  answering(): boolean;
  /** Milliseconds since the database last took this node's word. */
  silentMs(): number;
  /** Takes this node out: it makes no more requests. Never rejects. */
  end(): Promise<void>;
  /** True for one of the nodes that are at work, which does what one is enough for. Two may be for a moment, or none. */
  isFirst(): boolean;
  /** True where no other process can have ended a request within the repeat window. */
  isAlone(): boolean;
  /** Nodes that are at work, this one included, as far as was last read. */
  count(): number;
  /** The same, as they were written. */
  atWork(): readonly NodeRecord[];
}

/** The parts that watching nodes works with. */
export interface NodeWatchParts {
  readonly store: Pick<Store, "nodes" | "requests">;
  readonly log: GatewayLog;
  /** The id of this node. */
  readonly node: string;
  readonly program: NodeProgram;
  /** The machine's name. */
  readonly host: string;
  /** The digest of the files that it goes by. */
  readonly fileHash: () => string | null;
  readonly repeatWindowMs: () => number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds since the process began: never goes back. */
  readonly uptime: () => number;
}

/** The program that a node runs. */
export interface NodeProgram {
  readonly version: string;
  /** The newest migration that it knows. */
  readonly schemaStep: string;
}

/** A node whose row has not changed for this long is dead: with the renewals before and after, all know of it within 30 s. */
const unseenMsMax = 20_000;
/** A node whose row was that old when it was first read is dead after this: several renewals were due. */
const watchedMsMin = 15_000;
/** Others wait for a sign of a node that answers: nearly this long, and up to half a second, where it has answered an equal request. */
const renewMs = 2_000;
/** A node that has seen no other renews its row less often: nobody waits for a sign of it. */
const aloneRenewMs = 4_000;

const sweepMs = 60_000;

/** The digest of a node that goes by no file. */
export const noFiles = "none";

/** The time of another node's last renewal, and since when this process has seen no other. */
interface Sight {
  readonly seenAt: number;
  /** By the process's own clock: clocks of the day may differ between machines, and be set. */
  readonly since: number;
}

/** A watch of nodes. Nothing is written before `begin`. */
export function createNodeWatch(parts: NodeWatchParts): NodeWatch {
  return new Watch(parts);
}

class Watch implements NodeWatch {
  readonly #parts: NodeWatchParts;
  readonly #startedAt: number;
  readonly #sights = new Map<string, Sight>();
  #renewedAt: number;
  #aloneSince: number;
  #sweptAt: number;
  /** Until when others may wait for a sign that an answer arrived. */
  #awaitedUntil = -Infinity;
  #isFirst = false;
  #hasOthers = false;
  #atWork: readonly NodeRecord[] = [];
  /** The files that this node goes by, and since when. */
  #files: Pick<NodeRecord, "fileHash" | "fileSince"> = { fileHash: null, fileSince: null };

  constructor(parts: NodeWatchParts) {
    this.#parts = parts;
    this.#startedAt = parts.now();
    this.#renewedAt = parts.uptime();
    this.#aloneSince = Infinity;
    this.#sweptAt = parts.uptime();
  }

  async begin(before: string | undefined): Promise<void> {
    const { store, now, uptime, repeatWindowMs } = this.#parts;
    await this.#renew();
    if (before !== undefined) await store.nodes.bury(before, now());
    await this.#closeLost();
    // Others are at work: seen by the renewal above.
    if (this.#aloneSince !== Infinity) return;
    // What an earlier process ended may be repeated for as long as the window is.
    const mayRepeat = await store.requests.anyRecent(now() - repeatWindowMs());
    this.#aloneSince = mayRepeat ? uptime() + repeatWindowMs() : uptime();
  }

  async renew(): Promise<void> {
    const isAwaited = this.#parts.uptime() <= this.#awaitedUntil;
    const dueMs = this.#hasOthers ? renewMs : aloneRenewMs;
    if (isAwaited || this.silentMs() >= dueMs) await this.#renew();
  }

  answering(): boolean {
    if (this.isAlone()) return false;
    // The first sign after the time in which an answer arrives.
    this.#awaitedUntil = this.#parts.uptime() + 2 * arrivalMs;
    return true;
  }

  silentMs(): number {
    return this.#parts.uptime() - this.#renewedAt;
  }

  async #renew(): Promise<void> {
    const { store, node, program, host, now, uptime, repeatWindowMs } = this.#parts;
    const own = {
      id: node,
      startedAt: this.#startedAt,
      seenAt: now(),
      ...program,
      host,
      ...this.#ownFiles(),
    };
    const nodes = await store.nodes.renew(own);
    // Whoever could not look for so long has missed what the others said: their silence counts from now.
    if (uptime() - this.#renewedAt >= watchedMsMin) this.#sights.clear();
    this.#renewedAt = uptime();
    const others = nodes.filter(({ id }) => id !== node);
    this.#hasOthers = others.length > 0;
    if (this.#hasOthers) this.#aloneSince = uptime() + repeatWindowMs();
    const dead = others.filter(({ id, seenAt }) => this.#isDead(id, seenAt));
    for (const { id } of dead) {
      await store.nodes.bury(id, now());
      this.#sights.delete(id);
    }
    this.#atWork = nodes.filter((one) => !dead.includes(one));
    this.#isFirst = others.every((other) => other.id > node || dead.includes(other));
    // Now and then also what no node's death told of: records of earlier versions, whose leases end.
    if (dead.length > 0 || uptime() - this.#sweptAt >= sweepMs) await this.#closeLost();
  }

  async end(): Promise<void> {
    const { store, log, node } = this.#parts;
    try {
      await store.nodes.remove(node);
    } catch (thrown) {
      // A stop does not wait for a database that is away: the other nodes find this one silent.
      log.warn({ detail: asPinholeError(thrown).detail }, "this node's end could not be written");
    }
  }

  isFirst(): boolean {
    return this.#isFirst;
  }

  isAlone(): boolean {
    return this.#parts.uptime() >= this.#aloneSince;
  }

  count(): number {
    return Math.max(1, this.#atWork.length);
  }

  atWork(): readonly NodeRecord[] {
    return this.#atWork;
  }

  #ownFiles(): Pick<NodeRecord, "fileHash" | "fileSince"> {
    const { now, fileHash } = this.#parts;
    // A gateway without any says so too: an earlier version's row says nothing.
    const hash = fileHash() ?? noFiles;
    if (hash !== this.#files.fileHash) this.#files = { fileHash: hash, fileSince: now() };
    return this.#files;
  }

  #isDead(id: string, seenAt: number): boolean {
    const { now, uptime } = this.#parts;
    const known = this.#sights.get(id);
    if (known?.seenAt !== seenAt) {
      this.#sights.set(id, { seenAt, since: uptime() });
      return false;
    }
    const watchedMs = uptime() - known.since;
    if (watchedMs >= unseenMsMax) return true;
    return watchedMs >= watchedMsMin && now() - seenAt >= unseenMsMax;
  }

  async #closeLost(): Promise<void> {
    const { store, log, now, uptime } = this.#parts;
    this.#sweptAt = uptime();
    const count = await store.requests.sweep(now());
    if (count === 0) return;
    log.warn({ count }, "requests of a gateway that stopped were closed and their holds voided");
  }
}
