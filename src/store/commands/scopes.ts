import { consoleKeyPrefix } from "../../core/key.ts";
import type { Bindable } from "../query.ts";
import type { FileUsers, RequestScope, TeamScope } from "../scopes.ts";

/** A part of a statement with the values of its slots, in the order in which they stand. */
export interface Fragment {
  readonly sql: string;
  readonly parameters: readonly Bindable[];
}

/** The condition on rows of a table with `user_id` and `team_id` that they are one team's: the user's team, or where it has none their own. */
export function ofTeam(table: "keys" | "people", { teamId, fileUsers }: TeamScope): Fragment {
  const usersTeam = teamOfUser(table, fileUsers);
  return {
    sql: `COALESCE(${usersTeam.sql}, ${table}.team_id) = ?`,
    parameters: [...usersTeam.parameters, teamId],
  };
}

function teamOfUser(table: string, fileUsers: FileUsers): Fragment {
  const stored = `(SELECT users.team_id FROM users WHERE users.id = ${table}.user_id)`;
  if (fileUsers.length === 0) return { sql: stored, parameters: [] };
  const cases = fileUsers.map(() => "WHEN ? THEN CAST(? AS text)").join(" ");
  return {
    sql: `CASE ${table}.user_id ${cases} ELSE ${stored} END`,
    parameters: fileUsers.flatMap(({ id, teamId }) => [id, teamId]),
  };
}

/** The condition on requests that they are of the scope's keys, or were made in the console by those whom the scope has. */
export function ofScope(scope: RequestScope): Fragment {
  const { fileKeys } = scope;
  const own = keysOf(scope);
  const made = madeBy(scope);
  const declared = fileKeys.map(() => "(CAST(? AS text))").join(", ");
  const more = fileKeys.length === 0 ? "" : ` UNION ALL VALUES ${declared}`;
  return {
    sql: `(key_id IN (${own.sql}${more})${made.sql})`,
    parameters: [...own.parameters, ...fileKeys, ...made.parameters],
  };
}

/** The alternative that a person made them with a key that has another owner by now, or is gone. */
function madeBy(scope: RequestScope): Fragment {
  if (scope.of !== "person") return { sql: "", parameters: [] };
  return { sql: " OR person_id = ?", parameters: [scope.personId] };
}

function keysOf(scope: RequestScope): Fragment {
  if (scope.of === "team") return keysOfTeam(scope);
  return scope.of === "user" ? keysOfUser(scope.userId) : keysOfPerson(scope);
}

function keysOfUser(userId: string): Fragment {
  return {
    sql: `SELECT keys.id FROM keys WHERE keys.user_id = ?
      UNION ALL SELECT CAST(? AS text) || people.id FROM people WHERE people.user_id = ?`,
    parameters: [userId, consoleKeyPrefix, userId],
  };
}

function keysOfTeam(scope: TeamScope): Fragment {
  const [keys, people] = [ofTeam("keys", scope), ofTeam("people", scope)];
  return {
    sql: `SELECT keys.id FROM keys WHERE ${keys.sql}
      UNION ALL SELECT CAST(? AS text) || people.id FROM people WHERE ${people.sql}`,
    parameters: [...keys.parameters, consoleKeyPrefix, ...people.parameters],
  };
}

function keysOfPerson({ personId, userId }: RequestScope & { readonly of: "person" }): Fragment {
  return {
    sql: `SELECT keys.id FROM keys WHERE keys.user_id = ? UNION ALL SELECT CAST(? AS text)`,
    parameters: [userId, consoleKeyPrefix + personId],
  };
}
