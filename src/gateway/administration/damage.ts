import { PinholeError } from "../../core/errors.ts";
import type { ServedRows } from "../../store/served-rows.ts";

/** A row of which the database may hold some words damaged. */
interface Damageable {
  readonly damaged?: readonly string[] | undefined;
}

/** The reason for which a row is not served; null: none of its words is damaged. */
export function damageOf({ damaged = [] }: Damageable): string | null {
  if (damaged.length === 0) return null;
  const words = damaged.map((word) => `\`${word}\``).join(" and ");
  return `The database holds ${words} damaged; set ${damaged.length === 1 ? "it" : "them"} again.`;
}

/** The part of an answer that says that a row is not served; nothing where it is. */
export function damageJson(row: Damageable): { faulty?: true; fault?: string } {
  const fault = damageOf(row);
  return fault === null ? {} : { faulty: true, fault };
}

/** Throws invalid_value where a change leaves a damaged word as it is: nobody knows what it was. `said`: the words of the change; absent: all. */
export function refuseDamage({ damaged = [] }: Damageable, said?: readonly string[]): void {
  const param = damaged.find((word) => said !== undefined && !said.includes(word));
  if (param === undefined) return;
  throw new PinholeError("invalid_value", {
    message: `The database holds \`${param}\` damaged, and nobody knows what it was; set it in the same change, to null for none.`,
    param,
  });
}

/** The keys, teams and users that are not served as they stand. */
export function damagedRows({ keys, teams, users }: Pick<ServedRows, "keys" | "teams" | "users">): {
  readonly name: string;
  readonly fault: string;
}[] {
  const named = [
    ...keys.map((row) => ["key", row] as const),
    ...teams.map((row) => ["team", row] as const),
    ...users.map((row) => ["user", row] as const),
  ];
  return named.flatMap(([kind, row]) => {
    const fault = damageOf(row);
    return fault === null ? [] : [{ name: `${kind} ${row.id}`, fault }];
  });
}
