import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { AuditEntry, Changer } from "../../core/audit.ts";
import type { KeyOwners, KeySettings, StoredKey } from "../../core/key.ts";
import { keyDigest, keyHint, makeKey } from "../../core/keys.ts";
import { managedTeam, type Scope } from "../../core/role.ts";
import type { TeamScope } from "../../store/scopes.ts";
import { refuseDamage } from "./damage.ts";
import { checkSaidVersion, checkVersion, type Condition, staleVersion } from "./condition.ts";
import {
  heldByFile,
  idTaken,
  neverSeen,
  noKey,
  noOwner,
  refuseRotation,
  refuseSettings,
  revoked,
  standingOf,
} from "./key-refusals.ts";
import type {
  ConfinedKeys,
  KeyAdministration,
  KeyChange,
  KeyQuery,
  MadeKey,
  PutKey,
} from "./key-terms.ts";
import {
  type DeclaredKey,
  isFileId,
  keyJson,
  type KeyView,
  rotated,
  settingsOf,
  storedView,
} from "./key-views.ts";
import type { AdministrationParts, Served } from "./served.ts";
import { isOfTeam, isUserOfTeam, teamScope } from "./team-scope.ts";

/** Opens the administration of keys. */
export function administerKeys(
  parts: AdministrationParts,
  served: Served,
  pepper: Buffer,
): KeyAdministration {
  return new Keys(parts, served, pepper);
}

class Keys implements KeyAdministration {
  readonly #parts: AdministrationParts;
  readonly #pepper: Buffer;
  readonly #served: Served;
  /** The team whose keys there are; null: all. */
  readonly #team: string | null;

  constructor(
    parts: AdministrationParts,
    served: Served,
    pepper: Buffer,
    team: string | null = null,
  ) {
    this.#parts = parts;
    this.#served = served;
    this.#pepper = pepper;
    this.#team = team;
  }

