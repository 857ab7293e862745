import { labelsOf } from "../core/labels.ts";
import { budgetsOf } from "../core/budget-words.ts";
import type { KeyOwner, KeyOwners } from "../core/key.ts";
import { type Faults, type Path, type Place, placeName } from "./faults.ts";
import type { FileSettings } from "./schema.ts";
import { faultRepeatedBudgets } from "./sections/budget.ts";
import type { OwnerSettings } from "./sections/owners.ts";
import { didYouMean } from "./suggest.ts";

/** A team or a user as keys know it. */
function ownerOf(settings: Omit<OwnerSettings, "labels" | "markup">, declaredAt: string): KeyOwner {
  const { id, name, models, disabled, rpm, ipm, ipd, budget } = settings;
  return {
    id,
    name: name ?? id,
    models,
    disabled,
    limits: { rpm: rpm ?? null, ipm: ipm ?? null, ipd: ipd ?? null, concurrency: null },
    budgets: budgetsOf(budget),
    declaredAt,
  };
}

/** The users and teams that the file has, each with the line that declares it, for those who want to change it elsewhere. */
export function ownersOf(
  { teams, users }: Pick<FileSettings, "teams" | "users">,
  placeOf: (path: Path) => Place | undefined,
): KeyOwners {
  const at = (section: string, index: number): string => placeName(placeOf([section, index]));
  return {
    teams: teams.map((team, index) => ({
      ...ownerOf(team, at("teams", index)),
      markup: team.markup,
      labels: labelsOf(team.labels),
    })),
    users: users.map((user, index) => ({
      ...ownerOf(user, at("users", index)),
      teamId: user.team ?? null,
    })),
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
