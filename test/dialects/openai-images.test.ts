import { describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import type { BaseSettings, ProviderEvent } from "../../src/core/provider.ts";
import type { FittedRequest } from "../../src/core/request.ts";
import { EncodedPicture } from "../../src/core/wire.ts";
import { openaiImages } from "../../src/dialects/openai-images/index.ts";
import { readOpenAiError } from "../../src/dialects/openai-images/errors.ts";
import { openaiImagesQuirks } from "../../src/dialects/openai-images/quirks.ts";
import { failed, fakePicture, type FakeTools, fakeTools, fittedRequest } from "./fake-tools.ts";

interface Run {
  readonly quirks?: object;
  readonly request?: Partial<FittedRequest>;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** The events of one call up to its end, and what it ended in. */
async function run(tools: FakeTools, { quirks = {}, request = {}, options = {} }: Run = {}) {
  const dialect = openaiImages<BaseSettings>({ quirks: () => openaiImagesQuirks.parse(quirks) });
  const events: ProviderEvent[] = [];
  try {
    const input = {
      ...tools,
      request: fittedRequest(request),
      model: "m",
      card: undefined,
      settings: { base_url: "https://images.example/v1" },
      options,
    };
    for await (const event of dialect.generate(input)) events.push(event);
    return { events, thrown: undefined };
  } catch (thrown) {
    return { events, thrown };
  }
}

const answered = (data: unknown, more: object = {}) => fakeTools([{ json: { data, ...more } }]);

describe("reading an answer", () => {
  test("what could be fetched is reported before the failed download is", async () => {
    const failure = failed("upstream_timeout");
    const kept = fakePicture(7);
    const tools = fakeTools(
      [{ json: { data: [{ url: "https://a.example/1" }, { url: "https://a.example/2" }] } }],
      (url) => {
        if (url.endsWith("1")) throw failure;
        return kept;
      },
    );
    const { events, thrown } = await run(tools, { request: { n: 2 } });
    expect(events).toMatchObject([{ picture: kept, index: 0 }]);
    expect(thrown).toBe(failure);
  });

  test("usage counts even where no picture came", async () => {
    const { events, thrown } = await run(answered([], { usage: { input_tokens: 4 } }));
    expect(events).toEqual([
      {
        usage: {
          input_tokens: 4,
          output_tokens: 0,
          total_tokens: 4,
          input_tokens_details: { text_tokens: 0, image_tokens: 0 },
        },
      },
    ]);
    expect(thrown).toMatchObject({ code: "upstream_bad_answer" });
  });

  test("an unreadable usage does not cost the picture", async () => {
    const picture = fakePicture();
    const { events, thrown } = await run(answered([{ b64_json: picture }], { usage: "none" }));
    expect(thrown).toBeUndefined();
    expect(events).toMatchObject([{ picture }]);
  });

  test.each([
    null,
    "text",
    5,
    [],
    { data: "x" },
    { data: [null, { b64_json: "" }, { url: "pending" }] },
  ])("%j has no picture", async (json) => {
    const { events, thrown } = await run(fakeTools([{ json }]));
    expect(events).toEqual([]);
    expect(thrown).toMatchObject({ code: "upstream_bad_answer" });
  });

  test("more than nine pictures stay in the answer's order", async () => {
    const pictures = Array.from({ length: 12 }, (_, index) => fakePicture(index + 1));
    const tools = answered(pictures.map((picture) => ({ b64_json: picture })));
    const { events } = await run(tools, { request: { n: 12 } });
    expect(events.map((event) => ("picture" in event ? event.picture : undefined))).toEqual(
      pictures,
    );
  });
});

describe("writing a request", () => {
  const made = () => answered([{ b64_json: fakePicture() }]);

  test("pictures among the further fields are written as pictures", async () => {
    const tools = made();
    const picture = fakePicture();
    await run(tools, { request: { more: { style_image: picture, list: [{ deep: picture }] } } });
    expect(tools.calls[0]?.json).toMatchObject({
      style_image: new EncodedPicture(picture, "data_url"),
      list: [{ deep: new EncodedPicture(picture, "data_url") }],
    });
    const form = made();
    await run(form, {
      request: { operation: "edit", images: [picture], more: { markup: picture } },
    });
    expect(form.calls[0]?.form).toContainEqual({ name: "markup", value: picture });
  });

  test("a fixed field never stands in for n, whatever n is called", async () => {
    const tools = made();
    await run(tools, { quirks: { n_parameter: "count", fixed: { count: 8 } }, request: { n: 2 } });
    expect(tools.calls[0]?.json).toMatchObject({ count: 2 });
  });

  test.each(["model", "n", "size", "prompt", "stream", "response_format", "batch_size", "width"])(
    "%s cannot come in by provider_options or as an unknown field",
    async (name) => {
      for (const way of [{ options: { [name]: 9 } }, { request: { more: { [name]: 9 } } }]) {
        const tools = made();
        const { thrown } = await run(tools, way);
        expect(thrown).toMatchObject({ code: "unsupported_parameter", param: name });
        expect(tools.calls).toEqual([]);
      }
    },
  );

  test("the same field twice is refused instead of one of them being lost", async () => {
    const { thrown } = await run(made(), {
      request: { quality: "high" },
      options: { quality: "low" },
    });
    expect(thrown).toBeInstanceOf(PinholeError);
    expect(thrown).toMatchObject({ code: "unsupported_parameter", param: "quality" });
  });

  test("a server without sizes gets none: auto is left out, another size is refused", async () => {
    const quirks = { fields: ["seed"] };
    const tools = made();
    await run(tools, { quirks, request: { size: "auto" } });
    expect(tools.calls[0]?.json).not.toHaveProperty("size");
    const { thrown } = await run(made(), { quirks, request: { size: { width: 64, height: 64 } } });
    expect(thrown).toMatchObject({ code: "unsupported_parameter", param: "size" });
  });
});

test("an error that says nothing of its own is left to the status", () => {
  const error = { status: 500, headers: {}, text: "" };
  for (const json of [undefined, null, [], "", {}, { error: null }, { detail: [] }])
    expect(readOpenAiError({ ...error, json })).toBeUndefined();
});
