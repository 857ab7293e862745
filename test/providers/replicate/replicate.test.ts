import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ErrorCode } from "../../../src/core/errors.ts";
import type { Provider } from "../../../src/core/provider.ts";
import type { FittedRequest } from "../../../src/core/request.ts";
import { EncodedPicture } from "../../../src/core/wire.ts";
import replicate from "../../../src/providers/replicate/index.ts";
import {
  errorOf,
  eventsOf,
  failed,
  fakePicture,
  fakeTools,
  fittedRequest,
  type Step,
} from "../../dialects/fake-tools.ts";

const api = "https://api.replicate.com/v1";
const link = (index: number): string => `https://replicate.delivery/x/${index}.png`;
const prediction = (fields: Record<string, unknown>): Step => ({
  json: { id: "q7w8", urls: { get: `${api}/predictions/q7w8` }, error: null, ...fields },
});
const running = prediction({ status: "processing" });
const done = prediction({ status: "succeeded", output: link(0) });

interface Call {
  readonly model?: string;
  readonly request?: Partial<FittedRequest>;
  readonly settings?: Record<string, unknown>;
  readonly options?: Record<string, unknown>;
  readonly steps?: readonly Step[];
}

function run(call: Call, provider: Provider = replicate) {
  const tools = fakeTools(call.steps ?? [done]);
  const events = eventsOf(
    provider.generate({
      ...tools,
      request: fittedRequest(call.request),
      model: call.model ?? "black-forest-labs/flux-schnell",
      card: undefined,
      settings: provider.settings.parse({ api_token: "r8_secret", ...call.settings }),
      options: provider.options.parse(call.options ?? {}),
    }),
  );
  const sent = async (): Promise<{
    url: string;
    version?: string | undefined;
    input: Record<string, unknown>;
  }> => {
    await events;
    const last = tools.calls.findLast((one) => one.json !== undefined);
    const body = z
      .object({ version: z.string().optional(), input: z.record(z.string(), z.unknown()) })
      .parse(last?.json);
    return { url: last?.url ?? "", ...body };
  };
  return { tools, events, sent };
}

describe("where a prediction is made", () => {
  test.each([
    ["acme/painter", "/models/acme/painter/predictions", undefined],
    ["acme/painter:v2", "/predictions", "v2"],
    ["f".repeat(64), "/predictions", "f".repeat(64)],
    ["deployments/acme/fast", "/deployments/acme/fast/predictions", undefined],
  ])("%s", async (model, url, version) => {
    const sent = await run({ model }).sent();
    expect([sent.url, sent.version]).toEqual([url, version]);
  });

  test.each(["painter", "a/b/c", "acme/../files", "acme/pain ter", "acme/a:b:c", "/x", ""])(
    "%j is no model's name and nothing is sent",
    async (model) => {
      const call = run({ model });
      expect((await errorOf(call.events)).code).toBe("upstream_model_missing");
      expect(call.tools.calls).toEqual([]);
    },
  );
});

describe("polling", () => {
  test("an answer that is done is not polled", async () => {
    const call = run({});
    expect(await call.events).toHaveLength(1);
    expect(call.tools.calls).toHaveLength(1);
    expect(call.tools.calls[0]?.headers).toEqual({ prefer: "wait=10", "cancel-after": "300s" });
  });

  test("no wait is asked for where the operator wants none", async () => {
    const call = run({ settings: { prefer_wait_seconds: 0, cancel_after_seconds: 900 } });
    await call.events;
    expect(call.tools.calls[0]?.headers).toEqual({ "cancel-after": "900s" });
  });

  test("a running one is read at its own address until it is done, and made once", async () => {
    const starting = prediction({ status: "starting" });
    const novel = prediction({ status: "warming" });
    const call = run({
      steps: [starting, running, novel, { error: failed("upstream_failed") }, done],
    });
    // Its id comes first: it can be taken back from then on.
    expect(await call.events).toMatchObject([{ job: "q7w8" }, { index: 0 }]);
    expect(call.tools.calls.slice(1).map((one) => one.url)).toEqual(
      Array<string>(4).fill(`${api}/predictions/q7w8`),
    );
    expect(call.tools.calls.filter((one) => one.json !== undefined)).toHaveLength(1);
  });

  test.each([[{ get: "https://evil.example/v1/predictions/q7w8" }], [{}], [null]])(
    "with urls %j it is read below base_url, so the token follows no foreign link",
    async (urls) => {
      const call = run({ steps: [prediction({ status: "starting", urls }), done] });
      await call.events;
      expect(call.tools.calls[1]?.url).toBe("/predictions/q7w8");
    },
  );

  test("without an address or a usable id the outcome is unknown", async () => {
    const lost = prediction({ status: "starting", id: "../files", urls: null });
    const call = run({ steps: [lost, done] });
    expect((await errorOf(call.events)).code).toBe("upstream_bad_answer");
    expect(call.tools.calls).toHaveLength(1);
  });

  test("a poll that finds nothing does not free the request for another target", async () => {
    const missing = Array.from({ length: 5 }, (): Step => ({
      error: failed("upstream_model_missing"),
    }));
    expect((await errorOf(run({ steps: [running, ...missing] }).events)).code).toBe(
      "upstream_failed",
    );
  });
});

