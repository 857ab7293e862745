import { isDeepStrictEqual } from "node:util";
import type { AuditEntry, Changer } from "../../core/audit.ts";
import { repeatedBudget } from "../../core/budget-words.ts";
import { PinholeError } from "../../core/errors.ts";
import type { OwnerSettings, PersonRecord, TeamRecord, UserRecord } from "../../core/people.ts";
import { managedTeam, type Scope } from "../../core/role.ts";
import type { VersionedStore } from "../../store/store.ts";
import {
  checkSaidVersion,
  checkVersion,
  type Condition,
  type Standing,
  staleVersion,
} from "./condition.ts";
import { refuseDamage } from "./damage.ts";
import type { ConfinedOwners, OwnerAdministration, OwnerChange } from "./owner-terms.ts";
import type { Served } from "./served.ts";
import { refuseOtherThanBudget } from "./team-scope.ts";
import { type DeclaredOwner, ownerJson, type OwnerKind, type OwnerView } from "./owner-views.ts";

/** The parts that the administration of one kind of owners works with. */
export interface OwnerParts {
  readonly kind: OwnerKind;
  readonly rows: VersionedStore<TeamRecord> | VersionedStore<UserRecord>;
  readonly served: Pick<Served, "declaredOwners" | "hasTeam" | "refresh">;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly newId: (prefix: string) => string;
}

/** Opens the administration of teams or of users. */
export function administerOwners(parts: OwnerParts): OwnerAdministration {
  return new Owners(parts);
}

/** The row of either kind; a team's has no team. */
export type OwnerRow = PersonRecord & Partial<Pick<OwnerSettings, "teamId" | "markup">>;

class Owners implements OwnerAdministration {
  readonly #parts: OwnerParts;
  /** Rows of the kind: what is written back is what was read, changed. */
  readonly #rows: VersionedStore<OwnerRow>;
  /** The team that is there with its users; undefined: all are. */
  readonly #team: string | undefined;

  constructor(parts: OwnerParts, team?: string) {
    this.#parts = parts;
    this.#rows = parts.rows;
    this.#team = team;
  }

  within(scope: Scope): ConfinedOwners {
    return new Owners(this.#parts, managedTeam(scope) ?? undefined);
  }

  async page(after: string, limit: number): Promise<OwnerView[]> {
    const declared = this.#declared().filter((one) => this.#has(one));
    const ids = new Set(declared.map(({ id }) => id));
    const stored = (await this.#rows.all(this.#team)).map((row) => viewOf(row, ids.has(row.id)));
    return [...declared.map(declaredView), ...stored]
      .filter(({ id }) => id > after)
      .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.version - b.version))
      .slice(0, limit);
  }

  async get(id: string): Promise<OwnerView> {
    const declared = this.#declaredOf(id);
    if (declared !== undefined) return declaredView(declared);
    return viewOf(await this.#standing(id));
  }

  async create(by: Changer, id: string, settings: OwnerSettings): Promise<OwnerView> {
    this.#refuseDeclared(id);
    await this.#refuse(settings);
    const view = await this.#add(by, id, settings);
    if (view !== undefined) return view;
    throw new PinholeError("conflict", {
      message: `Another ${this.#parts.kind} has the id \`${id}\` already; choose a different one, or change that one.`,
      param: "id",
    });
  }

  async put(
    by: Changer,
    wanted: Omit<OwnerChange, "edit" | "said"> & { readonly settings: OwnerSettings },
  ): Promise<{ readonly view: OwnerView; readonly isNew: boolean }> {
    const { id, condition, settings } = wanted;
    this.#refuseDeclared(id);
    if ((await this.#rows.get(id)) === undefined) {
      await this.#refuse(settings);
      // Whoever names a version has seen something that is not there.
      if (condition !== "unsaid") throw this.#absent(id);
      const view = await this.#add(by, id, settings);
      if (view !== undefined) return { view, isNew: true };
    }
    // Somebody else may have made it in between.
    const row = await this.#standing(id);
    if (isSame(settings, row)) return { view: viewOf(row), isNew: false };
    const view = await this.change(by, { id, condition, edit: () => settings });
    return { view, isNew: false };
  }

  async change(by: Changer, { id, condition, edit, said }: OwnerChange): Promise<OwnerView> {
    this.#refuseDeclared(id);
    const row = await this.#standing(id);
    checkVersion(condition, this.#told(row));
    refuseDamage(row, said);
    const settings = edit(settingsOf(row));
    if (this.#team !== undefined) refuseOtherThanBudget(settingsOf(row), settings);
    return this.#write(by, row, settings);
  }

  async disable(by: Changer, id: string, condition: Condition): Promise<OwnerView> {
    this.#refuseDeclared(id);
    const row = await this.#standing(id);
    checkSaidVersion(condition, this.#told(row));
    refuseDamage(row, ["disabled"]);
    return this.#write(by, row, { ...settingsOf(row), disabled: true }, "disable");
  }

  #declared(): readonly DeclaredOwner[] {
    const { users, teams } = this.#parts.served.declaredOwners;
    return this.#parts.kind === "user" ? users : teams;
  }

  /** The file's of this id. Throws not_found where that one is outside, whatever the database has. */
  #declaredOf(id: string): DeclaredOwner | undefined {
    const declared = this.#declared().find((one) => one.id === id);
    if (declared !== undefined && !this.#has(declared)) throw this.#none();
    return declared;
  }

  #has({ id, teamId }: DeclaredOwner): boolean {
    const team = this.#parts.kind === "team" ? id : teamId;
    return this.#team === undefined || team === this.#team;
  }

  #refuseDeclared(id: string): void {
    const declared = this.#declaredOf(id);
    if (declared === undefined) return;
    throw new PinholeError("conflict", {
      message: `The ${this.#parts.kind} \`${id}\` is held by the configuration file (${declared.declaredAt ?? "the configuration"}); change it there.`,
    });
  }

  async #refuse(settings: OwnerSettings, before?: OwnerSettings): Promise<void> {
    if (repeatedBudget(settings.budgets) !== undefined)
      throw new PinholeError("invalid_value", {
        message:
          "Two budgets of `budget` have the same period for the same models; keep the smaller one.",
        param: "budget",
      });
    const { teamId } = settings;
    // A team that has gone from the file since keeps nobody from changing the rest.
    if (teamId === null || teamId === before?.teamId || (await this.#parts.served.hasTeam(teamId)))
      return;
    throw new PinholeError("invalid_value", {
      message: `There is no team \`${teamId}\`; make it first, or name another.`,
      param: "team",
    });
  }

  async #standing(id: string): Promise<OwnerRow> {
    const row = await this.#rows.get(id, this.#team);
    if (row === undefined) throw this.#none();
    return row;
  }

  #none(): PinholeError {
    return new PinholeError("not_found", {
      message: `There is no ${this.#parts.kind} with this id.`,
    });
  }

  #absent(id: string): PinholeError {
    return new PinholeError("version_stale", {
      message: `There is no ${this.#parts.kind} \`${id}\` any more or yet; leave \`If-Match\` out to make it.`,
      more: { current: null },
    });
  }

