import type { Cluster } from "../../cluster/cluster.ts";
import { asPinholeError, PinholeError } from "../../core/errors.ts";
import type { KeyOwners, KeyRecord } from "../../core/key.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { ServedRows } from "../../store/served-rows.ts";
import type { Store } from "../../store/store.ts";
import { damagedRows } from "./damage.ts";
import type { Offered } from "./offered.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { judgedKey, noOwners, ownerBook, type OwnerBook, ownersOfRows } from "./key-owners.ts";
import { type DeclaredEntry, type DeclaredKey, declaredEntry } from "./key-views.ts";

/** The parts that administration works with. */
export interface AdministrationParts {
  readonly keys: KeyRing;
  /** The other nodes, which are told of a change at once; they would find it by themselves within seconds. */
  readonly cluster: Cluster;
  readonly log: GatewayLog;
  readonly store: Store;
  /** Unix milliseconds, the database's. */
  readonly now: () => number;
  readonly newId: (prefix: string) => string;
  /** Milliseconds since the process began. */
  readonly uptime: () => number;
  /** Counts the budgets that keys have got, from the books: what was spent before them counts too. */
  readonly followBudgets: (keys: readonly KeyRecord[]) => Promise<void>;
  /** All that is served besides keys, which follows the rows of the database. */
  readonly offered: Offered;
}

/** Time for which what is served may be unread before new work is refused, milliseconds. */
const unreadMsMax = 60_000;

/**
 * Keys, users and teams that this node serves: those of the file and those of the database, which are read whole as they
 * were at one moment, and never an older one. Knows none of the file until `declare` names them.
 */
export class Served {
  readonly #parts: AdministrationParts;
  readonly #pepper: Buffer;
  #declared: readonly DeclaredEntry[] = [];
  #isDeclared = false;
  #declaredOwners: KeyOwners = noOwners;
  #owners: OwnerBook = ownerBook(noOwners, noOwners, new Set());
  /** The rows that are in memory. */
  #rows: ServedRows | undefined;
  #faulty: ReturnType<typeof damagedRows> = [];
  /** When it was last known that they are those of the database. */
  #readAt: number | undefined;
  /** The last refresh that was asked for: one after another, so that none puts older rows over newer ones. */
  #refreshed: Promise<void> = Promise.resolve();

  constructor(parts: AdministrationParts, pepper: Buffer) {
    this.#parts = parts;
    this.#pepper = pepper;
    parts.cluster.hear("served", () => void this.#hasten());
  }

  /** Keys of the file. */
  get declared(): readonly DeclaredEntry[] {
    return this.#declared;
  }

  /** Users and teams of the file. */
  get declaredOwners(): KeyOwners {
    return this.#declaredOwners;
  }

  /** Users and teams of the file and of the database. */
  get owners(): OwnerBook {
    return this.#owners;
  }

  /** Keys, teams and users of the database that are not served as they stand. */
  get faulty(): ReturnType<typeof damagedRows> {
    return this.#faulty;
  }

  /** Puts others in the place of those that the file declared. */
  async declare(keys: readonly DeclaredKey[], owners: KeyOwners): Promise<void> {
    this.#declared = keys.map((key) => declaredEntry(key, this.#pepper));
    this.#declaredOwners = owners;
    this.#isDeclared = true;
    await this.#refresh();
  }

  /** Takes over what another node has changed. */
  async catchUp(): Promise<void> {
    // Before that, keys of the file would seem to be gone.
    if (!this.#isDeclared) return;
    const version = await this.#parts.store.served.version();
    const isRead = version === this.#rows?.version && this.#parts.offered.isCurrent;
    if (!isRead) await this.#refresh();
    this.#readAt = this.#parts.uptime();
  }

  /** True where there is such a team, in the file or in the database. */
  async hasTeam(id: string): Promise<boolean> {
    if (this.#declaredOwners.teams.some((team) => team.id === id)) return true;
    return (await this.#parts.store.teams.get(id)) !== undefined;
  }

  /** Throws overloaded where nothing could be read for a minute: limits and revocations may be others by now. */
  checkCurrent(): void {
    if (this.#readAt === undefined || this.#parts.uptime() - this.#readAt < unreadMsMax) return;
    throw new PinholeError("overloaded", {
      message: "This gateway could not read its keys and limits for a minute; try again.",
    });
  }

  /** After a change that is committed: where it cannot be read just now, it is the next time. */
  async refresh(): Promise<void> {
    this.#parts.cluster.say("served", "");
    try {
      await this.#refresh();
    } catch (thrown) {
      const { detail, message } = asPinholeError(thrown);
      this.#parts.log.error({ detail: detail ?? message }, "changed keys could not be read");
    }
  }

  /** Takes over a change that another node has told of; where it cannot be read just now, it is the next time. */
  async #hasten(): Promise<void> {
    try {
      await this.catchUp();
    } catch (thrown) {
      const { detail, message } = asPinholeError(thrown);
      this.#parts.log.warn({ detail: detail ?? message }, "a change could not be read");
    }
  }

  #refresh(): Promise<void> {
    const next = this.#refreshed.then(() => this.#read());
    // Whoever comes next is not to fail for it.
    this.#refreshed = next.catch(() => undefined);
    return next;
  }

  async #read(): Promise<void> {
    const { store, keys, followBudgets, offered } = this.#parts;
    // Once more where changes come so fast that they were never seen as at one moment.
    const found = (await store.served.read()) ?? (await store.served.read());
    if (found === undefined)
      throw new PinholeError("overloaded", { message: "Keys change too fast to be read." });
    // A database that is behind, such as a copy that took over, is never believed before it has caught up.
    const rows = found.version < (this.#rows?.version ?? 0) ? (this.#rows ?? found) : found;
    // After the rows: whoever was stopped since is read again, by another version.
    const stopped = new Set(await store.people.stoppedUsers());
    this.#owners = ownerBook(this.#declaredOwners, ownersOfRows(rows), stopped);
    const declared = this.#declared.map(({ view, digest }) => ({
      ...view,
      digest,
      previous: null,
    }));
    const judged = [...rows.keys, ...declared].map((key) => judgedKey(key, this.#owners));
    keys.replace(judged);
    await followBudgets(judged);
    await offered.follow(rows.resources);
    this.#tell(damagedRows(rows));
    this.#rows = rows;
    this.#readAt = this.#parts.uptime();
  }

  /** Says what has come to be damaged since. */
  #tell(found: ReturnType<typeof damagedRows>): void {
    for (const { name, fault } of found)
      if (!this.#faulty.some((one) => one.name === name && one.fault === fault))
        this.#parts.log.error(
          { row: name, detail: fault },
          "an entry of the database is not served",
        );
    this.#faulty = found;
  }
}
