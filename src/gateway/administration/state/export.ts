import { keyWordsOf } from "../../../core/key-words.ts";
import { PinholeError } from "../../../core/errors.ts";
import type { StoredKey } from "../../../core/key.ts";
import { ownerWordsOf } from "../../../core/owner-words.ts";
import type { ResourceKind } from "../../../core/resource.ts";
import type { StateRows } from "../../../store/state-store.ts";
import { damagedRows } from "../damage.ts";
import { settingsOf as keySettings } from "../key-views.ts";
import { isKnown, type KnownResource } from "../offered.ts";
import type { OwnerKind } from "../owner-views.ts";
import { type OwnerRow, settingsOf as ownerSettings } from "../owners.ts";
import { escaped, writeResources } from "./export-resources.ts";
import { sayingWords } from "./planned.ts";

/** Throws conflict where a row is damaged: what it lacks would be what the state says. */
function refuseDamaged(rows: Pick<StateRows, "keys" | "teams" | "users">): void {
  const [first] = damagedRows(rows);
  if (first === undefined) return;
  throw new PinholeError("conflict", {
    message: `The ${first.name} cannot be exported. ${first.fault}`,
  });
}

type Words = Record<string, unknown>;

/** A state as it is written: it brings back all that the database serves, with the same secret and the same variables. */
export interface WrittenState {
  /** The version of all that is served. */
  readonly version: number;
  /** In the words of the configuration file; credentials are `${NAME}`, and keys are digests. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Rows that the file's entries of the same id keep from serving: a state cannot make them. */
  readonly leftOut: readonly { readonly resource: string; readonly id: string }[];
}

/** The choices of one export. */
export interface ExportQuery {
  /** True: each entry names its version, so that it replaces no other. */
  readonly versions: boolean;
  /** Unix milliseconds: a secret that a rotation replaced and that has ended is not told. */
  readonly now: number;
  /** True where the file has one of this id. */
  readonly isDeclared: (kind: OwnerKind | ResourceKind, id: string) => boolean;
}

/** Writes what stands in the database as a state. */
export function writeState(rows: StateRows, query: ExportQuery): WrittenState {
  const isServed = (kind: OwnerKind, { id }: OwnerRow): boolean => !query.isDeclared(kind, id);
  const owners = (kind: OwnerKind, all: readonly OwnerRow[]): Words[] =>
    all.filter((row) => isServed(kind, row)).map((row) => ownerEntry(kind, row, query));
  const resources = rows.resources.filter(isKnown).filter(({ removedAt }) => removedAt === null);
  const isShadowed = ({ kind, id }: KnownResource): boolean => query.isDeclared(kind, id);
  const keys = rows.keys.filter(({ removedAt }) => removedAt === null);
  refuseDamaged({ ...rows, keys });
  const shadowed = [
    ...rows.teams.filter((row) => !isServed("team", row)).map(({ id }) => ({ kind: "team", id })),
    ...rows.users.filter((row) => !isServed("user", row)).map(({ id }) => ({ kind: "user", id })),
    ...resources.filter(isShadowed),
  ];
  return {
    version: rows.version,
    state: {
      ...escaped({ teams: owners("team", rows.teams), users: owners("user", rows.users) }),
      keys: escaped(keys.map((key) => keyEntry(key, query))),
      ...writeResources(
        resources.filter((row) => !isShadowed(row)),
        query.versions,
      ),
    },
    leftOut: shadowed.map(({ kind, id }) => ({ resource: kind, id })),
  };
}

function ownerEntry(kind: OwnerKind, row: OwnerRow, { versions }: ExportQuery): Words {
  const { id, version } = row;
  return {
    id,
    ...(versions ? { version } : {}),
    ...ownWords(ownerWordsOf(ownerSettings(row), kind)),
  };
}

function keyEntry(key: StoredKey, { versions, now }: ExportQuery): Words {
  const { id, version, digest, hint, previous } = key;
  const { name, ...words } = keyWordsOf(keySettings(key));
  const stillOpens = previous !== null && previous.until > now;
  return {
    id,
    name,
    ...(versions ? { version } : {}),
    ...ownWords(words),
    digest,
    hint,
    ...(stillOpens
      ? {
          previous: {
            digest: previous.digest,
            hint: previous.hint,
            until: new Date(previous.until).toISOString(),
          },
        }
      : {}),
  };
}

/** Words without those that stand where nothing is said. */
function ownWords({ models, labels, ...words }: Words): Words {
  const isAll = Array.isArray(models) && models.length === 1 && models[0] === "*";
  const isLabelled = Array.isArray(labels) && labels.length > 0;
  return {
    ...(isAll ? {} : { models }),
    ...sayingWords(words),
    ...(isLabelled ? { labels } : {}),
  };
}
