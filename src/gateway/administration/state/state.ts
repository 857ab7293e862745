import type { Changer } from "../../../core/audit.ts";
import type { Sealer } from "../../../core/envelope.ts";
import { PinholeError } from "../../../core/errors.ts";
import type { Peppers } from "../../../core/keys.ts";
import type { State, StateFault, StateReader } from "../../../core/state.ts";
import type { StateChange, StateRows } from "../../../store/state-store.ts";
import type { Condition } from "../condition.ts";
import type { OwnerKind } from "../owner-views.ts";
import type { AdministrationParts, Served } from "../served.ts";
import { type ExportQuery, type WrittenState, writeState } from "./export.ts";
import { planKeys } from "./plan-keys.ts";
import { planOwners } from "./plan-owners.ts";
import { planResources } from "./plan-resources.ts";
import type { PlannedChange, SectionPlan, ToldChange } from "./planned.ts";

/** A state that is to be served. */
export interface AskedState {
  /** As it was written. */
  readonly state: unknown;
  /** The values of `${NAME}` in it. */
  readonly variables: Readonly<Record<string, string>>;
  /** True: nothing is changed. */
  readonly dryRun: boolean;
  /** True: what the state does not have is ended, in the sections that it has. */
  readonly prune: boolean;
  /** The versions of all that is served that it may be changed from. */
  readonly condition: Condition;
}

/** The difference between what stood and what a state wants. */
export interface Difference {
  /** False: nothing was to be changed, or it was only asked for. */
  readonly isApplied: boolean;
  /** The version of all that is served, after it. */
  readonly version: number;
  readonly changes: readonly ToldChange[];
  /** Entries that stood as they were wanted. */
  readonly unchanged: number;
}

/** All that the database serves, written and read at once. */
export interface StateAdministration {
  /** The words of what stands. `versions`: with the version of each entry. */
  write(versions: boolean): Promise<WrittenState>;
  /**
   * Makes what a state wants, in one commit with its rows in the audit and one step of the version. Throws with every fault at once
   * as `faults`, and changes nothing: invalid_value, conflict or version_stale.
   */
  apply(by: Changer, asked: AskedState): Promise<Difference>;
}

/** The parts that the administration of states works with. */
export interface StateParts extends AdministrationParts, Peppers {
  readonly readState: StateReader;
  readonly sealer: Sealer;
  readonly served: Pick<Served, "declaredOwners" | "refresh">;
}

/** Tries to change what somebody else changes at the same time. */
const triesMax = 20;

/** Opens the administration of states. */
export function administerState(parts: StateParts): StateAdministration {
  return {
    async write(versions) {
      const { now, served } = parts;
      const isDeclared: ExportQuery["isDeclared"] = (kind, id) =>
        kind === "team" || kind === "user"
          ? served.declaredOwners[`${kind}s`].some((owner) => owner.id === id)
          : parts.offered.holder(kind, id) !== undefined;
      return writeState(await rowsOf(parts), { versions, now: now(), isDeclared });
    },
    async apply(by, asked) {
      const { state, faults } = await parts.readState(asked.state, asked.variables);
      for (let tries = 0; tries < triesMax; tries += 1) {
        const rows = await rowsOf(parts);
        checkCondition(asked.condition, rows.version);
        const plan = await planOf(parts, state, rows, asked.prune);
        refuse([...faults, ...plan.faults], asked.state);
        const done = await make(parts, by, asked, { rows, plan });
        if (done !== undefined) return done;
      }
      throw tooFast();
    },
  };
}

async function rowsOf({ store }: StateParts): Promise<StateRows> {
  const rows = await store.state.read();
  if (rows === undefined) throw tooFast();
  return rows;
}

function tooFast(): PinholeError {
  return new PinholeError("overloaded", {
    message: "Keys, teams and users change too fast to be changed together; try again.",
  });
}

function checkCondition(condition: Condition, version: number): void {
  if (typeof condition === "string" || condition.includes(version)) return;
  throw new PinholeError("version_stale", {
    message: `What is served was changed meanwhile and is at version ${version} now; look at the difference again.`,
    more: { current: { version } },
  });
}

