import type { KeyOwner } from "../../../core/key.ts";
import { ownerWordsOf } from "../../../core/owner-words.ts";
import type { OwnerSettings } from "../../../core/people.ts";
import type { StateEntry, StateFault } from "../../../core/state.ts";
import type { StateRow } from "../../../store/state-store.ts";
import { type OwnerKind, ownerJson } from "../owner-views.ts";
import { isSame, type OwnerRow, settingsOf, viewOf } from "../owners.ts";
import {
  changedFields,
  type EntryPlan,
  type PlannedChange,
  type SectionPlan,
  sectionPlan,
  staleEntry,
} from "./planned.ts";

/** The entries of one kind of owners, and what stands. */
export interface OwnerSection {
  readonly kind: OwnerKind;
  /** Undefined: the state says nothing of them. */
  readonly entries: readonly StateEntry<OwnerSettings>[] | undefined;
  readonly rows: readonly OwnerRow[];
  /** Owners of the configuration file. */
  readonly declared: readonly KeyOwner[];
  /** True: rows that the state does not have are disabled. */
  readonly prunes: boolean;
  readonly hasTeam: (id: string) => boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Plans what a state wants of teams or of users. */
export function planOwners(section: OwnerSection): SectionPlan {
  const { entries, rows, prunes, declared } = section;
  if (entries === undefined) return sectionPlan([]);
  const wanted = new Set(entries.map(({ id }) => id));
  const ofFile = new Set(declared.map(({ id }) => id));
  // Shadowed rows serve nothing, and are no part of an export; damaged ones serve nothing either.
  const left = rows.filter(
    ({ id, disabled, damaged }) =>
      !wanted.has(id) && !ofFile.has(id) && !disabled && damaged === undefined,
  );
  const pruned = prunes ? left.map((row): EntryPlan => ({ planned: disabling(section, row) })) : [];
  return sectionPlan([...entries.map((entry) => planOwner(section, entry)), ...pruned]);
}

function planOwner(section: OwnerSection, entry: StateEntry<OwnerSettings>): EntryPlan {
  const { rows, declared, kind, now } = section;
  const { id, settings, at } = entry;
  const row = rows.find((one) => one.id === id);
  if (row !== undefined && isSame(settings, row)) return "unchanged";
  const held = declared.find((one) => one.id === id);
  if (held !== undefined)
    return fault(
      `${at}.id`,
      "conflict",
      `the ${kind} \`${id}\` is held by the configuration file (${held.declaredAt ?? "the configuration"}); change it there, or remove it here`,
    );
  const { teamId } = settings;
  if (teamId !== null && teamId !== row?.teamId && !section.hasTeam(teamId))
    return fault(
      `${at}.team`,
      "invalid_value",
      `there is no team \`${teamId}\`; add it to \`teams\`, or name another`,
    );
  if (row !== undefined && entry.version !== undefined && entry.version !== row.version)
    return { faults: [staleEntry(entry, `the ${kind} \`${id}\``, row.version)] };
  const about = { id, version: row?.version ?? 1, createdAt: row?.createdAt ?? now };
  return { planned: writing(section, row, { ...settings, ...about, changedAt: now }) };
}

function fault(setting: string, code: StateFault["code"], message: string): EntryPlan {
  return { faults: [{ setting, code, message }] };
}

function disabling(section: OwnerSection, row: OwnerRow): PlannedChange {
  const plan = writing(section, row, { ...row, disabled: true, changedAt: section.now });
  return { ...plan, told: { ...plan.told, action: "disable" } };
}

function writing(
  { kind }: OwnerSection,
  before: OwnerRow | undefined,
  record: OwnerRow,
): PlannedChange {
  const after = before === undefined ? record : { ...record, version: record.version + 1 };
  const words = (row: OwnerRow): Record<string, unknown> => ownerWordsOf(settingsOf(row), kind);
  const row: StateRow =
    kind === "team"
      ? { table: "teams", record: { ...record, markup: record.markup ?? null } }
      : { table: "users", record: { ...record, teamId: record.teamId ?? null } };
  return {
    told: {
      action: before === undefined ? "create" : "change",
      resource: kind,
      id: record.id,
      fields: changedFields(before && words(before), words(record)),
    },
    row,
    isNew: before === undefined,
    before: before === undefined ? null : ownerJson(viewOf(before), kind),
    after: ownerJson(viewOf(after), kind),
  };
}
