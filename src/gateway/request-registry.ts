import { asPinholeError, errorRow } from "../core/errors.ts";
import type { Store } from "../store/types.ts";
import type { ImageOutcome } from "./generate-image.ts";
import type { GatewayLog } from "./parts.ts";

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
export interface Run extends RunFacts {
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

interface Entry {
  readonly facts: RunFacts;
  readonly work: RunWork;
  attached: number;
  orphaned: boolean;
  begun: boolean;
  over: boolean;
  /** Set once; undefined until nobody needed the spool for the first time. */
  kept: Promise<void> | undefined;
  settling: Promise<unknown>;
  closing: boolean;
  discarded: boolean;
  /** Its outcome may be given to nobody who comes later. */
  dead: boolean;
  outcome: Promise<ImageOutcome>;
}

interface Books {
  readonly parts: RegistryParts;
  readonly entries: Map<string, Entry>;
  readonly byKey: Map<string, Entry>;
  readonly idlers: Set<() => void>;
}

export interface RegistryParts {
  readonly store: Pick<Store, "requests">;
  readonly log: GatewayLog;
  readonly now: () => number;
}

/** An empty registry. */
export function createRegistry(parts: RegistryParts): RequestRegistry {
  const books: Books = { parts, entries: new Map(), byKey: new Map(), idlers: new Set() };
  const { entries, byKey } = books;
  const shown = (entry: Entry | undefined): Run | undefined =>
    entry === undefined || entry.dead || entry.discarded ? undefined : runOf(books, entry);
  return {
    start: (facts, work, client) => start(books, facts, work, client),
    get: (id) => shown(entries.get(id)),
    byIdempotencyKey: (keyId, idempotencyKey) => shown(byKey.get(keyText(keyId, idempotencyKey))),
    orphan(keyId, fingerprint) {
      for (const entry of entries.values()) {
        const { facts } = entry;
        const same = facts.keyId === keyId && facts.fingerprint === fingerprint;
        if (same && entry.orphaned && facts.idempotencyKey === undefined) return shown(entry);
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
  const { promise, resolve, reject } = Promise.withResolvers<ImageOutcome>();
  const entry: Entry = {
    facts,
    work,
    attached: 0,
    orphaned: false,
    begun: false,
    over: false,
    kept: undefined,
    settling: Promise.resolve(),
    closing: false,
    discarded: false,
    dead: false,
    outcome: promise,
  };
  books.entries.set(facts.id, entry);
  if (facts.idempotencyKey !== undefined)
    books.byKey.set(keyText(facts.keyId, facts.idempotencyKey), entry);
  attach(books, entry, client);
  // Nobody may be waiting any more.
  promise.catch(() => undefined);
  work
    .make({
      clientGone: () => entry.attached === 0,
      begun() {
        entry.begun = true;
        if (entry.orphaned) writeOrphan(books, entry);
      },
      settling(settling) {
        entry.settling = settling;
      },
    })
    .then(
      (outcome) => {
        entry.over = true;
        resolve(outcome);
        void close(books, entry);
      },
      (thrown: unknown) => {
        entry.over = true;
        const { shouldRetry } = errorRow(asPinholeError(thrown).code);
        entry.dead = shouldRetry || !entry.begun;
        reject(thrown);
        void close(books, entry);
      },
    );
  return runOf(books, entry);
}

function runOf(books: Books, entry: Entry): Run {
  return {
    ...entry.facts,
    outcome: entry.outcome,
    over: () => entry.over,
    attach: (client) => attach(books, entry, client),
    orphaned: () => entry.orphaned,
    async discard() {
      entry.discarded = true;
      if (entry.kept === undefined) return;
      await entry.kept;
      await entry.work.discard(await entry.outcome);
    },
  };
}

function attach(books: Books, entry: Entry, client: Client): void {
  entry.attached += 1;
  if (entry.orphaned) setOrphaned(books, entry, false);
  let waiting = true;
  client.onEnd((end) => {
    if (waiting) entry.attached -= 1;
    waiting = false;
    if (end === "gone" && entry.attached === 0) setOrphaned(books, entry, true);
    void close(books, entry);
  });
}

function setOrphaned(books: Books, entry: Entry, orphaned: boolean): void {
  entry.orphaned = orphaned;
  // Before that there is no row; `begun` writes it then.
  if (entry.begun && !entry.dead) writeOrphan(books, entry);
}

function writeOrphan({ parts }: Books, entry: Entry): void {
  parts.store.requests
    .orphan(entry.facts.id, entry.orphaned ? parts.now() : null)
    .catch((thrown: unknown) => {
      const error = asPinholeError(thrown);
      parts.log.error(
        { request_id: entry.facts.id, detail: error.detail ?? error.message },
        "it could not be written that a request's client has gone",
      );
    });
}

/** Puts the pictures away and forgets the request, once it is over and no answer needs it. */
async function close(books: Books, entry: Entry): Promise<void> {
  if (!entry.over || entry.attached > 0 || entry.closing) return;
  entry.closing = true;
  try {
    entry.kept ??= keep(entry);
    await entry.kept;
    await entry.settling;
  } catch (thrown) {
    const error = asPinholeError(thrown);
    books.parts.log.error(
      { request_id: entry.facts.id, detail: error.detail ?? error.message },
      "a request's pictures could not be kept",
    );
  } finally {
    entry.closing = false;
  }
  // A retry may have come meanwhile; its end closes this.
  if (entry.attached > 0) return;
  forget(books, entry);
}

async function keep(entry: Entry): Promise<void> {
  const outcome = await entry.outcome.catch(() => undefined);
  if (outcome === undefined) return;
  if (entry.discarded) await entry.work.discard(outcome);
  else await entry.work.keep(outcome);
}

function forget({ entries, byKey, idlers }: Books, entry: Entry): void {
  const { id, keyId, idempotencyKey } = entry.facts;
  if (entries.get(id) !== entry) return;
  entries.delete(id);
  if (idempotencyKey !== undefined) {
    const text = keyText(keyId, idempotencyKey);
    if (byKey.get(text) === entry) byKey.delete(text);
  }
  entry.work.dispose();
  if (entries.size > 0) return;
  for (const wake of idlers) wake();
  idlers.clear();
}
