import { isDeepStrictEqual } from "node:util";
import type { AuditEntry, Changer } from "../../core/audit.ts";
import type { Sealer } from "../../core/envelope.ts";
import {
  type EntryFault,
  type DeclaredEntry,
  type EntryWords,
  type ResourceEntry,
  type ResourceKind,
  resourceKinds,
} from "../../core/resource.ts";
import type { StoredResource } from "../../store/resource-records.ts";
import {
  checkSaidVersion,
  checkVersion,
  type Condition,
  staleVersion,
  type Standing,
} from "./condition.ts";
import { openWords, sealWords } from "./resource-secrets.ts";
import {
  deletedAt,
  heldAt,
  neverSeen,
  noResource,
  refuseFaults,
  strayFaults,
  taken,
} from "./resource-refusals.ts";
import type { ResourceAdministration, ResourceChange, ResourceQuery } from "./resource-terms.ts";
import { type ResourceView, resourceJson } from "./resource-views.ts";
import type { AdministrationParts, Served } from "./served.ts";

/** The parts that administering entries of one kind works with. */
export interface ResourceParts extends Pick<
  AdministrationParts,
  "store" | "log" | "now" | "newId" | "offered"
> {
  readonly kind: ResourceKind;
  readonly sealer: Sealer;
  readonly served: Pick<Served, "refresh">;
}

/** Opens the administration of entries of one kind. */
export function administerResources(parts: ResourceParts): ResourceAdministration {
  return new Resources(parts);
}

class Resources implements ResourceAdministration {
  readonly #parts: ResourceParts;

  constructor(parts: ResourceParts) {
    this.#parts = parts;
  }

