import { Slots } from "../../runtime/slots.ts";
import { type OrphanMarks, createOrphanMarks } from "./orphan-marks.ts";
import {
  type Client,
  LiveRun,
  type Run,
  type RunFacts,
  type RunParts,
  type RunWork,
} from "./run.ts";

/** The requests of this process. */
export interface RequestRegistry {
  /** Begins the work, with its first client. */
  start(facts: RunFacts, work: RunWork, client: Client): Run;
  get(id: string): Run | undefined;
  byIdempotencyKey(keyId: string, idempotencyKey: string): Run | undefined;
  /** Ids of those whose outcome is known, and that somebody still needs. */
  ended(): readonly string[];
  /** The oldest of a key with this fingerprint that is orphaned. */
  orphan(keyId: string, fingerprint: string): Run | undefined;
  /** The marks of clients that have gone, while they are being written. */
  readonly marks: OrphanMarks;
  /** Resolves when nothing runs, is being sent or being put away. */
  idle(): Promise<void>;
}

/** All runs of this process, and the names by which they are found. */
interface Books {
  readonly parts: RunParts;
  readonly runs: Slots<LiveRun>;
  /** Places of runs. */
  readonly byId: Map<string, number>;
  readonly byKey: Map<string, number>;
  readonly idlers: Set<() => void>;
}

/** An empty registry. */
export function createRegistry(parts: Omit<RunParts, "marks">): RequestRegistry {
  const marks = createOrphanMarks();
  const books: Books = {
    parts: { ...parts, marks },
    runs: new Slots(),
    byId: new Map(),
    byKey: new Map(),
    idlers: new Set(),
  };
  const { runs, byId, byKey } = books;
  const shown = (place: number | undefined): Run | undefined => {
    const run = runs.get(place ?? -1);
    return run?.isShown === true ? run : undefined;
  };
  return {
    start: (facts, work, client) => start(books, facts, work, client),
    get: (id) => shown(byId.get(id)),
    byIdempotencyKey: (keyId, idempotencyKey) => shown(byKey.get(keyText(keyId, idempotencyKey))),
    ended: () => [...byId].flatMap(([id, place]) => (runs.get(place)?.over() === true ? [id] : [])),
    orphan(keyId, fingerprint) {
      // The oldest first.
      for (const place of byId.values()) {
        const run = runs.get(place);
        const isSame = run?.facts.keyId === keyId && run.facts.fingerprint === fingerprint;
        const isOpen = isSame && run.facts.idempotencyKey === undefined;
        if (isOpen && run.orphaned()) return shown(place);
      }
      return undefined;
    },
    marks,
    idle: () =>
      runs.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            books.idlers.add(resolve);
          }),
  };
}

const keyText = (keyId: string, idempotencyKey: string): string => `${keyId} ${idempotencyKey}`;

function start(books: Books, facts: RunFacts, work: RunWork, client: Client): Run {
  const { id, keyId, idempotencyKey } = facts;
  const run = new LiveRun(books.parts, facts, work, (over) => forget(books, over));
  const place = books.runs.add(run);
  books.byId.set(id, place);
  if (idempotencyKey !== undefined) books.byKey.set(keyText(keyId, idempotencyKey), place);
  run.attach(client);
  run.run();
  return run;
}

function forget({ runs, byId, byKey, idlers }: Books, run: LiveRun): void {
  const { id, keyId, idempotencyKey } = run.facts;
  const place = byId.get(id) ?? -1;
  if (runs.get(place) !== run) return;
  runs.take(place);
  byId.delete(id);
  if (idempotencyKey !== undefined) {
    const text = keyText(keyId, idempotencyKey);
    if (byKey.get(text) === place) byKey.delete(text);
  }
  run.work.dispose();
  if (runs.size > 0) return;
  for (const wake of idlers) wake();
  idlers.clear();
}
