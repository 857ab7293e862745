import { expect, test } from "vitest";
import { keyWorld, type KeyWorld, type ShownKey } from "./keys-world.ts";

const rotate = async ({ admin }: KeyWorld, id: string, body?: unknown): Promise<ShownKey> => {
  const answer = await admin("POST", `/keys/${id}/rotate`, body);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};

test("a rotation keeps id, budgets and what was spent; both secrets open the key, and the older one's last use is shown", async () => {
  const world = await keyWorld();
  const { admin, make, paint, open } = world;
  const made = await make({ id: "shop", budget: { usd: 0.3 } });
  expect(await paint(made.key)).toEqual([200, undefined]);
  const before = Date.now();
  const rotated = await rotate(world, "shop", { overlap: "1h" });
  const { key: _, hint: oldHint, ...same } = made;
  const { key, hint, ...rest } = rotated;
  expect(key).not.toBe(made.key);
  expect(hint).toBe(key.slice(-4));
  const until: unknown = expect.any(String);
  const previous = { hint: oldHint, until, last_used_at: null };
  expect(rest).toEqual({ ...same, version: 2, previous });
  const left = Date.parse(rest.previous?.until ?? "") - before;
  expect(left).toBeGreaterThanOrEqual(3_600_000);
  expect(left).toBeLessThan(3_660_000);
  expect(await paint(made.key)).toEqual([200, undefined]);
  expect(await paint(key)).toEqual([200, undefined]);
  expect(await paint(key)).toEqual([429, "budget_exceeded"]);
  expect(await paint(made.key)).toEqual([429, "budget_exceeded"]);
  const used = async (): Promise<unknown> =>
    (await admin("GET", "/keys/shop")).body.previous?.last_used_at;
  await expect.poll(used, { timeout: 60_000 }).toEqual(expect.any(String));
  expect(Date.parse(String(await used()))).toBeGreaterThanOrEqual(before);
  // A use is no change: whoever has read the key may change it by what was read.
  expect((await admin("GET", "/keys/shop")).body.version).toBe(2);
  expect(await open(made.key)).toBe(200);
});

test("without an overlap the secret of before ends at once", async () => {
  const world = await keyWorld();
  const { key, id } = await world.make();
  const rotated = await rotate(world, id);
  expect(await world.open(key)).toBe(401);
  expect(await world.open(rotated.key)).toBe(200);
});

test("an overlap ends by itself", async () => {
  const world = await keyWorld();
  const { key, id } = await world.make();
  const rotated = await rotate(world, id, { overlap: "400ms" });
  expect(await world.open(key)).toBe(200);
  await expect.poll(() => world.open(key), { timeout: 5000, interval: 50 }).toBe(401);
  expect(await world.open(rotated.key)).toBe(200);
});

test("rotated again within an overlap the newest two live; a third secret ends whatever it was promised", async () => {
  const world = await keyWorld();
  const { key: first, id } = await world.make();
  const { key: second } = await rotate(world, id, { overlap: "30d" });
  const { key: third } = await rotate(world, id, { overlap: "1h" });
  expect(await world.open(first)).toBe(401);
  expect(await world.open(second)).toBe(200);
  expect(await world.open(third)).toBe(200);
  const { key: fourth } = await rotate(world, id, { overlap: "0s" });
  const states = await Promise.all([first, second, third, fourth].map((key) => world.open(key)));
  expect(states).toEqual([401, 401, 401, 200]);
});

test("both secrets end with the key", async () => {
  const world = await keyWorld();
  const { key: first, id } = await world.make();
  const { key: second } = await rotate(world, id, { overlap: "1d" });
  await world.admin("PATCH", `/keys/${id}`, { disabled: true });
  expect([await world.open(first), await world.open(second)]).toEqual([401, 401]);
  await world.admin("PATCH", `/keys/${id}`, { disabled: false });
  expect([await world.open(first), await world.open(second)]).toEqual([200, 200]);
  await world.admin("DELETE", `/keys/${id}`);
  expect([await world.open(first), await world.open(second)]).toEqual([401, 401]);
});

test.each(["31d", "721h", "-1s", "1w", "soon", "", 5, true, "1e9d"])(
  "an overlap of %j is a 400 that says what it may be, and rotates nothing",
  async (overlap) => {
    const { admin, make, open } = await keyWorld();
    const { id, key } = await make();
    const { status, body } = await admin("POST", `/keys/${id}/rotate`, { overlap });
    expect([status, body.error]).toMatchObject([400, { code: "invalid_value", param: "overlap" }]);
    expect(await open(key)).toBe(200);
    expect((await admin("GET", `/keys/${id}`)).body.version).toBe(1);
  },
);

test("a key that is disabled or has expired is not rotated", async () => {
  const world = await keyWorld();
  const { admin, make } = world;
  const disabled = await make({ disabled: true });
  const soon = new Date(Date.now() + 600).toISOString();
  const expiring = await make({ expires_at: soon });
  await expect.poll(() => world.open(expiring.key), { timeout: 5000 }).toBe(401);
  for (const [{ id }, message] of [
    [disabled, /enable it first/],
    [expiring, /set a later `expires_at` first/],
  ] as const) {
    const { status, body } = await admin("POST", `/keys/${id}/rotate`, { overlap: "1h" });
    expect([status, body.error?.code]).toEqual([409, "conflict"]);
    expect(body.error?.message).toMatch(message);
  }
  // What has expired may be changed, keeps its expiry if nothing is said of it, and goes on with a later one.
  expect((await admin("PATCH", `/keys/${expiring.id}`, { name: "late" })).status).toBe(200);
  await admin("PATCH", `/keys/${expiring.id}`, { expires_at: "2099-01-01" });
  expect(await world.open(expiring.key)).toBe(200);
  await rotate(world, expiring.id, { overlap: "1h" });
});

test("of rotations at once each that is made is known by its secret, and the newest two live", async () => {
  const world = await keyWorld();
  const { id } = await world.make();
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => world.admin("POST", `/keys/${id}/rotate`, { overlap: "1h" })),
  );
  const made = answers.filter(({ status }) => status === 200);
  expect(made.length).toBeGreaterThan(0);
  for (const { status } of answers) expect([200, 412]).toContain(status);
  const newest = made.toSorted((a, b) => b.body.version - a.body.version);
  expect(new Set(newest.map(({ body }) => body.version)).size).toBe(made.length);
  for (const [age, { body }] of newest.entries())
    expect([age, await world.open(body.key)]).toEqual([age, age < 2 ? 200 : 401]);
});
