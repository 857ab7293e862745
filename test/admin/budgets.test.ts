import { expect, test } from "vitest";
import { keyWorld } from "./keys-world.ts";

interface Budgeted {
  readonly id: string;
  readonly name: string;
  readonly team: string | null;
  readonly budgets: readonly Record<string, unknown>[];
}

const settings = {
  channels: [
    {
      id: "painter",
      provider: "sandbox",
      models: [{ name: "sandbox-fast", price: { per_image_usd: 0.1 } }],
      budget: { usd: 3, period: "day" },
    },
  ],
  teams: [
    {
      id: "art",
      name: "Art",
      budget: { usd: 5, raise: { usd: 2, until: "2999-01-01" }, notify_at: [0.5] },
    },
    { id: "web" },
  ],
  users: [
    {
      id: "ann",
      team: "art",
      budget: [
        { usd: 0.2, period: "total" },
        { usd: 1, hard: false },
      ],
    },
  ],
};

test("budgets of keys, users, teams and channels stand with what is spent and left of each", async () => {
  const { admin, make, paint } = await keyWorld(settings);
  const { id, key } = await make({
    name: "shop",
    user: "ann",
    budget: { usd: 0.3, period: "week" },
  });
  await make({ name: "free" });
  expect(await paint(key)).toEqual([200, undefined]);
  const { body } = await admin("GET", "/budgets");
  const found = body.data as unknown as readonly Budgeted[];
  expect(found.map((one) => [one.id, one.name, one.team])).toEqual([
    ["channel painter", "painter", null],
    [`key ${id}`, "shop", "art"],
    ["team art", "Art", "art"],
    ["user ann", "ann", "art"],
  ]);
  const standing = found.map(({ budgets }) =>
    budgets.map((one) => [one["limit_usd"], one["spent_usd"], one["left_usd"]]),
  );
  expect(standing).toEqual([
    [["3", "0.1", "2.9"]],
    [["0.3", "0.1", "0.2"]],
    [["7", "0.1", "6.9"]],
    [
      ["0.2", "0.1", "0.1"],
      ["1", "0.1", "0.9"],
    ],
  ]);
  expect(found[2]?.budgets[0]).toMatchObject({
    usd: "5",
    period: "month",
    hard: true,
    notify_at: ["0.5"],
    reserved_usd: "0",
    raise: { usd: "2" },
  });
  expect(found[3]?.budgets[0]).toMatchObject({ period: "total", resets_at: null });
  expect(body["time_zone"]).toBe("UTC");
  const users = await admin("GET", "/budgets?of=user&limit=1");
  expect([users.body.data?.length, users.body["next"]]).toEqual([1, null]);
  const first = await admin("GET", "/budgets?limit=2");
  expect(first.body["next"]).toBe(`key ${id}`);
  const rest = await admin(
    "GET",
    `/budgets?after=${encodeURIComponent(String(first.body["next"]))}`,
  );
  expect(rest.body.data?.map((one) => one["id"])).toEqual(["team art", "user ann"]);
  expect((await admin("GET", "/budgets?of=planet")).status).toBe(400);
});

test("a team's admin sees the budgets of the team, its users and the keys of both, and no channel's", async () => {
  const { admin, make } = await keyWorld(settings);
  const { id } = await make({ name: "shop", user: "ann", budget: { usd: 0.3 } });
  await make({ name: "other", team: "web", budget: { usd: 9 } });
  await make({ name: "nobody's", budget: { usd: 9 } });
  const { body } = await admin("POST", "/tokens", {
    name: "lead",
    role: "team_admin",
    team: "art",
  });
  const token = { authorization: `Bearer ${String(body["token"])}` };
  const found = await admin("GET", "/budgets", undefined, token);
  expect(found.body.data?.map((one) => one.id)).toEqual([`key ${id}`, "team art", "user ann"]);
});
