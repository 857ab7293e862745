import type { RequestListener } from "node:http";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/core/errors.ts";
import { PinholeError } from "../../src/core/errors.ts";
import type { ProviderEvent } from "../../src/core/provider.ts";
import { faultReader } from "../../src/dialects/fault-words.ts";
import { type FinishedJob, type JobRules, runJob } from "../../src/dialects/jobs.ts";
import { createEgress } from "../../src/net/egress.ts";
import { contextFor, httpServer, type Loopback, secretKey, stubProvider } from "../net/loopback.ts";

const egress = createEgress({ now: Date.now });
const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

const faults = faultReader({
  codeAt: ["why.code"],
  messageAt: ["why.text", "detail"],
  codes: { moderation_blocked: ["unsafe*"], upstream_credentials: ["broke"] },
});

const rules: JobRules = {
  idAt: ["id", "job.id"],
  byId: (id) => ({ url: `/jobs/${id}` }),
  urlAt: ["poll"],
  hosts: ["jobs.vendor.example"],
  statusAt: ["status"],
  done: ["Ready"],
  failed: ["Error", "Refused"],
  failure: faults.refused,
  progress: { at: ["percent"], whole: 100 },
};

/** One answer of the upstream: a document, with status 200 unless said; a number alone is a status; null breaks the line. */
type Step = number | null | { readonly status?: number; readonly json: unknown };

interface Run {
  readonly finished?: FinishedJob;
  readonly error?: PinholeError;
  readonly events: readonly ProviderEvent[];
  /** `METHOD path` of each request. */
  readonly asked: readonly string[];
}

/** Runs a job whose upstream answers by a script; `{{base}}` in it is its own origin. */
async function run(steps: readonly Step[], changed: Partial<JobRules> = {}): Promise<Run> {
  const asked: string[] = [];
  const left = [...steps];
  const listener: RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const step = left.shift();
    request.resume().on("end", () => {
      if (step === null || step === undefined) {
        request.socket.destroy();
        return;
      }
      const { status = 200, json } = typeof step === "number" ? { status: step, json: "" } : step;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(json).replaceAll("{{base}}", server.origin));
    });
  };
  const server = await httpServer(listener);
  servers.push(server);
  const context = contextFor(server.origin, {
    provider: stubProvider({
      readError: faults.readError,
      credentialHosts: ["jobs.vendor.example"],
    }),
  });
  const tools = {
    settings: context.settings,
    http: egress.upstream(context),
    sleep: async () => {},
    async poll<T>(read: () => Promise<T | undefined>): Promise<T> {
      for (let count = 0; count < 50; count += 1) {
        const found = await read();
        if (found !== undefined) return found;
      }
      throw new PinholeError("upstream_timeout", { message: "Never." });
    },
  };
  const events: ProviderEvent[] = [];
  try {
    const job = runJob(
      tools,
      { ...rules, ...changed },
      { url: "/jobs", json: { prompt: "a fox" } },
    );
    for (;;) {
      const next = await job.next();
      if (next.done === true) return { finished: next.value, events, asked };
      events.push(next.value);
    }
  } catch (thrown) {
    if (thrown instanceof PinholeError) return { error: thrown, events, asked };
    throw thrown;
  }
}

const ok = (json: unknown): Step => ({ json });

