import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startTestGateway, type TestGateway, testKey } from "../support/gateway.ts";
import { type Joined, join } from "../support/people.ts";
import { type Predictions, startPredictions } from "../support/predictions.ts";
import { waitFor } from "../support/wait-for.ts";

let upstream: Predictions;
let gateway: TestGateway;
let ada: Joined;
beforeAll(async () => {
  upstream = await startPredictions();
  const card = { operations: ["generation"], formats: ["png"] };
  const price = { per_image_usd: 0.02 };
  gateway = await startTestGateway({
    channels: [
      {
        id: "press",
        provider: "replicate",
        settings: { base_url: upstream.url, api_token: "r8_test", prefer_wait_seconds: 0 },
        models: [
          { name: "print", upstream: "acme/painter", card, price },
          { name: "relief", upstream: "acme/painter", card, price },
        ],
        limits: { concurrency: 1 },
      },
      {
        id: "attic",
        provider: "replicate",
        // Nothing listens there.
        settings: { base_url: "http://127.0.0.1:1", api_token: "r8_test" },
        models: [{ name: "relief", upstream: "acme/painter", card, price }],
        priority: 10,
      },
    ],
  });
  ada = await join(gateway, { login: "ada@example.com", role: "key_holder" });
});
/** A gateway and its upstream share two slow cores in CI. */
vi.setConfig({ testTimeout: 90_000 });
afterAll(async () => {
  await gateway.close();
  await upstream.stop();
});
beforeEach(() => {
  upstream.course = "starting";
});

interface Told {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const pathOf = (id: string): string => `/console/v1/images/generations/${id}`;

async function begin(prompt: string, model = "print"): Promise<string> {
  const asked = { model, prompt };
  const { status, body } = await ada.ask("POST", "/console/v1/images/generations", asked);
  expect(status).toBe(202);
  return String(body["request_id"]);
}

/** Follows a generation until its end, an event of this name, or this very event. */
async function follow(id: string, until?: string | Told): Promise<Told[]> {
  const leave = new AbortController();
  const { body } = await fetch(`${gateway.url}${pathOf(id)}/events`, {
    headers: { cookie: ada.cookie },
    signal: leave.signal,
  });
  if (body === null) throw new Error("the events have no body");
  let text = "";
  const told = (): Told[] =>
    [...text.matchAll(/^event: (\w+)\n(?:id: \d+\n)?data: (.*)$/gm)].map(
      ([, name = "", data = ""]) => ({
        name,
        // Events have objects.
        data: JSON.parse(data) as Told["data"],
      }),
    );
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (
      until !== undefined &&
      told().some((one) => one.name === until || isDeepStrictEqual(one, until))
    )
      break;
  }
  leave.abort();
  return told();
}

const namesOf = (told: readonly Told[]): string[] => told.map(({ name }) => name);

