import { expect, test } from "vitest";
import { keyWorld } from "./keys-world.ts";

const unsaid = { "if-match": "" };

test("every answer about one key has its version as the ETag, and a change is made from it or not at all", async () => {
  const { admin, make, open } = await keyWorld();
  const { id, key } = await make();
  const read = await admin("GET", `/keys/${id}`);
  expect(read.headers.get("etag")).toBe('"1"');
  const tag = { "if-match": '"1"' };
  const first = await admin("PATCH", `/keys/${id}`, { rpm: 5 }, tag);
  expect([first.status, first.headers.get("etag"), first.body.version]).toEqual([200, '"2"', 2]);
  const stale = await admin("PATCH", `/keys/${id}`, { rpm: 6 }, tag);
  expect([stale.status, stale.body.error]).toMatchObject([
    412,
    { code: "version_stale", current: { id, rpm: 5, version: 2 } },
  ]);
  expect(JSON.stringify(stale.body)).not.toContain(key);
  for (const [method, path, body] of [
    ["PATCH", `/keys/${id}`, { rpm: 7 }],
    ["POST", `/keys/${id}/rotate`, { overlap: "1h" }],
    ["PUT", `/keys/${id}`, { name: "put" }],
  ] as const) {
    const missing = await admin(method, path, body, unsaid);
    expect([method, missing.status, missing.body.error?.code]).toEqual([
      method,
      428,
      "version_required",
    ]);
    const old = await admin(method, path, body, tag);
    expect([method, old.status]).toEqual([method, 412]);
  }
  expect((await admin("DELETE", `/keys/${id}`, undefined, tag)).status).toBe(412);
  for (const spelled of ['"2"', 'W/"2"', "2", '"9", "2"', "*"]) {
    const same = await admin("PATCH", `/keys/${id}`, { rpm: 5 }, { "if-match": spelled });
    expect([spelled, same.status, same.body.version]).toEqual([spelled, 200, 2]);
  }
  for (const spelled of ['"x"', "abc", '"22"', '""'])
    expect([
      spelled,
      (await admin("PATCH", `/keys/${id}`, { rpm: 5 }, { "if-match": spelled })).status,
    ]).toEqual([spelled, 412]);
  expect(await open(key)).toBe(200);
});

test("a rotation that is repeated from one version is made once, so that no secret ends by a retry", async () => {
  const { admin, make, open } = await keyWorld();
  const { id, key } = await make();
  const again = () => admin("POST", `/keys/${id}/rotate`, { overlap: "1h" }, { "if-match": '"1"' });
  const answers = await Promise.all([again(), again(), again()]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412]);
  expect(await open(key)).toBe(200);
});

test("a put by the caller's id makes the key once, and gives it these choices whole", async () => {
  const { admin, open } = await keyWorld();
  const wanted = { name: "shop", rpm: 5, budget: { usd: "2.50" } };
  const made = await admin("PUT", "/keys/shop", wanted, unsaid);
  expect([made.status, made.headers.get("etag"), made.body.id]).toEqual([201, '"1"', "shop"]);
  expect(await open(made.body.key)).toBe(200);
  // Said again, in other words for the same, it is nothing new; no version is needed.
  const same = { ...wanted, models: ["*"], ipm: null, budget: [{ usd: 2.5, period: "month" }] };
  const equal = await admin("PUT", "/keys/shop", same, unsaid);
  expect([equal.status, equal.body.version, equal.body.key]).toEqual([200, 1, undefined]);
  const other = await admin("PUT", "/keys/shop", { name: "shop" }, { "if-match": '"1"' });
  expect(other.body).toMatchObject({ version: 2, rpm: null, budget: null });
  expect((await admin("PUT", "/keys/never", wanted, { "if-match": '"1"' })).status).toBe(412);
  expect((await admin("GET", "/keys/never")).status).toBe(404);
  await admin("DELETE", "/keys/shop");
  expect((await admin("PUT", "/keys/shop", wanted, unsaid)).status).toBe(409);
  const file = await admin("PUT", "/keys/file:test", wanted, unsaid);
  expect([file.status, file.body.error?.message]).toEqual([
    409,
    expect.stringMatching(/pinhole\.yaml, line \d+/),
  ]);
  const odd = await admin("PUT", `/keys/${encodeURIComponent("a b\n")}`, wanted, unsaid);
  expect([odd.status, odd.body.error?.param]).toEqual([400, "id"]);
});

test("of puts of one new id at once one makes the key, and the others find it", async () => {
  const { admin } = await keyWorld();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => admin("PUT", "/keys/one", { name: "one" }, unsaid)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  for (const { status } of answers) expect([200, 201]).toContain(status);
});

test("an empty body is none, whatever its type says", async () => {
  const { admin, make } = await keyWorld();
  const { id } = await make();
  const type = { "content-type": "application/json" };
  expect((await admin("POST", `/keys/${id}/rotate`, undefined, type)).status).toBe(200);
  expect((await admin("DELETE", `/keys/${id}`, undefined, type)).status).toBe(200);
});
