/** The facts of an event, as JSON. */
export type EventFacts = Readonly<Record<string, string | number | null | undefined>>;

/** One thing that happened to a generation, as a page is told of it. `id` counts up. */
export interface GenerationEvent {
  readonly id: number;
  readonly name: GenerationEventName;
  readonly data: EventFacts;
}

export type GenerationEventName =
  | "accepted"
  | "queued"
  | "chosen"
  | "cancellable"
  | "failed_over"
  | "partial"
  | "picture"
  | "warning"
  | "cost"
  | "stopped"
  | "error"
  | "done";

/** The names after which nothing more happens. */
const lastNames: ReadonlySet<GenerationEventName> = new Set(["done", "error"]);

/** The story of one request that was made in the console; it outlives the page that asked for it. */
export interface Generation {
  readonly id: string;
  /** The person whose it is. */
  readonly personId: string;
  /** True where it is told from its record, and another node makes it. */
  readonly isElsewhere: boolean;
  /** The time of its end, Unix milliseconds; undefined while it runs. */
  readonly endedAt: number | undefined;
  /** Notes what happened, and tells those who listen. */
  tell(name: GenerationEventName, data: EventFacts): void;
  /** Hears all events after `afterId`, those of before at once; returns how to stop hearing. */
  follow(afterId: number, listener: (event: GenerationEvent) => void): () => void;
  /** The person wants it no more: nothing more is attempted, and what an upstream can take back is taken back. */
  stop(): void;
  /** Calls back when it is stopped, or has ended. */
  onEnd(listener: (end: "sent" | "stopped") => void): void;
}

/** The places before the first event that a node tells of a request which another one made: no page has heard so many from that. */
export const elsewherePlace = 1_000;

/** A generation of which nothing is known yet. Its events are counted from after `place`. */
export function createGeneration(
  id: string,
  personId: string,
  now: () => number,
  place = 0,
): Generation {
  const events: GenerationEvent[] = [];
  const listeners = new Set<(event: GenerationEvent) => void>();
  const ends = Promise.withResolvers<"sent" | "stopped">();
  let endedAt: number | undefined;
  let isStopped = false;
  return {
    id,
    personId,
    isElsewhere: place === elsewherePlace,
    get endedAt() {
      return endedAt;
    },
    tell(name, data) {
      if (endedAt !== undefined) return;
      const event = { id: place + events.length + 1, name, data };
      events.push(event);
      if (lastNames.has(name)) {
        endedAt = now();
        ends.resolve("sent");
      }
      for (const listener of listeners) listener(event);
    },
    follow(afterId, listener) {
      // A place that was not given here is another node's, which counts by itself: all is told again.
      const isOwn = afterId > place && afterId <= place + events.length;
      for (const event of isOwn ? events.slice(afterId - place) : events) listener(event);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      // Told before whatever comes of it.
      if (!isStopped) this.tell("stopped", {});
      isStopped = true;
      ends.resolve("stopped");
    },
    onEnd: (listener) => void ends.promise.then(listener),
  };
}

/** The generations of this process: those that run, and those that ended a while ago. */
export interface Generations {
  add(generation: Generation): void;
  /** Undefined where there is none of this id, or it is another person's. */
  find(id: string, personId: string): Generation | undefined;
}

/** Time for which an ended generation can be followed: a page that was closed meanwhile finds the rest in the record. */
const keptMs = 15 * 60_000;

/** A list of generations without any. */
export function createGenerations(now: () => number): Generations {
  const byId = new Map<string, Generation>();
  return {
    add(generation) {
      for (const [id, { endedAt }] of byId)
        if (endedAt !== undefined && endedAt + keptMs < now()) byId.delete(id);
      byId.set(generation.id, generation);
    },
    find(id, personId) {
      const found = byId.get(id);
      return found?.personId === personId ? found : undefined;
    },
  };
}
