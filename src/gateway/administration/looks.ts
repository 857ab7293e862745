import type { Changer } from "../../core/audit.ts";
import type { Store } from "../../store/store.ts";

/** The time for which a look at the same thing is not written down again. */
const lookMs = 60 * 60_000;
/** Looks that are remembered; one that was forgotten is written down once more. */
const looksMax = 10_000;

interface LookParts {
  readonly store: Pick<Store, "audit">;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly newId: (prefix: string) => string;
}

/** Looks at the prompts and pictures of others, as the audit has them: by this node once an hour for each who looks and what they look at. */
export interface Looks {
  /** Resolves when it is written. Undefined: the list of requests. */
  note(by: Changer, requestId: string | undefined): Promise<void>;
}

/** Looks of which none is written yet. */
export function createLooks({ store, now, newId }: LookParts): Looks {
  /** The oldest first. */
  const known = new Map<string, { readonly until: number; readonly written: Promise<void> }>();
  const remember = (name: string, until: number, written: Promise<void>): void => {
    known.delete(name);
    known.set(name, { until, written });
    const [oldest] = known.keys();
    if (known.size > looksMax && oldest !== undefined) known.delete(oldest);
  };
  return {
    async note(by, requestId) {
      const at = now();
      const name = `${by.who} ${requestId ?? ""}`;
      const before = known.get(name);
      if (before !== undefined && before.until > at) return before.written;
      const look = { action: "look", resource: "request", resourceId: requestId ?? "list" };
      const states = { before: null, after: null };
      const written = store.audit.note({ ...by, ...look, ...states, id: newId("aud"), at });
      remember(name, at + lookMs, written);
      try {
        await written;
      } catch (thrown) {
        known.delete(name);
        throw thrown;
      }
    },
  };
}
