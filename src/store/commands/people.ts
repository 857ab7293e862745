import type { AuditEntry } from "../../core/audit.ts";
import type { TeamRecord, UserRecord } from "../../core/people.ts";
import { rowFromTeam, rowFromUser, teamFromRow, userFromRow } from "../people-records.ts";
import type { Steps } from "../query.ts";
import { versionedRows } from "./versioned.ts";

export const teamRows = versionedRows("teams", teamFromRow, rowFromTeam);
export const userRows = versionedRows("users", userFromRow, rowFromUser);

/** Database work on teams and users. */
export const peopleCommands = {
  teamsAll: (): Steps<TeamRecord[]> => teamRows.all(),
  teamsGet: (id: string): Steps<TeamRecord | undefined> => teamRows.get(id),
  teamsAdd: (team: TeamRecord, entry: AuditEntry): Steps<boolean> => teamRows.insert(team, entry),
  teamsChange: (team: TeamRecord, entry: AuditEntry): Steps<boolean> =>
    teamRows.change(team, entry),
  usersAll: (): Steps<UserRecord[]> => userRows.all(),
  usersGet: (id: string): Steps<UserRecord | undefined> => userRows.get(id),
  usersAdd: (user: UserRecord, entry: AuditEntry): Steps<boolean> => userRows.insert(user, entry),
  usersChange: (user: UserRecord, entry: AuditEntry): Steps<boolean> =>
    userRows.change(user, entry),
};