  /** The new row; undefined where the id is taken. */
  async #add(by: Changer, id: string, settings: OwnerSettings): Promise<OwnerView | undefined> {
    const at = this.#parts.now();
    const about = { id, version: 1, createdAt: at, changedAt: at };
    const row: OwnerRow = { ...settings, ...about };
    if (!(await this.#rows.add(row, this.#entry(by, "create", undefined, row)))) return undefined;
    await this.#parts.served.refresh();
    return viewOf(row);
  }

  async #write(
    by: Changer,
    row: OwnerRow,
    settings: OwnerSettings,
    action = "change",
  ): Promise<OwnerView> {
    if (isSame(settings, row)) return viewOf(row);
    await this.#refuse(settings, settingsOf(row));
    const { damaged: _, ...whole } = row;
    const changed = { ...whole, ...settings, changedAt: this.#parts.now() };
    const after = { ...changed, version: row.version + 1 };
    if (!(await this.#rows.change(changed, this.#entry(by, action, row, after))))
      throw staleVersion(this.#told(await this.#standing(row.id)));
    await this.#parts.served.refresh();
    return viewOf(after);
  }

  #told(row: OwnerRow): Standing {
    const { kind } = this.#parts;
    const what = `The ${kind} \`${row.id}\``;
    return { what, version: row.version, show: () => ownerJson(viewOf(row), kind) };
  }

  #entry(by: Changer, action: string, before: OwnerRow | undefined, after: OwnerRow): AuditEntry {
    const { kind, newId, now } = this.#parts;
    const json = (row: OwnerRow): string => JSON.stringify(ownerJson(viewOf(row), kind));
    return {
      ...by,
      id: newId("aud"),
      at: now(),
      action,
      resource: kind,
      resourceId: after.id,
      before: before === undefined ? null : json(before),
      after: json(after),
    };
  }
}

/** True where a row has these choices, as far as it can be read. */
export function isSame(settings: OwnerSettings, row: OwnerRow): boolean {
  return row.damaged === undefined && isDeepStrictEqual(settings, settingsOf(row));
}

export function settingsOf({
  name,
  models,
  rpm,
  ipm,
  ipd,
  budgets,
  disabled,
  labels,
  teamId = null,
  markup = null,
}: OwnerRow): OwnerSettings {
  return { name, models, rpm, ipm, ipd, budgets, disabled, labels, teamId, markup };
}

export function viewOf(row: OwnerRow, shadowed = false): OwnerView {
  const { id, version, createdAt, changedAt, damaged } = row;
  const about = { version, createdAt, changedAt, declaredAt: null, shadowed, damaged };
  return { id, ...settingsOf(row), ...about };
}

function declaredView(owner: DeclaredOwner): OwnerView {
  const { id, name, models, budgets, disabled, teamId = null, declaredAt, limits } = owner;
  const { labels = [], markup = null } = owner;
  const { rpm, ipm, ipd } = limits;
  const settings = { name, models, rpm, ipm, ipd, budgets, disabled, labels, teamId, markup };
  return {
    id,
    ...settings,
    version: 0,
    createdAt: null,
    changedAt: null,
    declaredAt: declaredAt ?? "the configuration",
    shadowed: false,
  };
}