describe("how a prediction may end", () => {
  test.each<[Record<string, unknown>, ErrorCode]>([
    [{ status: "failed", error: "NSFW content detected" }, "moderation_blocked"],
    [{ status: "failed", error: "flagged as sensitive. (E005)" }, "moderation_blocked"],
    [{ status: "failed", error: { detail: "violates our Content Policy" } }, "moderation_blocked"],
    [{ status: "failed", error: "safety_tolerance must be at most 5" }, "upstream_failed"],
    [{ status: "failed", error: "worker e0051 died" }, "upstream_failed"],
    [{ status: "failed", error: null }, "upstream_failed"],
    [{ status: "aborted" }, "upstream_refused"],
    [{ status: "canceled" }, "upstream_failed"],
    [{ status: "succeeded", output: null }, "upstream_bad_answer"],
    [{ status: "succeeded", output: "a caption" }, "upstream_bad_answer"],
    [{ status: "succeeded", output: [{ text: "a caption" }] }, "upstream_bad_answer"],
    [{}, "upstream_bad_answer"],
  ])("%j is %s", async (fields, code) => {
    expect((await errorOf(run({ steps: [prediction(fields)] }).events)).code).toBe(code);
    expect(
      (
        await errorOf(
          run({
            steps: [
              running,
              prediction(fields),
              prediction(fields),
              prediction(fields),
              prediction(fields),
              prediction(fields),
            ],
          }).events,
        )
      ).code,
    ).toBe(code);
  });

  test("the operator's own words decide about moderation", async () => {
    const step = prediction({ status: "failed", error: "blocked: (policy)" });
    const words = { moderation_words: ["(policy)"] };
    expect((await errorOf(run({ steps: [step], settings: words }).events)).code).toBe(
      "moderation_blocked",
    );
  });
});

describe("outputs", () => {
  const lifted = fakePicture(3);

  test.each([
    [link(0), 1, 1],
    [[link(0), link(1)], 2, 2],
    [{ url: link(0) }, 1, 1],
    [{ images: [{ url: link(0) }, link(1)], seed: 4 }, 2, 2],
    [lifted, 0, 1],
    [[lifted, link(1)], 1, 2],
    [[link(0), link(1), link(2)], 2, 2],
  ])("%j", async (output, downloads, pictures) => {
    const call = run({ request: { n: 2 }, steps: [prediction({ status: "succeeded", output })] });
    expect(await call.events).toHaveLength(pictures);
    expect(call.tools.downloads).toHaveLength(downloads);
  });

  test("what could be fetched is given before the failure of the rest, which is an unknown outcome", async () => {
    const tools = fakeTools(
      [prediction({ status: "succeeded", output: [link(0), link(1)] })],
      (url) => {
        if (url === link(0)) throw failed("upstream_unreachable");
        return lifted;
      },
    );
    const generated = replicate.generate({
      ...tools,
      request: fittedRequest({ n: 2 }),
      model: "acme/painter",
      card: undefined,
      settings: replicate.settings.parse({
        api_token: "r8_secret",
        inputs: { "acme/painter": { count: "num_outputs" } },
      }),
      options: {},
    });
    expect((await generated.next()).value).toEqual({ picture: lifted, index: 0 });
    expect((await errorOf(generated.next())).code).toBe("upstream_failed");
  });
});

