import { expect, test } from "vitest";
import { testKey } from "../support/gateway.ts";
import { type KeyWorld, keyWorld } from "./keys-world.ts";

const pages = ["/notices", "/requests", "/audit", "/keys"];

/** The ids of a list, page by page, by the cursor that each page names. */
async function walk({ admin }: KeyWorld, path: string, cursor: string): Promise<string[]> {
  const ids: string[] = [];
  let from = "";
  for (;;) {
    const { body } = await admin("GET", `${path}?limit=1${from}`);
    ids.push(...(body.data ?? []).map(({ id }) => id));
    const { next } = body;
    if (typeof next !== "string") return ids;
    from = `&${cursor}=${next}`;
  }
}

test("lists end with the cursor of the page after them, and the last with none", async () => {
  const world = await keyWorld();
  const { key } = await world.make({
    budget: { usd: "0.1", period: "day", notify_at: [0.5, 1] },
  });
  await world.make();
  for (const one of [key, testKey]) expect(await world.paint(one)).toEqual([200, undefined]);
  for (const path of pages) {
    const { body } = await world.admin("GET", `${path}?limit=100`);
    const ids = body.data?.map(({ id }) => id) ?? [];
    expect([path, ids.length > 1, body["next"]]).toEqual([path, true, null]);
    const cursor = path === "/requests" ? "before" : "after";
    expect([path, await walk(world, path, cursor)]).toEqual([path, ids]);
    // An earlier name of the cursor.
    if (path === "/notices") expect(await walk(world, path, "before")).toEqual(ids);
  }
  const { data = [] } = (await world.admin("GET", "/requests")).body;
  const newer = await world.admin("GET", `/requests?after=${String(data.at(-1)?.id)}&limit=1`);
  expect(newer.body).toMatchObject({ data: [{ id: data[0]?.id }], next: null });
});

test("requests are found by the least and the longest time that they took, in list, numbers and CSV; what is no such time is refused", async () => {
  const { gateway, admin, paint } = await keyWorld();
  for (let at = 0; at < 3; at += 1) expect(await paint(testKey)).toEqual([200, undefined]);
  const took = new Map(
    (await admin("GET", "/requests")).body.data?.map(
      ({ id, created_at: began, finished_at: ended }) =>
        [id, Date.parse(String(ended)) - Date.parse(String(began))] as const,
    ),
  );
  expect(took.size).toBe(3);
  // None takes as long as the last of these.
  for (const ms of [...took.values(), 1_000_000]) {
    const atLeast = [...took].filter(([, one]) => one >= ms).map(([id]) => id);
    const found = await admin("GET", `/requests?min_ms=${ms}`);
    expect([ms, found.body.data?.map(({ id }) => id)]).toEqual([ms, atLeast]);
    const { body } = await admin("GET", `/statistics?min_ms=${ms}`);
    expect([ms, body["totals"]]).toMatchObject([ms, { succeeded: atLeast.length }]);
    const csv = await fetch(`${gateway.url}/admin/v1/requests?format=csv&min_ms=${ms}`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    expect((await csv.text()).trim().split("\r\n").length - 1).toBe(atLeast.length);
    const atMost = [...took].filter(([, one]) => one <= ms).map(([id]) => id);
    const shorter = await admin("GET", `/requests?max_ms=${ms}`);
    expect([ms, shorter.body.data?.map(({ id }) => id)]).toEqual([ms, atMost]);
  }
  const refused = { soon: "a number", 1.5: "a whole number", "": "1 or more", "-3": "1 or more" };
  for (const path of ["/requests", "/statistics"])
    for (const [text, what] of Object.entries(refused)) {
      const { status, body } = await admin("GET", `${path}?min_ms=${text}`);
      const message = `\`min_ms\` is not valid: must be ${what}.`;
      expect([status, body.error]).toMatchObject([400, { message, param: "min_ms" }]);
    }
});

/** A channel with so many cards that its words take the bytes. */
function channel(bytes: number) {
  const models = Array.from({ length: 600 }, (_, at) => ({ name: `m${at}`, price: "free" }));
  const words = {
    id: "big",
    provider: "openai-compatible",
    settings: { base_url: "http://127.0.0.1:9/v1", api_key: "k" },
    models,
  };
  const text = JSON.stringify(words);
  return text + " ".repeat(Math.max(0, bytes - text.length));
}

test("a body may have a megabyte, a state eight, a sign-in little; more is refused with the limit", async () => {
  const { admin } = await keyWorld();
  const megabyte = 1024 * 1024;
  expect((await admin("POST", "/channels", channel(megabyte))).status).toBe(201);
  const over = async (path: string, bytes: number): Promise<unknown> => {
    const { status, body } = await admin("POST", path, channel(bytes + 1));
    return [status, body.error];
  };
  const refused = (bytes: number): unknown => [
    413,
    expect.objectContaining({
      code: "request_too_large",
      message: `The body is larger than ${bytes} bytes, the most that this address takes.`,
    }),
  ];
  expect(await over("/channels", megabyte)).toEqual(refused(megabyte));
  expect(await over("/apply", 8 * megabyte)).toEqual(refused(8 * megabyte));
  expect(await over("/session", 64 * 1024)).toEqual(refused(64 * 1024));
  const state = JSON.stringify({ state: { teams: [{ id: "art" }] } });
  const applied = await admin("POST", "/apply", state + " ".repeat(8 * megabyte - state.length));
  expect([applied.status, applied.body["applied"]]).toEqual([200, true]);
});

test("a value that is missing, empty, too long or of another kind is refused in plain words at its field", async () => {
  const { admin } = await keyWorld();
  const refused: Readonly<Record<string, object>> = {
    "`name` is not valid: must be given.": { role: "viewer" },
    "`name` is not valid: must not be empty.": { name: " ", role: "viewer" },
    "`name` is not valid: must be text.": { name: 3, role: "viewer" },
    "`name` is not valid: must have 200 characters or fewer.": {
      name: "a".repeat(201),
      role: "viewer",
    },
  };
  for (const [message, body] of Object.entries(refused)) {
    const { status, body: answer } = await admin("POST", "/tokens", JSON.stringify(body));
    expect([status, answer.error]).toMatchObject([400, { message, param: "name" }]);
  }
});
