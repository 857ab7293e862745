import { isDeepStrictEqual } from "node:util";
import type { Sealer } from "../../../core/envelope.ts";
import { isRecord, pathOf, valueAt } from "../../../core/entry-paths.ts";
import {
  type EntryFault,
  type EntryWords,
  type ResourceEntry,
  type ResourceKind,
  resourceKinds,
} from "../../../core/resource.ts";
import type { StateEntry, StateFault } from "../../../core/state.ts";
import type { StoredResource } from "../../../store/resource-records.ts";
import { isKnown, type KnownResource, type Offered } from "../offered.ts";
import { strayFaults } from "../resource-refusals.ts";
import { openWords, sealWords } from "../resource-secrets.ts";
import { resourceJson } from "../resource-views.ts";
import {
  changedFields,
  type FieldChange,
  type PlannedChange,
  type SectionPlan,
  staleEntry,
} from "./planned.ts";

/** Entries of the configuration as a state has them, and what stands. */
export interface ResourceSection {
  /** A kind that is absent is not spoken of. */
  readonly entries: ReadonlyMap<ResourceKind, readonly StateEntry<EntryWords>[]>;
  /** Tombstones too. */
  readonly rows: readonly StoredResource[];
  /** True: rows that the state does not have are deleted. */
  readonly prunes: boolean;
  readonly offered: Pick<Offered, "holder" | "reader" | "faultOf">;
  readonly sealer: Sealer;
  /** Unix milliseconds. */
  readonly now: number;
}

/** An entry of the state beside the row that stands. */
interface Wanted {
  readonly entry: ResourceEntry;
  readonly at: string;
  /** Undefined: there is none. */
  readonly row: KnownResource | undefined;
  /** The version of a row of this id that was deleted; 0: there was none. */
  readonly goneVersion: number;
  readonly isSame: boolean;
  readonly faults: readonly StateFault[];
}

/** Plans what a state wants of entries of the configuration: they are read together, as they will be served. */
export async function planResources(section: ResourceSection): Promise<SectionPlan> {
  const { offered } = section;
  const standing = section.rows.filter(isKnown).filter(({ removedAt }) => removedAt === null);
  const wanted = [...section.entries].flatMap(([kind, entries]) =>
    entries.map((entry) => wantedOf(section, kind, entry)),
  );
  const isWanted = (row: KnownResource): boolean =>
    wanted.some(({ entry }) => entry.kind === row.kind && entry.id === row.id);
  const isHeld = (row: KnownResource): boolean => offered.holder(row.kind, row.id) !== undefined;
  const left = standing.filter((row) => !isWanted(row) && !isHeld(row));
  const pruned = left.filter(({ kind }) => section.prunes && section.entries.has(kind));
  const changed = wanted.filter(({ isSame }) => !isSame);
  const faults = wanted.flatMap((one) => one.faults);
  const unchanged = wanted.length - changed.length;
  if (changed.length + pruned.length === 0) return { planned: [], faults, unchanged };
  const kept = left
    .filter((row) => !pruned.includes(row))
    .map((row) => ({ kind: row.kind, id: row.id, words: openWords(section.sealer, row).words }));
  const free = wanted.filter(({ entry }) => offered.holder(entry.kind, entry.id) === undefined);
  const read = await offered.reader.read([...kept, ...free.map(({ entry }) => entry)]);
  const found = wanted.flatMap((one) => readFaults(one, read.faults.get(one.entry), offered));
  const all = [...faults, ...found];
  if (all.length > 0) return { planned: [], faults: all, unchanged };
  const planned = await Promise.all(changed.map((one) => writing(section, one)));
  return {
    planned: [...planned, ...pruned.map((row) => deleting(row, section.now))],
    faults: [],
    unchanged,
  };
}

function wantedOf(
  { rows, offered, sealer }: ResourceSection,
  kind: ResourceKind,
  { id, settings, version, at }: StateEntry<EntryWords>,
): Wanted {
  const known = rows.filter(isKnown).find((one) => one.kind === kind && one.id === id);
  const row = known?.removedAt === null ? known : undefined;
  const opened = row === undefined ? undefined : openWords(sealer, row, settings);
  const words = opened?.words ?? settings;
  const isSame = row !== undefined && saysTheSame(sealer, row, words);
  const faults: StateFault[] = [];
  const holder = offered.holder(kind, id);
  if (!isSame && holder !== undefined)
    faults.push({
      setting: at,
      code: "conflict",
      message: `the ${kind} \`${id}\` is held by the configuration (${holder.declaredAt}); change it there, or remove it here`,
    });
  if (row !== undefined && !isSame && version !== undefined && version !== row.version)
    faults.push(staleEntry({ at, version }, `the ${kind} \`${id}\``, row.version));
  if (row !== undefined && opened !== undefined && !isSame)
    for (const fault of [...strayFaults(row.words, settings, opened.kept), ...opened.unreadable])
      faults.push(faultAt(at, fault));
  const goneVersion = known === undefined || row !== undefined ? 0 : known.version;
  return { entry: { kind, id, words }, at, row, goneVersion, isSame, faults };
}

