import type { AuditEntry } from "../../core/audit.ts";
import type { TeamRecord, UserRecord } from "../../core/people.ts";
import { rowFromTeam, rowFromUser, teamFromRow, userFromRow } from "../people-records.ts";
import type { Steps } from "../query.ts";
import { versionedRows } from "./versioned.ts";

export const teamRows = versionedRows("teams", teamFromRow, rowFromTeam, "id");
export const userRows = versionedRows("users", userFromRow, rowFromUser, "team_id");

/** Database work on teams and users. */
export const peopleCommands = {
  teamsAll: (teamId?: string): Steps<TeamRecord[]> => teamRows.all(teamId),
  teamsGet: (id: string, teamId?: string): Steps<TeamRecord | undefined> =>
    teamRows.get(id, teamId),
  teamsAdd: (team: TeamRecord, entry: AuditEntry): Steps<boolean> => teamRows.insert(team, entry),
  teamsChange: (team: TeamRecord, entry: AuditEntry): Steps<boolean> =>
    teamRows.change(team, entry),
  usersAll: (teamId?: string): Steps<UserRecord[]> => userRows.all(teamId),
  usersGet: (id: string, teamId?: string): Steps<UserRecord | undefined> =>
    userRows.get(id, teamId),
  usersAdd: (user: UserRecord, entry: AuditEntry): Steps<boolean> => userRows.insert(user, entry),
  usersChange: (user: UserRecord, entry: AuditEntry): Steps<boolean> =>
    userRows.change(user, entry),
};
