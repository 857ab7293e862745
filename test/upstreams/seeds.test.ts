import { describe, expect, test } from "vitest";
import { parseEvents } from "../support/events.ts";
import type { TestGateway } from "../support/gateway.ts";
import {
  type Answered,
  ask as askFor,
  type Came,
  closeAfterEach,
  gatewayWith,
  png,
  type Told,
  upstream,
} from "./world.ts";

closeAfterEach();

const picture = (await png()).toString("base64");

/** An answer of the web UI's API; some servers say in `info` what they did, stable-diffusion.cpp says nothing. */
function drawn({ json, path }: Came, info: (seed: number, n: number) => unknown = () => ""): Told {
  if (path.startsWith("/sdapi/v1/samplers")) return { body: [{ name: "Euler a" }] };
  const n = Number(json.batch_size);
  const said = info(Number(json.seed), n);
  return {
    body: {
      images: Array.from({ length: n }, () => picture),
      info: typeof said === "string" ? said : JSON.stringify(said),
    },
  };
}

function webUi(url: string, settings: object = {}): Record<string, unknown> {
  return {
    id: "one",
    provider: "automatic1111",
    settings: { base_url: url, ...settings },
    models: [
      {
        name: "m",
        card: {
          operations: ["generation"],
          n: 2,
          sizes: ["64x48"],
          parameters: ["seed"],
          streaming: true,
          price: "free",
        },
      },
    ],
  };
}

function openAi(url: string, settings: object = {}): Record<string, unknown> {
  return {
    id: "one",
    provider: "openai-compatible",
    settings: { base_url: url, ...settings },
    models: ["m"],
  };
}

const imaged = { body: { created: 1, data: [{ b64_json: picture }] } };

const ask = (gateway: TestGateway, more: object = {}): Promise<Answered> =>
  askFor(gateway, { model: "m", prompt: "a boat", size: "64x48", ...more });

const seedsOf = (answer: Answered): number[] =>
  (answer.headers.get("x-pinhole-seed") ?? "").split(",").map(Number);

const sentTo = (came: readonly Came[]): number[] =>
  came.map(({ json }) => Number(json.seed)).toSorted((a, b) => a - b);

describe("a server that would draw a seed from its clock", () => {
  test.each([[undefined], [-1]])(
    "gets one of ours for seed %j, another for each call",
    async (seed) => {
      const server = await upstream((came) => drawn(came));
      const gateway = await gatewayWith([webUi(server.url)]);
      const answer = await ask(gateway, { n: 4, ...(seed === undefined ? {} : { seed }) });
      expect(answer.status).toBe(200);
      const told = seedsOf(answer);
      const [first = Number.NaN] = told;
      expect(told).toEqual([first, first + 1, first + 2, first + 3]);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(first + 3).toBeLessThan(2 ** 31);
      // Two pictures a call, which the server makes with its seed and the next one.
      expect(sentTo(server.came)).toEqual([first, first + 2]);
      const again = await ask(gateway, { n: 1, prompt: "another boat" });
      expect(seedsOf(again)).not.toEqual([first]);
    },
  );

  test("gets the client's, one higher for each picture, and the record has them", async () => {
    const server = await upstream((came) => drawn(came));
    const gateway = await gatewayWith([webUi(server.url)]);
    const answer = await ask(gateway, { n: 3, seed: 7 });
    expect(answer.headers.get("x-pinhole-seed")).toBe("7,8,9");
    expect(sentTo(server.came)).toEqual([7, 9]);
    const id = answer.headers.get("x-request-id") ?? "";
    const fetched = await fetch(`${gateway.url}/v1/images/requests/${id}`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    });
    expect(fetched.headers.get("x-pinhole-seed")).toBe("7,8,9");
  });

  test("is believed where it says which seeds it used", async () => {
    const server = await upstream((came) =>
      drawn(came, () => ({ seed: 1234, all_seeds: [1234, 99] })),
    );
    const gateway = await gatewayWith([webUi(server.url)]);
    expect((await ask(gateway, { n: 2, seed: 7 })).headers.get("x-pinhole-seed")).toBe("1234,99");
  });

  test("tells a stream's client with each picture", async () => {
    const server = await upstream((came) => drawn(came));
    const gateway = await gatewayWith([webUi(server.url)]);
    const answer = await ask(gateway, { n: 2, seed: 7, stream: true });
    const seeds = parseEvents(answer.text).map(({ data }) => data.pinhole);
    expect(seeds).toMatchObject([{ seed: "7" }, { seed: "8" }]);
  });
});