/** True where words with their credentials say what a row says. */
function saysTheSame(sealer: Sealer, row: KnownResource, words: EntryWords): boolean {
  const { defaults } = resourceKinds[row.kind];
  const before = openWords(sealer, row);
  // Of what cannot be opened nobody knows whether it is the same.
  if (before.unreadable.length > 0) return false;
  return isDeepStrictEqual({ ...defaults, ...before.words }, { ...defaults, ...words });
}

/** The faults of an entry as it would be served; of one that stays as it is those that it has not had. */
function readFaults(
  { at, row, isSame }: Wanted,
  faults: readonly EntryFault[] = [],
  offered: ResourceSection["offered"],
): StateFault[] {
  const hadFault = row !== undefined && offered.faultOf(row) !== null;
  return isSame && hadFault ? [] : faults.map((fault) => faultAt(at, fault));
}

function faultAt(at: string, { param, message }: EntryFault): StateFault {
  const setting = param === undefined ? at : `${at}.${param}`;
  const said = message
    .replace(/\.$/, "")
    .replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
  return { setting, code: "invalid_value", message: said };
}

async function writing(
  { sealer, offered, now }: ResourceSection,
  { entry, row, goneVersion }: Wanted,
): Promise<PlannedChange> {
  const { kind, id, words } = entry;
  const places = await offered.reader.secretsOf(kind, words);
  const sealed = sealWords(sealer, entry, { words, places }, row);
  const record: StoredResource = {
    kind,
    id,
    ...sealed,
    version: row?.version ?? goneVersion + 1,
    createdAt: row?.createdAt ?? now,
    changedAt: now,
    removedAt: null,
  };
  return {
    told: {
      action: row === undefined ? "create" : "change",
      resource: kind,
      id,
      fields: [
        ...changedFields(row && flat(row.words), flat(record.words)),
        ...otherSecrets(row, record),
      ],
    },
    row: { table: "resources", record },
    isNew: row === undefined,
    before: row === undefined ? null : shown(kind, row),
    after: shown(kind, row === undefined ? record : { ...record, version: record.version + 1 }),
  };
}

function deleting(row: KnownResource, now: number): PlannedChange {
  const record: StoredResource = { ...row, changedAt: now, removedAt: now };
  return {
    told: { action: "delete", resource: row.kind, id: row.id, fields: [] },
    row: { table: "resources", record },
    isNew: false,
    before: shown(row.kind, row),
    after: null,
  };
}

/** An entry as the audit keeps it. */
function shown(kind: ResourceKind, row: StoredResource): Record<string, unknown> {
  const { id, words, version, createdAt, changedAt, removedAt } = row;
  const about = { version, createdAt, changedAt, removedAt, declaredAt: null };
  return resourceJson({ kind, id, words, shadowed: false, fault: null, ...about });
}

/** Words whose groups have a field for each of theirs: `settings.api_key`. Credentials are their last characters. */
function flat(words: EntryWords): Record<string, unknown> {
  const isMark = (value: unknown): boolean =>
    isRecord(value) && Object.keys(value).join() === "hint";
  const shownValue = (value: unknown): unknown => {
    if (isRecord(value) && isMark(value))
      return typeof value["hint"] === "string" ? `…${value["hint"]}` : "…";
    return Array.isArray(value) ? value.map(shownValue) : value;
  };
  return Object.fromEntries(
    Object.entries(words).flatMap(([name, value]) =>
      isRecord(value) && !isMark(value)
        ? Object.entries(value).map(([inner, of]) => [`${name}.${inner}`, shownValue(of)])
        : [[name, shownValue(value)]],
    ),
  );
}

/** Credentials that are others and end alike. */
function otherSecrets(before: KnownResource | undefined, after: StoredResource): FieldChange[] {
  if (before === undefined) return [];
  return Object.entries(after.secrets).flatMap(([pointer, envelope]) => {
    const path = pathOf(pointer);
    const standing = before.secrets[pointer];
    const isAlike = isDeepStrictEqual(valueAt(before.words, path), valueAt(after.words, path));
    if (standing === undefined || standing === envelope || !isAlike) return [];
    return [{ field: path.join("."), before: "…", after: "… (another)" }];
  });
}
