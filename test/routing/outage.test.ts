import { afterEach, expect, test } from "vitest";
import { postJson, startTestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { samplePng } from "../support/pictures.ts";

/** T11: an outage of one of three channels (RELIABILITY §9). */
const requests = 240;
const atOnce = 6;
/** The seed of everything that fails at random. */
const seed = 20_261_122;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function seededRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Fault = "busy" | "broken" | "silent";

/** An upstream of which a share of requests meets a fault. Silent: no answer for longer than the channel waits. */
async function upstream(share: number, fault: Fault, picture: string): Promise<MockOpenAi> {
  const random = seededRandom(seed);
  const isFaulty = new WeakMap<object, boolean>();
  const mock = await startMockOpenAi(
    (request) =>
      isFaulty.get(request) === true
        ? {
            status: fault === "busy" ? 503 : 500,
            body: JSON.stringify({ error: { message: "no" } }),
          }
        : { status: 200, body: JSON.stringify({ created: 1, data: [{ b64_json: picture }] }) },
    async (request) => {
      isFaulty.set(request, random() < share);
      if (fault === "silent" && isFaulty.get(request) === true) {
        await new Promise((resolve) => setTimeout(resolve, 5000).unref());
      }
    },
  );
  opened.push(mock);
  return mock;
}

test.each([
  ["always refuses", 1, "busy"],
  ["refuses half of them", 0.5, "busy"],
  ["always fails", 1, "broken"],
  ["fails half of them", 0.5, "broken"],
  ["is too slow", 1, "silent"],
] as const)(
  "one channel of three %s: every request is served, with at most a tenth more calls",
  async (_name, share, fault) => {
    const picture = (await samplePng(16, 16)).toString("base64");
    const mocks = [
      await upstream(share, fault, picture),
      await upstream(0, fault, picture),
      await upstream(0, fault, picture),
    ];
    const gateway = await startTestGateway({
      channels: mocks.map((mock, index) => ({
        id: `c${index}`,
        provider: "openai-compatible",
        settings: { base_url: mock.url, api_key: "k" },
        models: ["any"],
        // What failed after sending may be tried elsewhere only where the operator says so.
        retry_unknown: true,
        // Where nobody is silent nothing may come too late, however busy the machine is.
        timeout: { first_byte: fault === "silent" ? "1s" : "30s" },
      })),
    });
    opened.push(gateway);
    let left = requests;
    let served = 0;
    const client = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const response = await postJson(gateway, "/v1/images/generations", {
          model: "any",
          prompt: "a fox",
          response_format: "b64_json",
        });
        if (response.status === 200) served += 1;
        await response.arrayBuffer();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, client));
    const calls = mocks.reduce((sum, mock) => sum + mock.seen.length, 0);
    expect(served / requests).toBeGreaterThanOrEqual(0.999);
    expect(calls / requests).toBeLessThanOrEqual(1.1);
    // The faulty one is left alone, the others share its part.
    expect(mocks[0]?.seen.length).toBeLessThan(requests / 6);
  },
  60_000,
);