describe("a server of OpenAI's API", () => {
  test("is sent no seed where none was given, and a client's for each call, which is told", async () => {
    const server = await upstream(() => imaged);
    const gateway = await gatewayWith([openAi(server.url, { images_per_call: 1 })]);
    const free = await ask(gateway, { n: 2 });
    expect(server.came.map(({ json }) => "seed" in json)).toEqual([false, false]);
    expect(free.headers.has("x-pinhole-seed")).toBe(false);
    server.came.length = 0;
    const given = await ask(gateway, { n: 3, seed: 7 });
    expect(sentTo(server.came)).toEqual([7, 8, 9]);
    expect(given.headers.get("x-pinhole-seed")).toBe("7,8,9");
  });

  test("is sent -1, its word for any seed, as it is for each call, and nothing is told", async () => {
    const server = await upstream(() => imaged);
    const gateway = await gatewayWith([openAi(server.url, { images_per_call: 1 })]);
    const answer = await ask(gateway, { n: 3, seed: -1 });
    expect(sentTo(server.came)).toEqual([-1, -1, -1]);
    expect(answer.headers.has("x-pinhole-seed")).toBe(false);
  });

  test("has the seed told also where its answer is relayed", async () => {
    const server = await upstream(() => imaged);
    const gateway = await gatewayWith([openAi(server.url)]);
    const answer = await ask(gateway, { seed: 7, response_format: "b64_json" });
    expect(answer.headers.has("x-pinhole-cost")).toBe(false);
    expect(answer.headers.get("x-pinhole-seed")).toBe("7");
  });

  test("that made several pictures in one call has not said how they were seeded", async () => {
    const server = await upstream(() => ({
      body: { created: 1, data: [{ b64_json: picture }, { b64_json: picture }] },
    }));
    const gateway = await gatewayWith([openAi(server.url)]);
    const answer = await ask(gateway, { n: 2, seed: 7 });
    expect(answer.headers.has("x-pinhole-seed")).toBe(false);
  });
});

describe("a part of the request that a server ignores is told", () => {
  const withSampler = (sampler: string): object => ({
    provider_options: { automatic1111: { sampler } },
  });

  test.each([
    ["its answer names another one", "DPM++ 2M", (): unknown => ({ sampler_name: "Euler a" })],
    ["its answer names none and its list does not have it", "nope", (): unknown => ""],
  ])("a sampler, where %s", async (_what, sampler, info) => {
    const server = await upstream((came) => drawn(came, info));
    const gateway = await gatewayWith([webUi(server.url)]);
    const answer = await ask(gateway, withSampler(sampler));
    expect(answer.status).toBe(200);
    expect(answer.warnings).toMatchObject([{ param: "sampler" }]);
  });

  test.each([
    ["euler_a", (): unknown => ""],
    ["Euler a", (): unknown => ({ sampler_name: "Euler a" })],
    ["DPM++ 2M Karras", (): unknown => ({ sampler_name: "DPM++ 2M" })],
  ])("%s was used", async (sampler, info) => {
    const server = await upstream((came) => drawn(came, info));
    const gateway = await gatewayWith([webUi(server.url)]);
    expect((await ask(gateway, withSampler(sampler))).warnings).toEqual([]);
  });

  test("a sampler is no fault of a server that lists none", async () => {
    const server = await upstream((came) =>
      came.path.startsWith("/sdapi/v1/samplers") ? { status: 404, body: {} } : drawn(came),
    );
    const gateway = await gatewayWith([webUi(server.url)]);
    const answer = await ask(gateway, withSampler("nope"));
    expect([answer.status, answer.warnings]).toEqual([200, []]);
  });

  test("previews, by the stream's last event", async () => {
    const server = await upstream((came) =>
      came.path.startsWith("/sdapi/v1/progress") ? { status: 404, body: {} } : drawn(came),
    );
    const gateway = await gatewayWith([webUi(server.url)]);
    const answer = await ask(gateway, { stream: true, partial_images: 2 });
    const [completed] = parseEvents(answer.text);
    expect(completed?.data.pinhole).toMatchObject({ warnings: [{ param: "partial_images" }] });
  });
});

test("the sandbox paints equal requests differently, each again by its seed", async () => {
  const gateway = await gatewayWith([{ id: "one", provider: "sandbox", models: ["sandbox"] }]);
  const paint = async (more: object = {}): Promise<readonly [seeds: string, pictures: unknown]> => {
    const asked = { model: "sandbox", prompt: "a boat", size: "64x64", quality: "low", n: 5 };
    const form = { response_format: "b64_json" };
    const { headers, data } = await askFor(gateway, { ...asked, ...form, ...more });
    return [headers.get("x-pinhole-seed") ?? "", data];
  };
  const [seeds, first] = await paint();
  const [, second] = await paint();
  expect(second).not.toEqual(first);
  expect(new Set(seeds.split(",")).size).toBe(5);
  const [told, again] = await paint({ seed: Number(seeds.split(",")[0]) });
  expect([told, again]).toEqual([seeds, first]);
});
