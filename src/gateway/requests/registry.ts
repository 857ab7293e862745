import { asPinholeError, errorRow } from "../../core/errors.ts";
import { Slots } from "../../runtime/slots.ts";
import type { Store } from "../../store/store.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import type { GatewayLog } from "../../core/log.ts";

/** A client's end of one answer. */
export interface Client {
  /**
   * Calls back when the connection is done with the answer: `sent` whole, or `gone` before. `gone`
   * may follow `sent` shortly after, where the connection broke so soon that the answer may not have
   * been read. Calls back at once where it is over already.
   */
  onEnd(listener: (end: "sent" | "gone") => void): void;
}

/** What tells requests apart. */
export interface RunFacts {
  readonly id: string;
  readonly keyId: string;
  readonly fingerprint: string;
  readonly idempotencyKey: string | undefined;
}

/** What the work of a request tells, and may ask, while it runs. */
export interface RunControl {
  /** True while nobody waits for the answer: what runs is finished, nothing more is attempted. */
  clientGone(): boolean;
  /** The request's record has been written: from here on money may be spent. */
  begun(): void;
  /** The outcome is being written; no answer waits for it. */
  settling(work: Promise<unknown>): void;
}

/** A request's work, detached from the connection that asked for it. */
export interface RunWork {
  make(control: RunControl): Promise<ImageOutcome>;
  /** Called once, when no answer needs the pictures any more: what must outlive the spool is put away. */
  keep(outcome: ImageOutcome): Promise<void>;
  /** The client wants nothing kept: whatever was put away is deleted. */
  discard(outcome: ImageOutcome): Promise<void>;
  dispose(): void;
}

/** One request in this process, from its first byte read until nobody needs its spool. */
export interface Run {
  readonly fingerprint: string;
  readonly outcome: Promise<ImageOutcome>;
  /** The outcome is known. */
  over(): boolean;
  /** One more answer is made of it; its spool stays until this client is done with it. */
  attach(client: Client): void;
  /** Nobody waits for it, and no retry has taken it. */
  orphaned(): boolean;
  discard(): Promise<void>;
}

/** The requests of this process. */
export interface RequestRegistry {
  /** Begins the work, with its first client. */
  start(facts: RunFacts, work: RunWork, client: Client): Run;
  get(id: string): Run | undefined;
  byIdempotencyKey(keyId: string, idempotencyKey: string): Run | undefined;
  /** The oldest of a key with this fingerprint that is orphaned. */
  orphan(keyId: string, fingerprint: string): Run | undefined;
  /** Resolves when nothing runs, is being sent or being put away. */
  idle(): Promise<void>;
}

interface Books {
  readonly parts: RegistryParts;
  readonly entries: Slots<Entry>;
  /** Places of entries. */
  readonly byId: Map<string, number>;
  readonly byKey: Map<string, number>;
  readonly idlers: Set<() => void>;
}

export interface RegistryParts {
  readonly store: Pick<Store, "requests">;
  readonly log: GatewayLog;
  readonly now: () => number;
}

/** An empty registry. */
export function createRegistry(parts: RegistryParts): RequestRegistry {
  const books: Books = {
    parts,
    entries: new Slots(),
    byId: new Map(),
    byKey: new Map(),
    idlers: new Set(),
  };
  const { entries, byId, byKey } = books;
  const shown = (place: number | undefined): Run | undefined => {
    const entry = entries.get(place ?? -1);
    return entry?.isShown === true ? entry : undefined;
  };
  return {
    start: (facts, work, client) => start(books, facts, work, client),
    get: (id) => shown(byId.get(id)),
    byIdempotencyKey: (keyId, idempotencyKey) => shown(byKey.get(keyText(keyId, idempotencyKey))),
    orphan(keyId, fingerprint) {
      // The oldest first.
      for (const place of byId.values()) {
        const entry = entries.get(place);
        const isSame = entry?.facts.keyId === keyId && entry.facts.fingerprint === fingerprint;
        const isOpen = isSame && entry.facts.idempotencyKey === undefined;
        if (isOpen && entry.orphaned()) return shown(place);
      }
      return undefined;
    },
    idle: () =>
      entries.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            books.idlers.add(resolve);
          }),
  };
}

const keyText = (keyId: string, idempotencyKey: string): string => `${keyId} ${idempotencyKey}`;

function start(books: Books, facts: RunFacts, work: RunWork, client: Client): Run {
  const { id, keyId, idempotencyKey } = facts;
  const entry = new Entry(books, facts, work);
  const place = books.entries.add(entry);
  books.byId.set(id, place);
  if (idempotencyKey !== undefined) books.byKey.set(keyText(keyId, idempotencyKey), place);
  entry.attach(client);
  entry.run();
  return entry;
}

const nothingToKeep: Promise<void> = Promise.resolve();

