import { isDeepStrictEqual } from "node:util";
import type { Sealer } from "../../core/envelope.ts";
import { asPinholeError } from "../../core/errors.ts";
import type { GatewayLog } from "../../core/log.ts";
import {
  type Concern,
  type DeclaredEntry,
  type ResourceEntry,
  type ResourceKind,
  resourceKinds,
  type Served,
} from "../../core/resource.ts";
import type { StoredResource } from "../../store/resource-records.ts";
import type { Offer } from "../catalog/offer.ts";
import { maskWords, openWords } from "./resource-secrets.ts";

/** The parts that merging the database's entries into the configuration works with. */
interface OfferedParts {
  readonly sealer: Sealer;
  readonly log: GatewayLog;
  /** Puts an offer in the place of the one that is served; requests that run keep theirs. */
  readonly serve: (offer: Offer) => Promise<void>;
}

/** A row of a kind that this version knows. */
export type KnownResource = StoredResource & { readonly kind: ResourceKind };

export function isKnown(row: StoredResource): row is KnownResource {
  return Object.hasOwn(resourceKinds, row.kind);
}

/**
 * The offer of one moment: what is declared, and the rows of the database beside it as they were at one moment. A row
 * that cannot be served is left out, and all others are served.
 */
export class Offered {
  readonly #parts: OfferedParts;
  #offer: Offer;
  #rows: readonly KnownResource[] = [];
  /** Why a row is not served, by kind, id and version. */
  #faults: ReadonlyMap<string, string> = new Map();
  /** The declared entries as they are shown. */
  #shown: readonly DeclaredEntry[] = [];
  /** Declared names that lead nowhere as what is served stands. */
  #concerns: readonly Concern[] = [];
  #opened: readonly ResourceEntry[] = [];
  #served: Served | undefined;
  #isMerged = false;
  /** The configuration that is served without any row. */
  #bare: Offer | undefined;
  /** One after another, so that none puts an older offer over a newer one. */
  #turn: Promise<void> = Promise.resolve();

  constructor(first: Offer, parts: OfferedParts) {
    this.#offer = first;
    this.#bare = first;
    this.#parts = parts;
  }

