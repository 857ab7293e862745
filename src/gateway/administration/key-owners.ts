import type {
  KeyOwner,
  KeyOwners,
  KeyRecord,
  KeySettings,
  KeyUser,
  StoredKey,
} from "../../core/key.ts";
import type { PersonRecord } from "../../core/people.ts";
import type { ServedRows } from "../../store/served-rows.ts";

export const noOwners: KeyOwners = { users: [], teams: [] };

/** Users and teams, and the way to find those of a key. */
export interface OwnerBook extends KeyOwners {
  find(settings: Pick<KeySettings, "userId" | "teamId">): FoundOwners;
}

interface FoundOwners {
  readonly user: KeyOwner | undefined;
  /** The user's, where there is one. */
  readonly team: KeyOwner | undefined;
  /** The id of that team, also where there is no such team; null: none is named. */
  readonly teamId: string | null;
  /** One that is named and that there is not: its kind and its id. */
  readonly missing: { readonly kind: "user" | "team"; readonly id: string } | undefined;
}

/**
 * The users and teams of the file and of the database; of two with the same id the file's counts. `stopped`: users
 * whose person is disabled or gone. Nothing is written on their keys, so that enabling brings back those alone that were good before.
 */
export function ownerBook(
  declared: KeyOwners,
  stored: KeyOwners,
  stopped: ReadonlySet<string>,
): OwnerBook {
  const userOf = new Map<string, KeyUser>();
  const teamOf = new Map<string, KeyOwner>();
  for (const { users, teams } of [stored, declared]) {
    for (const user of users)
      userOf.set(user.id, stopped.has(user.id) ? { ...user, disabled: true } : user);
    for (const team of teams) teamOf.set(team.id, team);
  }
  return {
    users: [...userOf.values()],
    teams: [...teamOf.values()],
    find({ userId, teamId }) {
      const user = userId === null ? undefined : userOf.get(userId);
      const named = user?.teamId ?? teamId;
      const team = named === null ? undefined : teamOf.get(named);
      const noUser = userId !== null && user === undefined;
      const noTeam = named !== null && team === undefined;
      const missingTeam = noTeam ? { kind: "team" as const, id: named } : undefined;
      const missing = noUser ? { kind: "user" as const, id: userId } : missingTeam;
      return { user, team, teamId: named, missing };
    },
  };
}

/** The users and teams of the database, as keys know them. */
export function ownersOfRows({ users, teams }: Pick<ServedRows, "users" | "teams">): KeyOwners {
  return {
    teams: teams.map((team) => ({
      ...ownerOf(team),
      labels: team.labels,
      markup: team.markup ?? undefined,
    })),
    users: users.map((user) => ({ ...ownerOf(user), teamId: user.teamId })),
  };
}

function ownerOf({
  id,
  name,
  models,
  disabled,
  budgets,
  damaged,
  ...limits
}: PersonRecord): KeyOwner {
  const { rpm, ipm, ipd } = limits;
  // Without its limits and budgets nobody may spend.
  const about = {
    id,
    name: name ?? id,
    models,
    disabled: disabled || damaged !== undefined,
    budgets,
  };
  return { ...about, limits: { rpm, ipm, ipd, concurrency: null } };
}

/** A key as requests are judged by it. Without an owner that it names it is refused: limits and budgets would be missing. */
export function judgedKey(
  key: KeySettings & Pick<StoredKey, "id" | "digest" | "previous" | "damaged">,
  owners: OwnerBook,
): KeyRecord {
  const { user, team, missing } = owners.find(key);
  const isStopped = missing !== undefined || user?.disabled === true || team?.disabled === true;
  return {
    id: key.id,
    name: key.name,
    digest: key.digest,
    models: key.models,
    operations: key.operations,
    strict: key.strict,
    disabled: key.disabled || isStopped || key.damaged !== undefined,
    expiresAt: key.expiresAt,
    limits: key.limits,
    budgets: key.budgets,
    ipAllow: key.ipAllow,
    previous: key.previous,
    labels: key.labels,
    user,
    team,
  };
}
