import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";

const keyOf = (name: string): string => `${name}-key-0123456789-abcdef`;
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    channels: [
      {
        id: "painter",
        provider: "sandbox",
        models: [{ name: "sandbox-fast", price: { per_image_usd: 0.1 } }],
      },
    ],
    teams: [{ id: "art", labels: { cost_centre: 4711, project: "house", nightly: "" } }],
    keys: [
      { name: "labelled", key: keyOf("labelled"), team: "art", labels: ["project=fox", "web"] },
      { name: "plain", key: keyOf("plain") },
    ],
  });
});
afterAll(() => gateway.close());

async function ask(name: string, labels?: string, stream = false): Promise<Response> {
  return fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${keyOf(name)}`,
      "content-type": "application/json",
      ...(labels === undefined ? {} : { "x-pinhole-labels": labels }),
    },
    body: JSON.stringify({ model: "sandbox-fast", prompt: "a fox", stream }),
  });
}

interface Report {
  readonly data: readonly Record<string, unknown>[];
  readonly total: Record<string, unknown>;
}

async function byLabel(query = ""): Promise<[unknown, unknown][]> {
  return (await report(query)).data.map((row) => [row["label"], row["customer_usd"]]);
}

async function report(query = ""): Promise<Report> {
  const answer = await fetch(`${gateway.url}/admin/v1/usage?group=label${query}`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  return (await answer.json()) as Report;
}

describe("labels in usage", () => {
  test("are those of the team, the key and the request; of one name the request's holds, then the key's", async () => {
    expect((await ask("labelled")).status).toBe(200);
    const streamed = await ask("labelled", " project=owl,run = 7 , web", true);
    expect(await streamed.text()).toContain("image_generation.completed");
    expect((await ask("plain", "project=owl")).status).toBe(200);
    expect((await ask("plain", "")).status).toBe(200);
    expect(await byLabel()).toEqual([
      [null, "0.1"],
      ["cost_centre=4711", "0.2"],
      ["nightly", "0.2"],
      ["project=fox", "0.1"],
      ["project=owl", "0.2"],
      ["run=7", "0.1"],
      ["web", "0.2"],
    ]);
    expect((await report()).total).toMatchObject({ requests: 4, customer_usd: "0.4" });
    expect(await byLabel("&label=project%3Dowl")).toEqual([["project=owl", "0.2"]]);
  });

  test.each([
    ["a,b,c,d", /has 4 labels; at most 3/],
    ["a,,b", /has ``, where each label is a word/],
    ["project=fox,project=owl", /has the label `project` twice/],
    ["project,project=owl", /has the label `project` twice/],
    ["=fox", /`=fox`/],
    ["project=", /`project=`/],
    ["-1", /`-1`/],
    ["a b", /`a b`/],
    ["a=@SUM(1)", /`a=@SUM/],
    [`${"n".repeat(41)}=1`, /at most 40/],
    [`n=${"v".repeat(81)}`, /at most 80/],
    ['a="b"', /`a="b"`/],
    ["a=b=c", /`a=b=c`/],
    ["größe=1", /where each label is/],
  ])(
    "%s is refused before anything is bought, in words that say what to change",
    async (labels, words) => {
      const before = await report();
      // As a client writes Unicode into a header: its bytes.
      const sent = Buffer.from(labels, "utf8").toString("latin1");
      const answer = await ask("plain", sent);
      expect(answer.status).toBe(400);
      const { error } = (await answer.json()) as { error: Record<string, unknown> };
      expect(error).toMatchObject({ code: "invalid_value", param: "x-pinhole-labels" });
      expect(error["message"]).toMatch(words);
      expect(await report()).toEqual(before);
    },
  );

  test("the longest labels are taken", async () => {
    const [name, value] = ["n".repeat(40), `v${" x".repeat(39)}y`];
    expect((await ask("plain", `${name}=${value},a=b:/c@d+e-f`)).status).toBe(200);
    expect((await byLabel()).map(([label]) => label)).toEqual(
      expect.arrayContaining([`${name}=${value}`, "a=b:/c@d+e-f"]),
    );
  });
});

test.each([
  [Array.from({ length: 9 }, (_, at) => `l${at}`)],
  [{ project: "=fox" }],
  [["a=1", "a=2"]],
  [[""]],
])("a file's labels %o are a fault", async (labels) => {
  const keys = [{ name: "k", key: keyOf("k"), labels }];
  await expect(startTestGateway({ keys })).rejects.toThrow(
    /`keys\[0\]\.labels` must be a list of at most 8 labels, each name once/,
  );
});