async function planOf(
  { served, now, pepper, previousPepper, offered, sealer }: StateParts,
  state: State,
  rows: StateRows,
  prunes: boolean,
): Promise<SectionPlan> {
  const declared = served.declaredOwners;
  const has = (kind: OwnerKind, id: string): boolean =>
    state.named[`${kind}s`].has(id) ||
    [...rows[`${kind}s`], ...declared[`${kind}s`]].some((owner) => owner.id === id);
  const hasTeam = (id: string): boolean => has("team", id);
  const all = { prunes, now: now(), hasTeam, has, peppers: { pepper, previousPepper } };
  const { resources: entries } = state;
  const { teams, users, keys } = state;
  const plans = [
    planOwners({
      ...all,
      kind: "team",
      entries: teams,
      rows: rows.teams,
      declared: declared.teams,
    }),
    planOwners({
      ...all,
      kind: "user",
      entries: users,
      rows: rows.users,
      declared: declared.users,
    }),
    planKeys({ ...all, entries: keys, rows: rows.keys }),
    await planResources({ ...all, entries, rows: rows.resources, offered, sealer }),
  ];
  return {
    planned: plans.flatMap(({ planned }) => planned),
    faults: plans.flatMap(({ faults }) => faults),
    unchanged: plans.reduce((sum, { unchanged }) => sum + unchanged, 0),
  };
}

/** Codes of faults, the one that the answer bears first. */
const codes = ["invalid_value", "conflict", "version_stale"] as const;

/** Throws where a state has faults, with all of them. */
function refuse(faults: readonly StateFault[], written: unknown): void {
  const code = codes.find((one) => faults.some((fault) => fault.code === one));
  const first = faults.find((fault) => fault.code === code);
  if (code === undefined || first === undefined) return;
  const more = faults.length === 1 ? "" : ` (and ${faults.length - 1} more, all in \`faults\`)`;
  throw new PinholeError(code, {
    message: `Nothing was changed: at \`${first.setting}\`, ${first.message}${more}.`,
    param: first.setting,
    more: { faults: faults.map((fault) => ({ ...fault, entry: idAt(written, fault.setting) })) },
  });
}

/** The id of the entry that a setting is of, as it was written; null where there is none to tell. */
function idAt(written: unknown, setting: string): string | null {
  const [, section = "", index = ""] = /^(\w+)\[(\d+)\]/.exec(setting) ?? [];
  const entry = inside(inside(written, section), index);
  const id = inside(entry, "id") ?? inside(entry, "name");
  return typeof id === "string" ? id.slice(0, 200) : null;
}

function inside(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name] // Its own property, so it can be read.
    : undefined;
}

/** Makes what was planned; undefined where something else was changed since it was read. */
async function make(
  parts: StateParts,
  by: Changer,
  { dryRun }: AskedState,
  { rows, plan }: { readonly rows: StateRows; readonly plan: SectionPlan },
): Promise<Difference | undefined> {
  const { planned, unchanged } = plan;
  const { version } = rows;
  const changes = planned.map(({ told }) => told);
  if (dryRun || planned.length === 0) return { isApplied: false, version, changes, unchanged };
  const written = planned.map((change) => changeOf(parts, by, change));
  if (!(await parts.store.state.apply(version, written))) return undefined;
  await parts.served.refresh();
  parts.log.info({ changes: changes.length, version: version + 1 }, "a state was applied");
  return { isApplied: true, version: version + 1, changes, unchanged };
}

function changeOf({ newId, now }: StateParts, by: Changer, change: PlannedChange): StateChange {
  const { told, row, isNew, before, after } = change;
  return {
    ...row,
    isNew,
    entry: {
      ...by,
      id: newId("aud"),
      at: now(),
      action: told.action,
      resource: told.resource,
      resourceId: told.id,
      before: before && JSON.stringify(before),
      after: after && JSON.stringify(after),
    },
  };
}
