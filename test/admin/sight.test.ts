import sharp from "sharp";
import { afterEach, expect, test, vi } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Asker, join, withToken } from "../support/people.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

const keyOf = (user: string): string => `key-of-${user}-0123456789-abcdef`;
const users = ["ada", "bob", "eve"] as const;
/** The words that each of them asks by, which nothing but a prompt has. */
const wordOf = (user: string): string => `lighthouse-of-${user}`;

const patience = { timeout: 60_000 };

/** Two teams: ada and bob are of the red one, eve of the blue one. Each has made a picture, and been refused another. */
async function start(pictures: string | undefined): Promise<TestGateway> {
  const gateway = await startTestGateway({
    ...(pictures === undefined ? {} : { console: { pictures } }),
    teams: [{ id: "red" }, { id: "blue" }],
    users: [
      { id: "ada", team: "red" },
      { id: "bob", team: "red" },
      { id: "eve", team: "blue" },
    ],
    keys: users.map((user) => ({ name: user, key: keyOf(user), user })),
  });
  open.push(gateway);
  for (const user of users) {
    const asks = { ...gateway, key: keyOf(user) };
    const body = { prompt: wordOf(user), size: "256x256", seed: 7, response_format: "url" };
    const path = "/v1/images/generations";
    expect((await postJson(asks, path, { model: "sandbox-fast", ...body })).status).toBe(200);
    const refused = { model: "sandbox-moderated", ...body };
    expect((await postJson(asks, path, refused)).status).toBe(400);
  }
  const admin = withToken(gateway, gateway.adminToken);
  await vi.waitFor(async () => {
    const rows = await listOf(admin);
    expect(rows.filter(({ finished_at: end }) => end !== null)).toHaveLength(6);
  }, patience);
  return gateway;
}

interface Row {
  readonly id: string;
  readonly finished_at: string | null;
  readonly concealed: boolean;
  readonly state: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly pictures: readonly Readonly<Record<string, unknown>>[];
  readonly attempts: readonly Readonly<Record<string, unknown>>[];
}

async function listOf(asker: Asker): Promise<readonly Row[]> {
  const { status, body } = await asker.ask("GET", "/admin/v1/requests");
  expect(status).toBe(200);
  return body["data"] as readonly Row[];
}

/** The users whose prompts are anywhere in what somebody is answered, and those whose pictures have a path. */
async function shownTo(asker: Asker): Promise<{ words: string[]; paths: number; rows: number }> {
  const rows = await listOf(asker);
  const one = await Promise.all(
    rows.map(async ({ id }) => (await asker.ask("GET", `/admin/v1/requests/${id}`)).body),
  );
  const text = JSON.stringify([rows, one]);
  const seen = one.filter((row) => row["concealed"] === false);
  const words = users.filter((user) => text.includes(wordOf(user)));
  expect(words.length * 2).toBe(seen.length);
  const paths = (one as unknown as Row[]).flatMap(({ pictures }) =>
    pictures.filter(({ path }) => typeof path === "string"),
  );
  return { words, paths: paths.length, rows: rows.length };
}

const all = ["ada", "bob", "eve"];
const cases = [
  { pictures: undefined, ada: all, owner: all, token: all, teamAdmin: ["ada", "bob"] },
  { pictures: "all", ada: all, owner: all, token: all, teamAdmin: ["ada", "bob"] },
  { pictures: "team", ada: ["ada", "bob"], owner: [], token: [], teamAdmin: ["ada", "bob"] },
  { pictures: "own", ada: ["ada"], owner: [], token: [], teamAdmin: [] },
];

test.each(cases)(
  "console.pictures: $pictures decides on the server whose prompts and pictures anybody is shown",
  async ({ pictures, ada, owner, token, teamAdmin }) => {
    const gateway = await start(pictures);
    const operator = await join(gateway, { login: "ada", role: "operator", user: "ada" });
    expect(await shownTo(operator)).toEqual({ words: ada, paths: ada.length, rows: 6 });
    const boss = await join(gateway, { login: "boss", role: "owner" });
    expect(await shownTo(boss)).toEqual({ words: owner, paths: owner.length, rows: 6 });
    const admin = withToken(gateway, gateway.adminToken);
    expect(await shownTo(admin)).toEqual({ words: token, paths: token.length, rows: 6 });
    const lead = await join(gateway, { login: "lead", role: "team_admin", team: "red" });
    const own = { words: teamAdmin, paths: teamAdmin.length, rows: 4 };
    expect(await shownTo(lead)).toEqual(own);
    // Whoever made it always sees it; nobody else's is in their list.
    const maker = await join(gateway, { login: "bob", role: "key_holder", user: "bob" });
    expect(await shownTo(maker)).toEqual({ words: ["bob"], paths: 1, rows: 2 });
    // Who only looks is shown no picture, whatever the setting.
    const viewer = await join(gateway, { login: "eye", role: "viewer" });
    expect(await shownTo(viewer)).toEqual({ words: owner, paths: 0, rows: 6 });
    const csv = await fetch(`${gateway.url}/admin/v1/requests?format=csv`, {
      headers: { cookie: boss.cookie },
    });
    expect(await csv.text()).not.toMatch(/lighthouse-of/);
  },
);

