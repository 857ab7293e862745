import { consoleKeyPrefix, type KeyRecord, type KeySettings } from "../../core/key.ts";
import type { Caller, Sight } from "../../core/role.ts";
import type { RequestRecord } from "../../store/request-records.ts";
import type { OwnerBook } from "./key-owners.ts";

/** The requests whose prompts and pictures a caller is shown, by the keys that they were made with. */
export interface Seen {
  has(made: MadeWith): boolean;
  /** True for what the caller made, or somebody by a key of the user that the caller is. */
  isOwn(made: MadeWith): boolean;
}

/** The key of a request, and the person who made it in the console; null: a program did. */
type MadeWith = Pick<RequestRecord, "keyId" | "personId">;

/** The key of a request, and whose it is. */
type Owned = Pick<KeySettings, "userId" | "teamId"> & { readonly id: string };

/** The key of a program, with the team that it is of. */
export function keyOwner({ id, user, team }: KeyRecord): Owned {
  return { id, userId: user?.id ?? null, teamId: team?.id ?? null };
}

/** The key by which a person makes pictures in the console. */
export function consoleOwner(person: Owned): Owned {
  const { id, userId, teamId } = person;
  return { id: consoleKeyPrefix + id, userId, teamId };
}

/** Requests that `sight` shows to a caller, of whatever role: what is promised to those who make pictures holds for owners too. */
export function seenBy(
  sight: Sight,
  caller: Caller,
  owners: OwnerBook,
  keys: readonly Owned[],
): Seen {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const isOwn = ({ keyId, personId }: MadeWith): boolean => {
    if (caller.kind !== "person") return false;
    if (personId === caller.id) return true;
    const { userId } = caller;
    return userId !== null && byId.get(keyId)?.userId === userId;
  };
  const team = caller.teamId ?? owners.find(caller).teamId;
  const isOfTeam = ({ keyId }: MadeWith): boolean => {
    const key = byId.get(keyId);
    return key !== undefined && team !== null && owners.find(key).teamId === team;
  };
  const has = {
    all: () => true,
    team: (made: MadeWith) => isOwn(made) || isOfTeam(made),
    own: isOwn,
  } satisfies Record<Sight, Seen["has"]>;
  return { has: has[sight], isOwn };
}
