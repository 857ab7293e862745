import { openStore } from "../src/store/open.ts";
import { cent, claim, priced } from "../test/store/budget-suite.ts";
import { attempt } from "../test/store/samples.ts";
import { postgresPrograms, startPostgres } from "../test/support/postgres.ts";

/**
 * Holds a second at one team's budget on Postgres, each with its request's record: many at once, which the store takes
 * together, and one after the other, which is the most that a transaction for each could do, since each keeps the budget to
 * itself. Prints a line a round.
 */
const manyHolds = 4000;
const singleHolds = 300;
const rounds = 3;

const programs = postgresPrograms();
if (programs === undefined) throw new Error("Postgres (Debian's package postgresql) is missing");
const server = await startPostgres(programs, { fsync: true });
const store = await openStore({ url: await server.create("hot"), now: () => 1000 });
const team = claim({ scope: "team", scopeId: "art", limitNano: 1_000_000 * cent });

let made = 0;
async function hold(): Promise<void> {
  made += 1;
  const id = `r${made}`;
  const refused = await store.requests.begin(priced(id, [team]), [attempt(id)]);
  if (refused !== undefined) throw new Error("the budget refused a hold");
}

async function rateOf(holds: number, take: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await take();
  return Math.round((holds * 1000) / (performance.now() - began));
}

async function oneByOne(): Promise<void> {
  for (let at = 0; at < singleHolds; at += 1) await hold();
}

await Promise.all(Array.from({ length: manyHolds }, hold));
for (let round = 0; round < rounds; round += 1) {
  const many = await rateOf(manyHolds, () => Promise.all(Array.from({ length: manyHolds }, hold)));
  const single = await rateOf(singleHolds, oneByOne);
  console.log(
    `together ${many}/s, a transaction each ${single}/s: ${(many / single).toFixed(1)} x`,
  );
}
await store.close();
await server.remove();