/** The average of all pixels, red, green and blue. */
async function averageOf(url: string): Promise<readonly number[]> {
  const bytes = await fetch(url).then((answer) => answer.arrayBuffer());
  const { channels } = await sharp(Buffer.from(bytes)).removeAlpha().stats();
  return channels.map(({ mean }) => mean);
}

test.each(["own", "all"])(
  "a picture's average colour is in its record, with console.pictures: %s, and goes when the request is forgotten",
  async (pictures) => {
    const gateway = await start(pictures);
    const admin = withToken(gateway, gateway.adminToken);
    const maker = await join(gateway, { login: "bob", role: "key_holder", user: "bob" });
    const [own] = (await listOf(maker)).filter(({ state }) => state === "succeeded");
    const path = String(own?.pictures[0]?.["path"]);
    const average = await averageOf(`${gateway.url}${path}`);
    // Where all may see all, the colour falls off when the picture is first shown small.
    if (pictures === "all") await fetch(`${gateway.url}${path}&w=320`);
    const colour = async (): Promise<unknown> =>
      (await listOf(admin)).find(({ id }) => id === own?.id)?.pictures[0]?.["colour"];
    await expect.poll(colour).toMatch(/^#[0-9a-f]{6}$/);
    const found = String(await colour());
    const parts = [1, 3, 5].map((at) => Number.parseInt(found.slice(at, at + 2), 16));
    for (const [at, part] of parts.entries())
      expect(Math.abs(part - (average[at] ?? 0))).toBeLessThan(6);
    const forgotten = await fetch(`${gateway.url}/v1/images/requests/${own?.id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${keyOf("bob")}` },
    });
    expect(forgotten.status).toBe(200);
    expect(await colour()).toBe(null);
  },
);

test("of what is concealed state, size, time, cost and error stay, without what an upstream said of it", async () => {
  const gateway = await start("own");
  const admin = withToken(gateway, gateway.adminToken);
  const rows = await listOf(admin);
  const made = rows.find(({ state }) => state === "succeeded");
  const refused = rows.find(({ state }) => state === "failed");
  expect(made).toMatchObject({
    concealed: true,
    cost_usd: "0",
    fields: { size: "256x256" },
    pictures: [{ index: 0, width: 256, height: 256, path: null, seed: null, revised_prompt: null }],
  });
  expect(Object.keys(made?.fields ?? {})).not.toContain("prompt");
  expect(made?.pictures[0]?.["bytes"]).toBeGreaterThan(100);
  expect(refused?.error).toEqual({
    code: "moderation_blocked",
    message: "The provider's safety system refused the prompt, an input or the result.",
  });
  expect(refused?.attempts[0]).toMatchObject({ error_code: "moderation_blocked", detail: null });
  const { body } = await admin.ask("GET", `/admin/v1/requests/${made?.id}`);
  const trace = JSON.stringify(body["trace"]);
  expect(trace).toContain("received_at");
  expect(trace).not.toMatch(/"upstream"|"seed"/);
});

interface Look {
  readonly who: string;
  readonly resource_id: string;
}

test("a look at what others made is in the audit once: the list, and each request that was opened", async () => {
  const gateway = await start("team");
  const operator = await join(gateway, { login: "ada", role: "operator", user: "ada" });
  const admin = withToken(gateway, gateway.adminToken);
  const looks = async (): Promise<readonly Look[]> => {
    const { body } = await admin.ask("GET", "/admin/v1/audit?resource=request");
    return body["data"] as readonly Look[];
  };
  // The admin token is shown nobody's here.
  await shownTo(admin);
  expect(await looks()).toEqual([]);
  await Promise.all([shownTo(operator), shownTo(operator)]);
  await shownTo(operator);
  const noted = await looks();
  // The list, and the two requests of bob's; ada's own are no looks, and eve's are concealed.
  expect(noted).toHaveLength(3);
  expect(new Set(noted.map(({ who }) => who))).toEqual(new Set([`person ${operator.id}`]));
  const rows = await listOf(operator);
  const ofBob = rows.filter(({ fields }) => fields["prompt"] === wordOf("bob"));
  expect(new Set(noted.map(({ resource_id: id }) => id))).toEqual(
    new Set(["list", ...ofBob.map(({ id }) => id)]),
  );
  expect(noted[0]).toMatchObject({ action: "look", before: null, after: null });
});
