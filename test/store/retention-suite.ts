import { expect, test } from "vitest";
import { attempt, type OpenEmpty, outcome, request } from "./samples.ts";

const fields = JSON.stringify({
  model: "m",
  prompt: "a secret fox",
  more: { seed: 7, negative_prompt: "no owls", prompt_2: "x", inner: [{ Prompt: "y", steps: 4 }] },
  unknown: { caption: "a secret owl" },
  provider_options: { one: { text: "a secret hare" } },
});
const trace = {
  received_at: "2027-02-28T00:00:00.000Z",
  attempts: [{ call: 0, ended_ms: 5, upstream: [{ fields: { text: "a secret crow" } }] }],
};
const bareTrace = { ...trace, attempts: [{ call: 0, ended_ms: 5 }] };
const bare = { model: "m", more: { seed: 7, inner: [{ steps: 4 }] } };

/** What forgetting must do in every database. */
export function retentionSuite(open: OpenEmpty): void {
  test("prompts are taken out of what is old, piece by piece, once, revised ones too; the rest stays", async () => {
    const store = await open();
    for (let at = 0; at < 5; at += 1) {
      const id = `r${at}`;
      await store.requests.begin(request(id, { fields, createdAt: 1000 + Math.floor(at / 2) }), [
        attempt(id),
      ]);
      await store.requests.finish(outcome(id, { trace: JSON.stringify(trace) }));
    }
    expect(await store.retention.backlog(0, 1002, 100)).toEqual({ records: 0, prompts: 4 });
    expect(await store.retention.forgetPrompts(1002, 3)).toBe(3);
    expect(await store.retention.backlog(1001, 1002, 1)).toEqual({ records: 1, prompts: 1 });
    expect(await store.retention.forgetPrompts(1002, 3)).toBe(1);
    expect(await store.retention.forgetPrompts(1002, 3)).toBe(0);
    for (const id of ["r0", "r1", "r2", "r3"]) {
      const record = await store.requests.get(id);
      expect(JSON.parse(record?.fields ?? "")).toEqual(bare);
      expect(JSON.parse(record?.trace ?? "")).toEqual(bareTrace);
      expect(record).toMatchObject({ state: "succeeded", costNano: 30_000_000 });
      expect(record?.pictures).toMatchObject([{ revisedPrompt: null, format: "png" }]);
    }
    const young = await store.requests.get("r4");
    expect(young?.fields).toBe(fields);
    expect(JSON.parse(young?.trace ?? "")).toEqual(trace);
    expect(young?.pictures).toMatchObject([{ revisedPrompt: "a red fox" }]);
    // Later ones are found from there on, also those of the same moment.
    expect(await store.retention.forgetPrompts(2000, 3)).toBe(1);
    expect(JSON.stringify(await store.requests.get("r4"))).not.toContain("secret");
  });

  test("a piece of old records is forgotten, oldest first, and what is left is counted up to a number", async () => {
    const store = await open();
    for (let at = 0; at < 7; at += 1) {
      await store.requests.begin(request(`r${at}`, { createdAt: 1000 + at }), [attempt(`r${at}`)]);
      if (at > 0) await store.requests.finish(outcome(`r${at}`));
    }
    expect(await store.retention.forget(1006, 2)).toBe(2);
    const left = (await store.requests.list({ limit: 9 })).map(({ id }) => id);
    expect(left).toEqual(["r6", "r5", "r4", "r3", "r0"]);
    expect((await store.retention.backlog(1006, 0, 3)).records).toBe(3);
    expect(await store.retention.forget(1006, 500)).toBe(3);
  });
}