describe("the input", () => {
  test("a caller's own fields go along, but not those that are billed or forbidden", async () => {
    const free = { options: { input: { go_fast: true } } };
    expect((await run(free).sent()).input).toMatchObject({
      go_fast: true,
      prompt: "a paper crane",
    });
    for (const name of ["num_outputs", "megapixels", "width", "prompt", "disable_safety_checker"]) {
      const call = run({ options: { input: { [name]: 1 } } });
      const error = await errorOf(call.events);
      expect([error.code, error.param]).toEqual([
        "invalid_value",
        `provider_options.replicate.input.${name}`,
      ]);
      expect(call.tools.calls).toEqual([]);
    }
  });

  test("the operator describes any model, and may replace what is built in", async () => {
    const shape = {
      prompt: "text",
      size: { word: "dimensions", separator: "*" },
      count: "how_many",
      format: { field: "ext", words: { jpeg: "JPG" } },
      compression: "q",
      renames: { seed: "random_seed", quality: "effort" },
      always: { safety: true },
    };
    const request = {
      n: 2,
      size: { width: 640, height: 480 },
      quality: "high",
      output_format: "jpeg",
      output_compression: 70,
      more: { seed: 5 },
    } as const;
    for (const model of ["acme/painter", "acme/painter:v1", "black-forest-labs/flux-2-pro"]) {
      const name = model.replace(":v1", "");
      const sent = await run({ model, request, settings: { inputs: { [name]: shape } } }).sent();
      expect(sent.input).toEqual({
        text: "a paper crane",
        dimensions: "640*480",
        how_many: 2,
        ext: "JPG",
        q: 70,
        random_seed: 5,
        effort: "high",
        safety: true,
      });
    }
  });

  test.each<[string, Partial<FittedRequest>]>([
    ["n", { n: 2 }],
    ["size", { size: { width: 512, height: 512 } }],
    ["image", { images: [fakePicture()] }],
    ["mask", { mask: fakePicture() }],
    ["output_format", { output_format: "png" }],
    ["output_compression", { output_compression: 50 }],
  ])("%s without a field for it is refused instead of dropped", async (param, request) => {
    const error = await errorOf(run({ model: "acme/painter", request }).events);
    expect([error.code, error.param]).toEqual(["unsupported_parameter", param]);
  });

  test("several images are a list, numbered fields, or refused", async () => {
    const images = [fakePicture(1), fakePicture(2), fakePicture(3)];
    const inputFor = (as: string) =>
      run({
        model: "acme/painter",
        request: { operation: "edit", images },
        settings: { inputs: { "acme/painter": { images: { field: "photo", as } } } },
      });
    expect(Object.keys((await inputFor("numbered").sent()).input)).toEqual([
      "prompt",
      "photo",
      "photo_2",
      "photo_3",
    ]);
    expect((await inputFor("list").sent()).input["photo"]).toHaveLength(3);
    expect((await errorOf(inputFor("single").events)).param).toBe("image");
  });

  test("pictures go inside up to the limit, counted together, and are uploaded above it", async () => {
    const shape = { images: { field: "photos", as: "list" }, mask: "mask" };
    const settings = { upload_above_bytes: 30, inputs: { "acme/painter": shape } };
    const small = {
      operation: "edit",
      images: [fakePicture(10), fakePicture(10)],
      mask: fakePicture(10),
    } as const;
    const inside = await run({ model: "acme/painter", request: small, settings }).sent();
    expect(inside.input["mask"]).toEqual(new EncodedPicture(small.mask, "data_url"));
    const large = { ...small, mask: fakePicture(11) };
    const file = (name: string): Step => ({ json: { urls: { get: `${api}/files/${name}` } } });
    const call = run({
      model: "acme/painter",
      request: large,
      settings,
      steps: [file("a"), file("b"), file("m"), done],
    });
    expect((await call.sent()).input).toMatchObject({
      photos: [`${api}/files/a`, `${api}/files/b`],
      mask: `${api}/files/m`,
    });
    expect(call.tools.calls[0]).toEqual({
      url: "/files",
      form: [{ name: "content", value: large.images[0] }],
    });
  });

  test("an upload without an address is refused before anything is made", async () => {
    const call = run({
      model: "black-forest-labs/flux-2-pro",
      request: { operation: "edit", images: [fakePicture()] },
      settings: { upload_above_bytes: 0 },
      steps: [{ json: {} }],
    });
    expect((await errorOf(call.events)).code).toBe("upstream_refused");
    expect(call.tools.calls).toHaveLength(1);
  });
});

describe("errors", () => {
  const read = (status: number, json: unknown) =>
    replicate.readError?.(
      { status, headers: {}, json, text: JSON.stringify(json) },
      { base_url: "https://example.com" },
    );

  test("a throttled call says when to come back", () => {
    const detail = "Request was throttled. Your rate limit resets in ~30s.";
    expect(read(429, { detail })).toMatchObject({
      code: "upstream_rate_limited",
      retryAfterSeconds: 30,
    });
    expect(read(429, { detail: "Slow down." })).toMatchObject({ code: "upstream_rate_limited" });
  });

  test.each<[number, unknown, ErrorCode]>([
    [
      422,
      { title: "Input validation failed", detail: "- input.seed: must be an integer" },
      "invalid_value",
    ],
    [422, { detail: "The prompt was flagged as sensitive." }, "moderation_blocked"],
    [401, { detail: "You did not pass a valid authentication token" }, "upstream_credentials"],
    [
      402,
      { title: "Insufficient credit", detail: "You have insufficient credit" },
      "upstream_credentials",
    ],
    [404, { detail: "The requested resource could not be found." }, "upstream_model_missing"],
  ])("%i %j is %s", (status, json, code) => {
    expect(read(status, json)).toMatchObject({ code });
  });
});