  /** Puts another configuration in the place of the one that was declared. */
  declare(offer: Offer): Promise<void> {
    return this.#after(async () => {
      this.#offer = offer;
      await this.#merge();
    });
  }

  /** Puts other rows in the place of those that are served. Where they are the same nothing is done. */
  replace(rows: readonly StoredResource[]): Promise<void> {
    return this.#after(async () => {
      const known = rows.filter(isKnown);
      // Most changes are of keys, and leave the rest as it is.
      if (this.#isMerged && isDeepStrictEqual(known, this.#rows)) return;
      this.#rows = known;
      await this.#merge();
    });
  }

  /** False where the rows could not be put beside what is declared: it is tried again. */
  get isCurrent(): boolean {
    return this.#isMerged;
  }

  /** The reader of entries beside what is declared. */
  get reader(): Offer["entries"] {
    return this.#offer.entries;
  }

  /** Declared entries as they are shown, those left out that have given way. */
  shown(kind: ResourceKind): readonly DeclaredEntry[] {
    const gaveWay = this.#opened.some((entry) => entry.kind === "channel");
    return this.#shown.filter((entry) => entry.kind === kind && !(entry.givesWay && gaveWay));
  }

  /** The declared entry that holds an id against rows. */
  holder(kind: ResourceKind, id: string): DeclaredEntry | undefined {
    return this.#offer.entries.declared(kind).find((entry) => entry.id === id && !entry.givesWay);
  }

  /** Declared names that lead nowhere, as what is served stands. */
  get concerns(): readonly Concern[] {
    return this.#concerns;
  }

  /** The reason for which a declared entry leads nowhere, in part at least; null: there is none. */
  concernOf(kind: ResourceKind, id: string): string | null {
    return this.#concerns.find((one) => one.kind === kind && one.id === id)?.message ?? null;
  }

  /** The reason for which a row is not served; null: there is none. */
  faultOf(row: StoredResource): string | null {
    return this.#faults.get(nameOf(row)) ?? null;
  }

  /** The reasons for which an entry that is served has no effect, or less than it seems to have. */
  warningsOf(entry: ResourceEntry): readonly string[] {
    const served = this.#served ?? this.#offer;
    return this.#offer.entries.warnings(entry, this.#opened, served);
  }

  /** The rows that are not served as they stand; undefined where they could not be read just now. */
  faulty(): readonly { readonly name: string; readonly fault: string }[] | undefined {
    if (!this.#isMerged) return undefined;
    return this.#rows.flatMap((row) => {
      const fault = this.faultOf(row);
      return fault === null ? [] : [{ name: `${row.kind} ${row.id}`, fault }];
    });
  }

  /** Entries of the database with their credentials, but for one. */
  others(kind: ResourceKind, id: string): readonly ResourceEntry[] {
    return this.#opened.filter((entry) => entry.kind !== kind || entry.id !== id);
  }

  #after(work: () => Promise<void>): Promise<void> {
    const next = this.#turn.then(work);
    // Whoever comes next is not to fail for it.
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #merge(): Promise<void> {
    const { sealer, serve } = this.#parts;
    const { entries } = this.#offer;
    this.#isMerged = false;
    this.#shown = await maskedEntries(entries);
    const rows = this.#rows.filter((row) => this.holder(row.kind, row.id) === undefined);
    const opened = rows.map((row) => {
      const { words, unreadable } = openWords(sealer, row);
      return { row, unreadable, entry: { kind: row.kind, id: row.id, words } };
    });
    this.#opened = opened.map(({ entry }) => entry);
    if (opened.length === 0) return this.#serveBare();
    const { served, faults } = await entries.read(this.#opened);
    const found = opened.flatMap(({ row, entry, unreadable }) => {
      const [first] = [...unreadable, ...(faults.get(entry) ?? [])];
      return first === undefined ? [] : [[nameOf(row), first.message] as const];
    });
    this.#tell(found);
    this.#faults = new Map(found);
    this.#bare = undefined;
    await serve({ ...this.#offer, ...served });
    this.#served = served;
    this.#tellConcerns(served);
    this.#isMerged = true;
  }

  async #serveBare(): Promise<void> {
    this.#faults = new Map();
    if (this.#bare !== this.#offer) await this.#parts.serve(this.#offer);
    this.#bare = this.#offer;
    this.#served = undefined;
    this.#tellConcerns(this.#offer);
    this.#isMerged = true;
  }

  /** Says which declared names have come to lead nowhere since. */
  #tellConcerns(served: Served): void {
    const known = this.#concerns;
    this.#concerns = this.#offer.entries.concerns(served);
    for (const { declaredAt, message } of this.#concerns) {
      const isTold = known.some((one) => one.declaredAt === declaredAt && one.message === message);
      if (!isTold) this.#parts.log.warn({ declared_at: declaredAt }, `${declaredAt}: ${message}`);
    }
  }

  /** Says what has come to be at fault since. */
  #tell(found: readonly (readonly [name: string, message: string])[]): void {
    for (const [name, message] of found)
      if (this.#faults.get(name) !== message)
        this.#parts.log.error(
          { row: name, detail: message },
          "an entry of the database is not served",
        );
  }

  /** As `replace`, for whoever has other work that must not fail for it. */
  async follow(rows: readonly StoredResource[]): Promise<void> {
    try {
      await this.replace(rows);
    } catch (thrown) {
      const { detail, message } = asPinholeError(thrown);
      this.#parts.log.error({ detail: detail ?? message }, "changed channels could not be read");
    }
  }
}

/** A row and its version in words. */
function nameOf({ kind, id, version }: StoredResource): string {
  return `${kind} ${id} ${version}`;
}

async function maskedEntries(reader: Offer["entries"]): Promise<DeclaredEntry[]> {
  const kinds = Object.keys(resourceKinds) as ResourceKind[];
  const declared = kinds.flatMap((kind) => reader.declared(kind));
  return Promise.all(
    declared.map(async (entry) => {
      const places = await reader.secretsOf(entry.kind, entry.words);
      return { ...entry, words: maskWords(entry.words, places) };
    }),
  );
}
