import type { KeyOwner } from "../core/key.ts";
import type { Faults, Path } from "./faults.ts";
import type { FileSettings } from "./schema.ts";
import { budgetsOf } from "../core/budget-words.ts";
import { faultRepeatedBudgets } from "./sections/budget.ts";
import type { OwnerSettings } from "./sections/owners.ts";
import { didYouMean } from "./suggest.ts";

/** The user and the team of a key. */
export interface KeyOwners {
  readonly user: KeyOwner | undefined;
  readonly team: KeyOwner | undefined;
}

/** A team or a user as keys know it. */
function ownerOf({ id, name, models, rpm, ipm, ipd, budget }: OwnerSettings): KeyOwner {
  return {
    id,
    name: name ?? id,
    models,
    limits: { rpm: rpm ?? null, ipm: ipm ?? null, ipd: ipd ?? null, concurrency: null },
    budgets: budgetsOf(budget),
  };
}

/** The owners of a key: a user's team is that of the user's keys. */
export function ownersOf(
  { teams, users }: Pick<FileSettings, "teams" | "users">,
  key: Pick<FileSettings["keys"][number], "team" | "user">,
): KeyOwners {
  const user = users.find(({ id }) => id === key.user);
  const teamId = user?.team ?? key.team;
  const team = teams.find(({ id }) => id === teamId);
  return {
    user: user === undefined ? undefined : ownerOf(user),
    team: team === undefined ? undefined : { ...ownerOf(team), markup: team.markup },
  };
}

/** Adds faults for ids that repeat or name nobody, and for keys of two teams. */
export function faultOwners({ teams, users, keys }: FileSettings, faults: Faults): void {
  for (const [section, list] of Object.entries({ teams, users })) {
    const seen = new Set<string>();
    for (const [index, { id, budget }] of list.entries()) {
      faultRepeatedBudgets(budget, [section, index, "budget"], faults);
      if (seen.has(id))
        faults.add(
          [section, index, "id"],
          `another entry of \`${section}\` has the id \`${id}\` already; choose a different one`,
        );
      seen.add(id);
    }
  }
  const ids = { team: teams.map(({ id }) => id), user: users.map(({ id }) => id) };
  const faultUnknown = (kind: "team" | "user", id: string | undefined, at: Path): void => {
    if (id === undefined || ids[kind].includes(id)) return;
    faults.add(at, `\`${kind}s\` has no entry with the id \`${id}\`${didYouMean(id, ids[kind])}`);
  };
  for (const [index, { team }] of users.entries())
    faultUnknown("team", team, ["users", index, "team"]);
  for (const [index, { team, user }] of keys.entries()) {
    faultUnknown("team", team, ["keys", index, "team"]);
    faultUnknown("user", user, ["keys", index, "user"]);
    const own = users.find(({ id }) => id === user)?.team;
    if (team !== undefined && own !== undefined && team !== own)
      faults.add(
        ["keys", index, "team"],
        `the key's user \`${user}\` belongs to the team \`${own}\`, not to \`${team}\`; remove one of them`,
      );
  }
}
