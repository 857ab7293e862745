import { afterEach, beforeEach, describe, expect, test, type TestContext } from "vitest";
import type { Claim, Cluster, Grant, PartyLimits } from "../../src/cluster/cluster.ts";

/** A cluster whose time the test decides. */
export interface TestCluster {
  readonly cluster: Cluster;
  pass(ms: number): void;
  close(): Promise<void>;
}

const none: PartyLimits = { rpm: null, ipm: null, ipd: null, concurrency: null };
const claim = (party: string, limits: Partial<PartyLimits>, images = 1): Claim => ({
  party,
  limits: { ...none, ...limits },
  images,
});

/** The ways in which tests ask. */
interface Asking {
  world(): TestCluster;
  granted(...claims: Claim[]): Promise<Grant>;
  /** The party, the limit and the wait of the refusal. */
  refused(...claims: Claim[]): Promise<readonly unknown[]>;
}

/** The promises of the port, whoever keeps them. */
export function clusterSuite(
  name: string,
  open: (context: TestContext) => Promise<TestCluster>,
): void {
  describe(`${name} keeps the promises of a cluster`, () => {
    let world: TestCluster;
    beforeEach(async (context) => {
      world = await open(context);
    });
    afterEach(() => world?.close());
    const asking: Asking = {
      world: () => world,
      async granted(...claims) {
        const { grant, refusal } = await world.cluster.take(claims);
        if (grant === undefined) throw new Error(`refused: ${refusal.limit}`);
        return grant;
      },
      async refused(...claims) {
        const { grant, refusal } = await world.cluster.take(claims);
        await grant?.cancel();
        return [refusal?.claim.party, refusal?.limit, refusal?.waitMs];
      },
    };
    windowTests(asking);
    roomTests(asking);
    partyTests(asking);
  });
}

function windowTests({ world, granted, refused }: Asking): void {
  test("a limit over a minute is kept in every minute, and room comes back as it was taken", async () => {
    const asked = claim("a", { rpm: 3 });
    await (await granted(asked)).end(1);
    world().pass(20_000);
    await (await granted(asked)).end(1);
    await (await granted(asked)).end(1);
    expect(await refused(asked)).toEqual(["a", "rpm", 40_000]);
    world().pass(39_999);
    expect(await refused(asked)).toEqual(["a", "rpm", 1]);
    world().pass(1);
    await granted(asked);
    expect(await refused(asked)).toEqual(["a", "rpm", 20_000]);
  });

  test("images count as many as there are; those that were not made are given back, and more than asked count too", async () => {
    const asked = claim("a", { ipm: 10, ipd: 14 }, 4);
    const first = await granted(asked);
    expect(await refused(claim("a", { ipm: 10 }, 7))).toEqual(["a", "ipm", 60_000]);
    await first.end(1);
    await (await granted(claim("a", { ipm: 10, ipd: 14 }, 7))).end(7);
    await (await granted(claim("a", { ipm: 10, ipd: 14 }, 1))).end(3);
    expect(world().cluster.view(asked)).toEqual({
      rpm: undefined,
      ipm: { used: 11, resetMs: 60_000 },
      ipd: { used: 11, resetMs: 86_400_000 },
    });
    world().pass(60_000);
    expect((await refused(asked))[1]).toBe("ipd");
    world().pass(86_400_000);
    await granted(asked);
  });

  test("a request is given back a day's images in the piece where it took them", async () => {
    const asked = claim("a", { ipd: 10 }, 5);
    const first = await granted(asked);
    world().pass(400_000);
    const second = await granted(asked);
    await first.end(0);
    world().pass(86_000_000);
    expect(world().cluster.view(asked).ipd?.used ?? 0).toBeLessThanOrEqual(5);
    const third = await granted(asked);
    await third.end(5);
    expect((await refused(claim("a", { ipd: 10 }, 1)))[1]).toBe("ipd");
    await second.end(5);
  });
}

function roomTests({ granted, refused }: Asking): void {
  test("so many requests at once, and no more; one that ends makes room", async () => {
    const asked = claim("a", { concurrency: 2 });
    const [first] = await Promise.all([granted(asked), granted(asked)]);
    expect(await refused(asked)).toEqual(["a", "concurrency", undefined]);
    await first?.end(1);
    await first?.end(1);
    await first?.cancel();
    await granted(asked);
    expect(await refused(asked)).toEqual(["a", "concurrency", undefined]);
  });
}

function partyTests({ world, granted, refused }: Asking): void {
  test("who is refused by one party takes nothing of the others", async () => {
    const key = claim("key", { rpm: 2, ipm: 2, concurrency: 2 });
    const team = claim("team", { rpm: 1 });
    await (await granted(key, team)).end(1);
    for (let times = 0; times < 5; times += 1)
      expect(await refused(key, team)).toEqual(["team", "rpm", 60_000]);
    const second = await granted(key);
    expect(await refused(key)).toEqual(["key", "rpm", 60_000]);
    await second.end(1);
  });

  test("the first party is named, its requests at once before its windows, and of those the longest wait", async () => {
    const both = claim("a", { rpm: 1, ipd: 1, concurrency: 1 });
    const grant = await granted(both);
    expect(await refused(both, claim("b", { rpm: 1 }))).toEqual(["a", "concurrency", undefined]);
    await grant.end(1);
    expect(await refused(both)).toEqual(["a", "ipd", 86_400_000]);
  });

  test("what was cancelled counts for nothing", async () => {
    const asked = claim("a", { rpm: 1, ipm: 2, concurrency: 1 }, 2);
    for (let times = 0; times < 3; times += 1) await (await granted(asked)).cancel();
    await granted(asked);
    expect(await refused(asked)).toEqual(["a", "concurrency", undefined]);
  });

  test("a limit that is changed meanwhile is kept as it is now", async () => {
    for (let times = 0; times < 3; times += 1) await (await granted(claim("a", { rpm: 3 }))).end(1);
    expect(await refused(claim("a", { rpm: 2 }))).toEqual(["a", "rpm", 60_000]);
    await granted(claim("a", { rpm: 4 }));
  });

  test("a hundred at once: exactly as many as the limit has room for", async () => {
    const asked = claim("a", { rpm: 30, concurrency: 20 });
    const all = await Promise.all(Array.from({ length: 100 }, () => world().cluster.take([asked])));
    const grants = all.flatMap(({ grant }) => grant ?? []);
    expect(grants).toHaveLength(20);
    await Promise.all(grants.map((grant) => grant.end(1)));
    const more = await Promise.all(
      Array.from({ length: 100 }, () => world().cluster.take([asked])),
    );
    expect(more.filter(({ grant }) => grant !== undefined)).toHaveLength(10);
  });
}
