import type { Tries, TryLimit } from "../identity-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";

const count = statement<{ name: string; until: number; now: number }>(
  `INSERT INTO sign_in_tries (name, count, until) VALUES (:name, 1, :until)
    ON CONFLICT (name) DO UPDATE SET
      count = CASE WHEN sign_in_tries.until <= :now THEN 1 ELSE sign_in_tries.count + 1 END,
      until = CASE WHEN sign_in_tries.until <= :now THEN excluded.until ELSE sign_in_tries.until END`,
);
const select = statement<{ name: string }>("SELECT * FROM sign_in_tries WHERE name = :name");
const forget = statement<{ name: string }>("DELETE FROM sign_in_tries WHERE name = :name");
const giveBack = statement<{ name: string }>(
  "UPDATE sign_in_tries SET count = count - 1 WHERE name = :name AND count > 0",
);

function* tries(name: string): Steps<Tries | undefined> {
  const { rows } = yield select({ name });
  return rows.map((row) => rowSchemas.sign_in_tries.parse(row)).at(0);
}

/** The tries that are counted under a name. */
export function* triesOf(name: string): Steps<number> {
  return (yield* tries(name))?.count ?? 0;
}

/** A part of a change that counts one more; returns how many there are. */
export function* countTry({ name, until }: TryLimit, now: number): Steps<number> {
  yield count({ name, until, now });
  return yield* triesOf(name);
}

/** Database work on tries to sign in. */
export const tryCommands = {
  *triesCount(limits: readonly TryLimit[], now: number): Steps<Tries | undefined> {
    for (const { name, until, max } of limits) {
      yield count({ name, until, now });
      const counted = yield* tries(name);
      if (counted !== undefined && counted.count > max) return counted;
    }
    return undefined;
  },
  *triesForgive(forgotten: string, returned: readonly string[]): Steps<void> {
    yield forget({ name: forgotten });
    for (const name of returned) yield giveBack({ name });
  },
};