class Entry implements Run, RunControl {
  readonly facts: RunFacts;
  readonly work: RunWork;
  readonly #books: Books;
  #attached = 0;
  #orphaned = false;
  #begun = false;
  #over = false;
  /** Undefined while it runs, and where it failed. */
  #made: ImageOutcome | undefined;
  /** Set once; undefined until nobody needed the spool for the first time. */
  #kept: Promise<void> | undefined;
  #settling: Promise<unknown> | undefined;
  #closing = false;
  #discarded = false;
  /** Its outcome may be given to nobody who comes later. */
  #dead = false;
  #outcome: Promise<ImageOutcome> | undefined;

  constructor(books: Books, facts: RunFacts, work: RunWork) {
    this.#books = books;
    this.facts = facts;
    this.work = work;
  }

  get fingerprint(): string {
    return this.facts.fingerprint;
  }

  get outcome(): Promise<ImageOutcome> {
    if (this.#outcome === undefined) throw new Error("a run is shown before it was begun");
    return this.#outcome;
  }

  /** May it be shown to those who come later? */
  get isShown(): boolean {
    return !this.#dead && !this.#discarded;
  }

  run(): void {
    this.#outcome = this.work.make(this);
    // Nobody else may be waiting any more; those who do are told after this.
    this.#outcome.then(
      (outcome) => {
        this.#made = outcome;
        this.#end();
      },
      (thrown: unknown) => {
        const { shouldRetry } = errorRow(asPinholeError(thrown).code);
        this.#dead = shouldRetry || !this.#begun;
        this.#end();
      },
    );
  }

  clientGone(): boolean {
    return this.#attached === 0;
  }

  begun(): void {
    this.#begun = true;
    if (this.#orphaned) this.#writeOrphan();
  }

  settling(work: Promise<unknown>): void {
    this.#settling = work;
  }

  over(): boolean {
    return this.#over;
  }

  orphaned(): boolean {
    return this.#orphaned;
  }

  attach(client: Client): void {
    this.#attached += 1;
    if (this.#orphaned) this.#setOrphaned(false);
    let waiting = true;
    client.onEnd((end) => {
      if (waiting) this.#attached -= 1;
      waiting = false;
      if (end === "gone" && this.#attached === 0) this.#setOrphaned(true);
      this.#close();
    });
  }

  async discard(): Promise<void> {
    this.#discarded = true;
    // What still runs discards its pictures when it has made them.
    if (!this.#over) return;
    this.#kept ??= this.#keep();
    await this.#kept;
    if (this.#made !== undefined) await this.work.discard(this.#made);
  }

  #end(): void {
    this.#over = true;
    this.#close();
  }

  #setOrphaned(orphaned: boolean): void {
    this.#orphaned = orphaned;
    // Before that there is no row; `begun` writes it then.
    if (this.#begun && !this.#dead) this.#writeOrphan();
  }

  #writeOrphan(): void {
    const { store, now } = this.#books.parts;
    store.requests
      .orphan(this.facts.id, this.#orphaned ? now() : null)
      .catch((thrown: unknown) =>
        this.#logFault(thrown, "it could not be written that a request's client has gone"),
      );
  }

  /** Puts the pictures away and forgets the request, once it is over and no answer needs it. */
  #close(): void {
    if (this.#over && this.#attached === 0 && !this.#closing) void this.#putAway();
  }

  async #putAway(): Promise<void> {
    this.#closing = true;
    try {
      this.#kept ??= this.#keep();
      await this.#kept;
      await this.#settling;
    } catch (thrown) {
      this.#logFault(thrown, "a request's pictures could not be kept");
    } finally {
      this.#closing = false;
    }
    // A retry may have come meanwhile; its end closes this.
    if (this.#attached === 0) forget(this.#books, this);
  }

  #keep(): Promise<void> {
    if (this.#made === undefined) return nothingToKeep;
    return this.#discarded ? this.work.discard(this.#made) : this.work.keep(this.#made);
  }

  #logFault(thrown: unknown, message: string): void {
    const error = asPinholeError(thrown);
    const fields = { request_id: this.facts.id, detail: error.detail ?? error.message };
    this.#books.parts.log.error(fields, message);
  }
}

function forget({ entries, byId, byKey, idlers }: Books, entry: Entry): void {
  const { id, keyId, idempotencyKey } = entry.facts;
  const place = byId.get(id) ?? -1;
  if (entries.get(place) !== entry) return;
  entries.take(place);
  byId.delete(id);
  if (idempotencyKey !== undefined) {
    const text = keyText(keyId, idempotencyKey);
    if (byKey.get(text) === place) byKey.delete(text);
  }
  entry.work.dispose();
  if (entries.size > 0) return;
  for (const wake of idlers) wake();
  idlers.clear();
}