  within(scope: Scope): ConfinedKeys {
    return new Keys(this.#parts, this.#served, this.#pepper, managedTeam(scope));
  }

  async page(query: KeyQuery): Promise<KeyView[]> {
    const { after, limit, userId, teamId } = query;
    const declared = this.#served.declared
      .map(({ view }) => view)
      .filter(
        (view) =>
          view.id > after &&
          this.#has(view) &&
          (userId === null || view.userId === userId) &&
          (teamId === null || view.teamId === teamId),
      );
    const stored = (await this.#parts.store.keys.page(query, this.#scope())).map(storedView);
    return [...declared, ...stored].toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
  }

  async get(id: string): Promise<KeyView> {
    const declared = this.#declaredView(id);
    if (declared !== undefined) return declared;
    const stored = await this.#stored(id);
    if (stored === undefined) throw noKey();
    return storedView(stored);
  }

  count(): number {
    return this.#parts.keys.size;
  }

  async create(by: Changer, settings: KeySettings, wanted?: string): Promise<MadeKey> {
    const id = wanted ?? this.#parts.newId("key");
    const made = await this.#make(by, this.#confined(settings), id);
    if (made === undefined) throw idTaken(id, await this.#stored(id));
    return made;
  }

  /** A new key; undefined where the id is taken. */
  async #make(by: Changer, settings: KeySettings, id: string): Promise<MadeKey | undefined> {
    const { store, log, now } = this.#parts;
    this.#refuse(settings, undefined);
    const key = makeKey(randomBytes);
    const record: StoredKey = {
      ...settings,
      id,
      digest: keyDigest(this.#pepper, key),
      hint: keyHint(key),
      previous: null,
      version: 1,
      createdAt: now(),
      removedAt: null,
    };
    const view = storedView(record);
    if (!(await store.keys.add(record, this.#entry(by, "create", id, [null, view]))))
      return undefined;
    await this.#served.refresh();
    log.info({ key: id, name: record.name }, "an API key was made");
    return { key, view };
  }

  async put(by: Changer, id: string, condition: Condition, wanted: KeySettings): Promise<PutKey> {
    this.#refuseDeclared(id);
    // Ids of the file's kind are given by the file alone.
    if (isFileId(id)) throw noKey();
    const settings = this.#confined(wanted);
    // Whoever's it is: one of another team is not made, and then not found.
    if ((await this.#parts.store.keys.get(id)) === undefined) {
      // Whoever names a version has seen something that is not there.
      if (condition !== "unsaid") throw neverSeen(id);
      const made = await this.#make(by, settings, id);
      // Somebody else may have made it in between.
      if (made !== undefined) return made;
    }
    const before = await this.#standing(id);
    const isSame = isDeepStrictEqual(settings, settingsOf(before));
    if (isSame && before.damaged === undefined) return { view: storedView(before), key: undefined };
    return { view: await this.change(by, { id, condition, edit: () => settings }), key: undefined };
  }

  async change(by: Changer, { id, condition, edit, said }: KeyChange): Promise<KeyView> {
    const before = await this.#standing(id);
    checkVersion(condition, standingOf(before));
    refuseDamage(before, said);
    const settings = this.#confined(edit(settingsOf(before)), before);
    const isSame = isDeepStrictEqual(settings, settingsOf(before));
    if (isSame && before.damaged === undefined) return storedView(before);
    this.#refuse(settings, before);
    const { version, damaged: _, ...whole } = before;
    const after = storedView({ ...whole, ...settings, version: version + 1 });
    const entry = this.#entry(by, "change", id, [storedView(before), after]);
    const isDone = await this.#parts.store.keys.change(id, before.version, settings, entry);
    return this.#changed(id, before, isDone);
  }

  async rotate(by: Changer, id: string, condition: Condition, overlapMs: number): Promise<MadeKey> {
    const { store, log, now } = this.#parts;
    const before = await this.#standing(id);
    checkVersion(condition, standingOf(before));
    refuseRotation(before, now());
    const key = makeKey(randomBytes);
    const secret = {
      digest: keyDigest(this.#pepper, key),
      hint: keyHint(key),
      oldUntil: now() + overlapMs,
    };
    const after = storedView(rotated(before, secret));
    const entry = this.#entry(by, "rotate", id, [storedView(before), after]);
    const isDone = await store.keys.rotate(id, before.version, secret, entry);
    const view = await this.#changed(id, before, isDone);
    log.info(
      { key: id, old_until: new Date(secret.oldUntil).toISOString() },
      "an API key was rotated",
    );
    return { key, view };
  }

  async revoke(by: Changer, id: string, condition: Condition): Promise<KeyView> {
    const { store, log } = this.#parts;
    const known = await this.#stored(id);
    // Said twice it is done.
    if (known !== undefined && known.removedAt !== null) return storedView(known);
    const before = await this.#standing(id);
    checkSaidVersion(condition, standingOf(before));
    const entry = this.#entry(by, "revoke", id, [storedView(before), null]);
    const isDone = await store.keys.remove(id, before.version, entry);
    const view = await this.#changed(id, before, isDone);
    log.info({ key: id }, "an API key was revoked");
    return view;
  }

  declare(keys: readonly DeclaredKey[], owners: KeyOwners): Promise<void> {
    return this.#served.declare(keys, owners);
  }

  async catchUp(): Promise<void> {
    const { store, keys } = this.#parts;
    await this.#served.catchUp();
    const uses = keys.previousUses();
    if (uses.length === 0) return;
    await store.keys.used(uses);
    keys.told(uses);
  }

  #declaredView(id: string): KeyView | undefined {
    const view = this.#served.declared.find((one) => one.view.id === id)?.view;
    return view !== undefined && this.#has(view) ? view : undefined;
  }

  #has(key: Pick<KeySettings, "userId" | "teamId">): boolean {
    return this.#team === null || isOfTeam(this.#served, this.#team, key);
  }

  #scope(): TeamScope | undefined {
    return this.#team === null ? undefined : teamScope(this.#served, this.#team);
  }

  #stored(id: string): Promise<StoredKey | undefined> {
    return this.#parts.store.keys.get(id, this.#scope());
  }

  /**
   * Choices that leave a key with the team: one that names no owner is the team's. Throws as for owners that there are
   * not, where they are others'.
   */
  #confined(settings: KeySettings, before?: KeySettings): KeySettings {
    const team = this.#team;
    if (team === null) return settings;
    const { userId, teamId } = settings;
    if (userId !== null && userId !== before?.userId && !isUserOfTeam(this.#served, team, userId))
      throw noOwner("user", userId);
    if (teamId !== null && teamId !== team && teamId !== before?.teamId)
      throw noOwner("team", teamId);
    const confined = userId === null && teamId === null ? { ...settings, teamId: team } : settings;
    // A user who has no team leaves the key to its own.
    return this.#has(confined) ? confined : { ...confined, teamId: team };
  }

  #refuseDeclared(id: string): void {
    const declared = this.#declaredView(id);
    if (declared !== undefined) throw heldByFile(declared);
  }

  /** A key of the database that a change may be made of, as it stands. */
  async #standing(id: string): Promise<StoredKey> {
    this.#refuseDeclared(id);
    const stored = await this.#stored(id);
    if (stored === undefined) throw noKey();
    if (stored.removedAt !== null) throw revoked(stored);
    return stored;
  }

  /** The key after a change; throws where another change came first. */
  async #changed(id: string, before: StoredKey, isDone: boolean): Promise<KeyView> {
    const stored = (await this.#parts.store.keys.get(id)) ?? before;
    if (!isDone) throw staleVersion(standingOf(stored));
    await this.#served.refresh();
    return storedView(stored);
  }

  #refuse(settings: KeySettings, before: KeySettings | undefined): void {
    refuseSettings(settings, before, this.#served.owners, this.#parts.now());
  }

  /** The row of the audit for a change. */
  #entry(
    by: Changer,
    action: string,
    id: string,
    [before, after]: readonly [KeyView | null, KeyView | null],
  ): AuditEntry {
    const { newId, now } = this.#parts;
    return {
      ...by,
      id: newId("aud"),
      at: now(),
      action,
      resource: "key",
      resourceId: id,
      before: before && JSON.stringify(keyJson(before)),
      after: after && JSON.stringify(keyJson(after)),
    };
  }
}
