import { afterEach, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const keyOf = (name: string): string => `${name}-key-0123456789-abcdef`;

/** A gateway whose sandbox costs ten cents a picture, with keys of two users and a team. */
async function start(settings: Record<string, unknown>): Promise<TestGateway> {
  const gateway = await startTestGateway({
    channels: [
      {
        id: "painter",
        provider: "sandbox",
        models: [
          { name: "sandbox-fast", price: { per_image_usd: 0.1 } },
          { name: "sandbox-edit", price: "free" },
        ],
      },
    ],
    keys: [
      { name: "ann-1", key: keyOf("ann-1"), user: "ann" },
      { name: "ann-2", key: keyOf("ann-2"), user: "ann" },
      { name: "bot", key: keyOf("bot"), team: "art" },
      { name: "stranger", key: keyOf("stranger") },
    ],
    users: [{ id: "ann", team: "art" }],
    teams: [{ id: "art" }],
    ...settings,
  });
  undo.push(() => gateway.close());
  return gateway;
}

/** The status of a request of a key, and the scope of the budget that refused it. */
async function ask(gateway: TestGateway, name: string, model = "sandbox-fast") {
  const response = await fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${keyOf(name)}`, "content-type": "application/json" },
    body: JSON.stringify({ model, prompt: "a fox" }),
  });
  // The tests compare what they use of it.
  const body = (await response.json()) as {
    error?: { code: string; message: string; budget?: { scope: string } };
  };
  return [response.status, body.error?.budget?.scope ?? body.error?.code, body.error?.message];
}

const text: unknown = expect.any(String);
const served = [200, undefined, undefined];

test("a user's budget is that of all their keys, a team's that of its users too", async () => {
  const gateway = await start({
    users: [{ id: "ann", team: "art", budget: { usd: 0.2 } }],
    teams: [{ id: "art", name: "Art", budget: { usd: 0.3, period: "total" } }],
  });
  expect(await ask(gateway, "ann-1")).toEqual(served);
  expect(await ask(gateway, "ann-2")).toEqual(served);
  expect(await ask(gateway, "ann-1")).toMatchObject([429, "user", text]);
  expect(await ask(gateway, "bot")).toEqual(served);
  expect(await ask(gateway, "bot")).toMatchObject([429, "team", text]);
  expect(await ask(gateway, "stranger")).toEqual(served);
});

test("models and limits of users and teams hold for their keys", async () => {
  const gateway = await start({
    users: [{ id: "ann", team: "art", models: ["sandbox-f*"] }],
    teams: [{ id: "art", rpm: 2 }],
  });
  expect(await ask(gateway, "ann-1", "sandbox-edit")).toMatchObject([
    403,
    "model_not_allowed",
    text,
  ]);
  expect(await ask(gateway, "ann-1")).toEqual(served);
  expect(await ask(gateway, "bot")).toEqual(served);
  const [status, code, message] = await ask(gateway, "ann-2");
  expect([status, code]).toEqual([429, "rate_limit_exceeded"]);
  expect(message).toMatch(/^This key's team may make 2 requests a minute/);
  expect(await ask(gateway, "stranger")).toEqual(served);
});

test.each([
  [
    { users: [{ id: "ann", team: "arts" }] },
    /users\[0\]\.team|no entry with the id `arts`; did you mean `art`/,
  ],
  [{ users: [] }, /`users` has no entry with the id `ann`/],
  [{ teams: [{ id: "art" }, { id: "art" }] }, /another entry of `teams` has the id `art`/],
  [
    {
      teams: [{ id: "art" }, { id: "web" }],
      keys: [{ name: "a", key: keyOf("a"), user: "ann", team: "web" }],
    },
    /belongs to the team `art`, not to `web`/,
  ],
])("owners that are nobody are a fault: %j", async (settings, message) => {
  await expect(start(settings)).rejects.toThrow(message);
});