describe("a job", () => {
  test("is asked for by its id until it is done, and tells how far it is", async () => {
    const { finished, events, asked } = await run([
      ok({ job: { id: 7 } }),
      ok({ status: "Pending" }),
      ok({ status: "Working", percent: 40 }),
      ok({ status: "Working", percent: 40 }),
      ok({ status: "Working", percent: 30 }),
      ok({ status: "READY", percent: 100, out: "x" }),
    ]);
    expect(finished?.result.json).toMatchObject({ out: "x" });
    expect(finished?.accepted.json).toEqual({ job: { id: 7 } });
    expect(events).toEqual([{ progress: 0.4 }]);
    expect(asked).toEqual(["POST /jobs", ...Array<string>(5).fill("GET /jobs/7")]);
  });

  test("is asked for where the upstream says, on its own origin", async () => {
    const { asked } = await run([
      ok({ id: "7", poll: "{{base}}/elsewhere?id=7" }),
      ok({ status: "Ready" }),
    ]);
    expect(asked[1]).toBe("GET /elsewhere?id=7");
  });

  test("is told by its id where it can be taken back by that, or by the address at which it is", async () => {
    const accepted = ok({ id: "7", status: "Ready", stop: "{{base}}/jobs/7/stop" });
    const eventsOf = async (rule: Partial<JobRules>) => (await run([accepted], rule)).events;
    expect(await eventsOf({})).toEqual([]);
    expect(await eventsOf({ cancels: true })).toEqual([{ job: "7" }]);
    const [told] = await eventsOf({ cancelAt: ["stop"] });
    expect(told).toMatchObject({ job: expect.stringMatching(/^http:.*\/jobs\/7\/stop$/) });
    const stranger = ok({ id: "7", status: "Ready", stop: "https://stranger.example/stop" });
    expect((await run([stranger], { cancelAt: ["stop"] })).events).toEqual([]);
  });

  test.each([
    "https://stranger.example/jobs/7",
    "http://jobs.vendor.example/7",
    "https://jobs.vendor.example:8443/7",
    "https://user:pw@jobs.vendor.example/7",
    "https://jobs.vendor.example.stranger.test/7",
    "not an address",
  ])("is never asked for at %s, to which credentials may not go", async (poll) => {
    const { finished, asked } = await run([ok({ id: "7", poll }), ok({ status: "Ready" })]);
    expect(asked[1]).toBe("GET /jobs/7");
    expect(finished).toBeDefined();
  });

  test("that can be asked for nowhere is one that may have been billed", async () => {
    for (const accepted of [{}, { id: "../account" }, { id: "" }, { poll: "https://x.example/" }]) {
      const { error, asked } = await run([ok(accepted)]);
      expect(error?.code).toBe("upstream_bad_answer");
      expect(asked).toHaveLength(1);
    }
  });

  test("that is done at once is asked for no more", async () => {
    const { finished, asked } = await run([ok({ id: "7", status: "ready", out: "x" })]);
    expect(finished?.result.json).toMatchObject({ out: "x" });
    expect(asked).toHaveLength(1);
  });

  test("whose question is lost is asked for again, never made again", async () => {
    const { finished, asked } = await run([
      ok({ id: "7" }),
      null,
      500,
      404,
      429,
      ok({ status: "Ready" }),
    ]);
    expect(finished).toBeDefined();
    expect(asked.filter((one) => one.startsWith("POST"))).toHaveLength(1);
  });
});

describe("a job that fails", () => {
  test.each<[string, unknown, ErrorCode]>([
    ["of a word in the table", { code: "unsafe_output", text: "Not that." }, "moderation_blocked"],
    ["of the account", { code: "BROKE" }, "upstream_credentials"],
    ["of an unknown word", { code: "hiccup" }, "upstream_failed"],
    ["of nothing that it says", undefined, "upstream_failed"],
  ])("%s ends at once", async (_name, why, code) => {
    for (const steps of [
      [ok({ id: "7" }), ok({ status: "Running" }), ok({ status: "error", why })],
      [ok({ id: "7", status: "Refused", why })],
    ]) {
      const { error, asked } = await run(steps);
      expect(error?.code).toBe(code);
      expect(asked).toHaveLength(steps.length);
    }
  });

  test("says why, without the channel's secrets and the picture's address", async () => {
    const text = `Not ${secretKey} at https://vendor.example/x.`;
    const { error } = await run([
      ok({ id: "7" }),
      ok({ status: "Refused", why: { code: "unsafe", text } }),
    ]);
    expect(error?.message).toMatch(/^Not \[secret\] at \[link\]/);
    expect(JSON.stringify(error)).not.toContain(secretKey);
    expect(error?.detail).not.toContain(secretKey);
  });

  test("with an error status is moderation where its words say so, else asked for again", async () => {
    const unsafe = { status: 503, json: { status: "Refused", why: { code: "unsafe" } } };
    const refused = await run([ok({ id: "7" }), unsafe]);
    expect(refused.error?.code).toBe("moderation_blocked");
    expect(refused.asked).toHaveLength(2);
    const credentials = await run([ok({ id: "7" }), { status: 401, json: { detail: "no" } }]);
    expect(credentials.error?.code).toBe("upstream_failed");
    expect(credentials.asked).toHaveLength(2);
  });
});

describe("a result at another address", () => {
  const elsewhere: Partial<JobRules> = { resultAt: ["out"] };

  test("is fetched from where the state or the submission says", async () => {
    const state = await run(
      [ok({ id: "7" }), ok({ status: "Ready", out: "{{base}}/out/7" }), ok({ x: 1 })],
      elsewhere,
    );
    expect(state.finished?.result.json).toEqual({ x: 1 });
    const accepted = await run(
      [ok({ id: "7", out: "{{base}}/out/7" }), ok({ status: "Ready" }), null, ok({ x: 1 })],
      elsewhere,
    );
    expect(accepted.asked.slice(2)).toEqual(["GET /out/7", "GET /out/7"]);
  });

  test("may be the refusal", async () => {
    const why = { status: 422, json: { why: { code: "unsafe_prompt", text: "No." } } };
    const { error } = await run(
      [ok({ id: "7", out: "{{base}}/out/7" }), ok({ status: "Ready" }), why],
      elsewhere,
    );
    expect(error).toMatchObject({ code: "moderation_blocked", message: "No." });
  });

  test("is not fetched from a stranger", async () => {
    const { error } = await run(
      [ok({ id: "7" }), ok({ status: "Ready", out: "https://stranger.example/" })],
      elsewhere,
    );
    expect(error?.code).toBe("upstream_bad_answer");
  });
});
