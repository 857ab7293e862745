import type { RedisLink } from "./link.ts";
import type { Script } from "./scripts.ts";

/** Keys that one script works on. */
export const keysMax = 100;

/** Ids of leases by the key that they are of. */
export type Leases = Map<string, string[]>;

export function addLease(leases: Leases, key: string, id: string): void {
  const known = leases.get(key);
  if (known === undefined) leases.set(key, [id]);
  else known.push(id);
}

/** Runs a script on leases, so many keys at once; false: not on all of them. */
export async function runOnLeases(
  link: Pick<RedisLink, "run">,
  script: Script,
  leases: Leases,
  words: readonly string[] = [],
): Promise<boolean> {
  const all = [...leases];
  for (let from = 0; from < all.length; from += keysMax) {
    const some = all.slice(from, from + keysMax);
    const keys = some.map(([key]) => key);
    const names = some.map(([, ids]) => ids.join(" "));
    if ((await link.run(script, keys, [...words, ...names])) === undefined) return false;
  }
  return true;
}