  async page(query: ResourceQuery): Promise<ResourceView[]> {
    const { store, offered, kind } = this.#parts;
    const declared = offered.shown(kind).filter(({ id }) => id > query.after);
    const stored = await store.resources.page({ ...query, kind });
    const views = stored.map((row) => this.#viewOf(row));
    return [...declared.map((entry) => this.#declaredView(entry)), ...views]
      .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.version - b.version))
      .slice(0, query.limit);
  }

  async get(id: string): Promise<ResourceView> {
    const { offered, kind } = this.#parts;
    const declared = offered.shown(kind).find((entry) => entry.id === id);
    return declared === undefined
      ? this.#viewOf(await this.#stored(id))
      : this.#declaredView(declared);
  }

  async create(by: Changer, id: string, words: EntryWords): Promise<ResourceView> {
    this.#refuseHeld(id);
    const view = await this.#make(by, id, words);
    if (view === undefined) throw taken(this.#parts.kind, id);
    return view;
  }

  async put(
    by: Changer,
    { id, condition, words }: Omit<ResourceChange, "edit"> & { readonly words: EntryWords },
  ): Promise<{ readonly view: ResourceView; readonly isNew: boolean }> {
    const { store, kind } = this.#parts;
    this.#refuseHeld(id);
    const known = await store.resources.get(kind, id);
    if (known === undefined || known.removedAt !== null) {
      // Whoever names a version has seen something that is not there.
      if (condition !== "unsaid") throw neverSeen(kind, id);
      const view = await this.#make(by, id, words);
      if (view !== undefined) return { view, isNew: true };
    }
    // Somebody else may have made it in between.
    const row = await this.#standing(id);
    const isSame = this.#isSame(row, words);
    if (isSame) return { view: this.#viewOf(row), isNew: false };
    const view = await this.change(by, { id, condition, edit: () => words });
    return { view, isNew: false };
  }

  async change(by: Changer, { id, condition, edit }: ResourceChange): Promise<ResourceView> {
    this.#refuseHeld(id);
    const row = await this.#standing(id);
    checkVersion(condition, this.#told(row));
    const words = edit(row.words);
    if (this.#isSame(row, words)) return this.#viewOf(row);
    const { store, now } = this.#parts;
    const sealed = await this.#resealed(row, words);
    const changed = { ...row, ...sealed, changedAt: now() };
    const after = { ...changed, version: row.version + 1 };
    const entry = this.#entry(by, "change", [row, after]);
    if (!(await store.resources.change(changed, entry)))
      throw staleVersion(this.#told(await this.#standing(id)));
    return this.#done(after);
  }

  async remove(by: Changer, id: string, condition: Condition): Promise<ResourceView> {
    const { store, now } = this.#parts;
    this.#refuseHeld(id);
    const row = await this.#stored(id);
    // Said twice it is done.
    if (row.removedAt !== null) return this.#viewOf(row);
    checkSaidVersion(condition, this.#told(row));
    const changed = { ...row, changedAt: now() };
    if (!(await store.resources.remove(changed, this.#entry(by, "delete", [row, undefined]))))
      throw staleVersion(this.#told(await this.#standing(id)));
    const removedAt = changed.changedAt;
    return this.#done({ ...changed, version: row.version + 1, secrets: {}, removedAt });
  }

  /** A new row, in the place of a deleted one where there was one; undefined where the id is taken. */
  async #make(by: Changer, id: string, words: EntryWords): Promise<ResourceView | undefined> {
    const { store, sealer, offered, kind, now } = this.#parts;
    refuseFaults(id, await this.#faultsOf({ kind, id, words }));
    const places = await offered.reader.secretsOf(kind, words);
    const gone = await store.resources.get(kind, id);
    const at = now();
    const row: StoredResource = {
      kind,
      id,
      ...sealWords(sealer, { kind, id }, { words, places }),
      version: (gone?.version ?? 0) + 1,
      createdAt: at,
      changedAt: at,
      removedAt: null,
    };
    const isMade = await store.resources.add(row, this.#entry(by, "create", [undefined, row]));
    return isMade ? this.#done(row) : undefined;
  }

  /** The words of a change, checked and sealed. */
  async #resealed(
    row: StoredResource,
    words: EntryWords,
  ): Promise<Pick<StoredResource, "words" | "secrets">> {
    const { sealer, offered, kind } = this.#parts;
    const { id } = row;
    const { uses } = resourceKinds[kind];
    const opened = openWords(sealer, row, words);
    const isUse = isDeepStrictEqual(without(words, uses), without(row.words, uses));
    const faults = [
      ...strayFaults(row.words, words, opened.kept),
      ...opened.unreadable,
      ...(await this.#faultsOf({ kind, id, words: opened.words })),
    ];
    if (isUse && offered.faultOf(row) !== null) {
      // One that is not served anyway can be disabled, and be told how it is used once it is mended.
      refuseFaults(
        id,
        faults.filter(({ param }) => param !== undefined && uses.includes(param)),
      );
      return { words, secrets: row.secrets };
    }
    refuseFaults(id, faults);
    const places = await offered.reader.secretsOf(kind, opened.words);
    return sealWords(sealer, { kind, id }, { words: opened.words, places }, row);
  }

  async #faultsOf(entry: ResourceEntry): Promise<readonly EntryFault[]> {
    const { offered } = this.#parts;
    const others = offered.others(entry.kind, entry.id);
    const { faults } = await offered.reader.read([...others, entry]);
    return faults.get(entry) ?? [];
  }

  /** True where words say what a row says, its credentials included. */
  #isSame(row: StoredResource, words: EntryWords): boolean {
    const { sealer, kind } = this.#parts;
    const { defaults } = resourceKinds[kind];
    const [before, after] = [openWords(sealer, row), openWords(sealer, row, words)];
    // Of what cannot be opened nobody knows whether it is the same.
    if (before.unreadable.length > after.unreadable.length) return false;
    return isDeepStrictEqual({ ...defaults, ...before.words }, { ...defaults, ...after.words });
  }

  #refuseHeld(id: string): void {
    const { offered, kind } = this.#parts;
    const holder = offered.holder(kind, id);
    if (holder !== undefined) throw heldAt(kind, id, holder.declaredAt);
  }

  async #stored(id: string): Promise<StoredResource> {
    const { store, kind } = this.#parts;
    const row = await store.resources.get(kind, id);
    if (row === undefined) throw noResource(kind);
    return row;
  }

  /** A row that a change may be made of, as it stands. */
  async #standing(id: string): Promise<StoredResource> {
    const row = await this.#stored(id);
    if (row.removedAt !== null) throw deletedAt(this.#parts.kind, id, row.removedAt);
    return row;
  }

  /** The row after a change that is committed. */
  async #done(row: StoredResource): Promise<ResourceView> {
    const { served, log, kind } = this.#parts;
    await served.refresh();
    log.info({ [kind]: row.id, version: row.version }, "an entry of the configuration was changed");
    return this.#viewOf(row);
  }

  #declaredView({ kind, id, words, declaredAt }: DeclaredEntry): ResourceView {
    const fault = this.#parts.offered.concernOf(kind, id);
    const unknown = { createdAt: null, changedAt: null, removedAt: null };
    const warnings = this.#warningsOf({ kind, id, words }, fault === null);
    const about = { version: 0, declaredAt, shadowed: false, fault, warnings };
    return { kind, id, words, ...about, ...unknown };
  }

  #viewOf(row: StoredResource): ResourceView {
    const { offered, kind } = this.#parts;
    const { id, words, version, createdAt, changedAt, removedAt } = row;
    const shadowed = removedAt === null && offered.holder(kind, id) !== undefined;
    const fault = removedAt === null ? offered.faultOf(row) : null;
    const warnings = this.#warningsOf(
      { kind, id, words },
      !shadowed && fault === null && removedAt === null,
    );
    const about = { version, createdAt, changedAt, removedAt, declaredAt: null, warnings };
    return { kind, id, words, shadowed, fault, ...about };
  }

  /** Undefined: entries of the kind have none. */
  #warningsOf(entry: ResourceEntry, isServed: boolean): readonly string[] | undefined {
    if (entry.kind !== "price") return undefined;
    return isServed ? this.#parts.offered.warningsOf(entry) : [];
  }

  #told(row: StoredResource): Standing {
    const what = `The ${this.#parts.kind} \`${row.id}\``;
    return { what, version: row.version, show: () => resourceJson(this.#viewOf(row)) };
  }

  #entry(
    by: Changer,
    action: string,
    [before, after]: readonly [StoredResource | undefined, StoredResource | undefined],
  ): AuditEntry {
    const { kind, newId, now } = this.#parts;
    const json = (row: StoredResource | undefined): string | null =>
      row === undefined ? null : JSON.stringify(resourceJson(this.#viewOf(row)));
    return {
      ...by,
      id: newId("aud"),
      at: now(),
      action,
      resource: kind,
      resourceId: (after ?? before)?.id ?? "",
      before: json(before),
      after: json(after),
    };
  }
}

function without(words: EntryWords, names: readonly string[]): EntryWords {
  return Object.fromEntries(Object.entries(words).filter(([name]) => !names.includes(name)));
}

/** An entry as the place that declares it has it. */