async function recorded(id: string) {
  const answer = await fetch(`${gateway.url}/admin/v1/requests/${id}`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  return (await answer.json()) as {
    readonly state: string;
    readonly cost_usd: string | null;
    readonly error: { readonly code: string; readonly message: string };
    readonly attempts: readonly { readonly evidence: string; readonly provider_usd: string }[];
  };
}

test.each([
  ["starting", "refused", "0", undefined, "nothing was billed"],
  ["processing", "unknown", null, "unknown", "it may have been billed"],
] as const)(
  "what is stopped while it is %s is canceled upstream, and the outcome says what is billed",
  async (status, evidence, providerUsd, billed, words) => {
    upstream.course = status;
    const before = upstream.canceled.length;
    const id = await begin(`A mill, ${status}`);
    await follow(id, "cancellable");
    expect((await ada.ask("DELETE", pathOf(id))).body).toEqual({ stopped: true });
    const told = await follow(id);
    expect(namesOf(told)).toEqual([
      "accepted",
      "chosen",
      "cancellable",
      "stopped",
      "failed_over",
      "error",
    ]);
    expect(told.at(-1)?.data).toMatchObject({ code: "request_stopped" });
    expect(told.at(-1)?.data["billed"]).toBe(billed);
    expect(upstream.canceled.slice(before)).toEqual([`made${upstream.made}`]);
    const record = await waitFor(async () => {
      const found = await recorded(id);
      expect(found.state).not.toBe("running");
      return found;
    });
    expect(record).toMatchObject({ state: "failed", error: { code: "request_stopped" } });
    expect(record.error.message).toContain(words);
    expect(record.attempts).toMatchObject([{ evidence, provider_usd: providerUsd }]);
    // A channel that did as it was told is healthy: the next request goes there.
    upstream.course = "succeeded";
    expect(namesOf(await follow(await begin(`Another mill, ${status}`)))).toContain("done");
  },
);

test("what is done by the time that it is stopped comes all the same, and is charged", async () => {
  upstream.course = "done_at_cancel";
  const before = upstream.canceled.length;
  const id = await begin("A weir");
  await follow(id, "cancellable");
  await ada.ask("DELETE", pathOf(id));
  const told = await follow(id);
  expect(namesOf(told).slice(-3)).toEqual(["picture", "cost", "done"]);
  expect(told.at(-2)?.data).toEqual({ state: "priced", usd: "0.02" });
  expect(upstream.canceled).toHaveLength(before + 1);
});

test("one that the upstream has not told of yet is canceled as soon as it has", async () => {
  const release = upstream.hold();
  const before = upstream.made;
  const id = await begin("A lock");
  await waitFor(() => expect(upstream.made).toBe(before + 1));
  await ada.ask("DELETE", pathOf(id));
  expect(upstream.canceled).not.toContain(`made${before + 1}`);
  release();
  expect(namesOf(await follow(id)).at(-1)).toBe("error");
  expect(upstream.canceled).toContain(`made${before + 1}`);
});

test("one that waits for its turn is stopped at once, and no upstream hears of it", async () => {
  const first = await begin("A quay");
  await follow(first, "cancellable");
  const before = upstream.made;
  const second = await begin("A pier");
  await follow(second, "queued");
  await ada.ask("DELETE", pathOf(second));
  const told = await follow(second);
  expect(namesOf(told)).toEqual(["accepted", "queued", "stopped", "error"]);
  expect(told.at(-1)?.data["message"]).toBe(
    "The request was stopped before anything was attempted; nothing was billed.",
  );
  upstream.course = "succeeded";
  expect(namesOf(await follow(first)).at(-1)).toBe("done");
  expect(upstream.made).toBe(before);
});

test("those that wait in line are told their places, again when these change, and no more once it is their turn", async () => {
  const queued = (place: number): Told => ({ name: "queued", data: { place } });
  const first = await begin("A dam");
  await follow(first, "cancellable");
  const second = await begin("A ferry");
  await follow(second, queued(1));
  const third = await begin("A ford");
  await follow(third, queued(2));
  const release = upstream.hold();
  upstream.course = "succeeded";
  expect(namesOf(await follow(first))).not.toContain("queued");
  // The second has the channel's only place, until it is let go.
  await follow(third, queued(1));
  release();
  const places = (told: readonly Told[]) => told.filter(({ name }) => name === "queued");
  const ofSecond = await follow(second);
  expect(namesOf(ofSecond).slice(0, 3)).toEqual(["accepted", "queued", "chosen"]);
  expect(places(ofSecond)).toEqual([queued(1)]);
  const ofThird = await follow(third);
  expect(namesOf(ofThird).slice(0, 4)).toEqual(["accepted", "queued", "queued", "chosen"]);
  expect(places(ofThird)).toEqual([queued(2), queued(1)]);
  expect(namesOf(ofThird).at(-1)).toBe("done");
});

test("one that has failed over is told its place in the next channel's line", async () => {
  const first = await begin("A mole");
  await follow(first, "cancellable");
  const second = await begin("A jetty", "relief");
  await follow(second, { name: "queued", data: { place: 1 } });
  upstream.course = "succeeded";
  expect(namesOf(await follow(first)).at(-1)).toBe("done");
  const told = namesOf(await follow(second));
  expect(told.slice(0, 5)).toEqual(["accepted", "chosen", "failed_over", "queued", "chosen"]);
  expect(told.at(-1)).toBe("done");
});

test("a client that goes away cancels nothing: its picture is made, kept and found", async () => {
  const before = upstream.canceled.length;
  const made = upstream.made;
  const leave = new AbortController();
  const asked = fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${testKey}`,
      "content-type": "application/json",
      "x-request-id": "left-behind",
    },
    body: JSON.stringify({ model: "print", prompt: "A barge" }),
    signal: leave.signal,
  });
  await waitFor(() => expect(upstream.made).toBe(made + 1));
  leave.abort();
  await expect(asked).rejects.toThrow(/abort/i);
  const found = async (status: number) => {
    const answer = await fetch(`${gateway.url}/v1/images/requests/left-behind`, {
      headers: { authorization: `Bearer ${testKey}` },
    });
    expect(answer.status).toBe(status);
    return answer.json();
  };
  await waitFor(() => found(202));
  upstream.course = "succeeded";
  expect(await waitFor(() => found(200))).toMatchObject({ data: [{}] });
  expect(upstream.canceled).toHaveLength(before);
});
