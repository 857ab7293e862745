/** One request and what must come of it. `error` absent: 200. */
export interface FieldCase {
  readonly name: string;
  readonly path?: "generations" | "edits";
  readonly body: Record<string, unknown>;
  readonly error?: {
    readonly status?: number;
    readonly code: string;
    readonly param: string | null;
    /** Part of the message. */
    readonly says: string;
  };
}

const base = { prompt: "a fox", model: "gpt-image-2" };
const ok = (name: string, body: Record<string, unknown>): FieldCase => ({
  name,
  body: { ...base, ...body },
});
const bad = (
  name: string,
  body: Record<string, unknown>,
  code: string,
  param: string | null,
  says: string,
): FieldCase => ({ name, body: { ...base, ...body }, error: { code, param, says } });

/** `count` characters outside the basic plane: twice as many UTF-16 units, four times as many bytes. */
const wide = (count: number): string => "🦊".repeat(count);

const prompts: FieldCase[] = [
  ok("dall-e-2: 1,000 characters", { model: "dall-e-2", prompt: wide(1000) }),
  bad(
    "dall-e-2: 1,001 characters",
    { model: "dall-e-2", prompt: wide(1001) },
    "string_above_max_length",
    "prompt",
    "has 1001 characters; dall-e-2 takes at most 1000",
  ),
  ok("dall-e-3: 4,000 characters", { model: "dall-e-3", prompt: wide(4000) }),
  bad(
    "dall-e-3: 4,001 characters",
    { model: "dall-e-3", prompt: wide(4001) },
    "string_above_max_length",
    "prompt",
    "at most 4000",
  ),
  ok("gpt-image-2: 32,000 characters", { prompt: wide(32_000) }),
  bad(
    "gpt-image-2: 32,001 characters",
    { prompt: wide(32_001) },
    "string_above_max_length",
    "prompt",
    "at most 32000",
  ),
  bad(
    "empty prompt",
    { prompt: "" },
    "missing_required_parameter",
    "prompt",
    "`prompt` is required",
  ),
  bad(
    "null prompt",
    { prompt: null },
    "missing_required_parameter",
    "prompt",
    "`prompt` is required",
  ),
  bad("number as prompt", { prompt: 5 }, "invalid_value", "prompt", "`prompt` must be a string"),
  bad("no model", { model: null }, "missing_required_parameter", "model", "`model` is required"),
  bad("number as model", { model: 5 }, "invalid_value", "model", "`model` must be a string"),
];

const counts: FieldCase[] = [
  ok("n 1", { n: 1 }),
  ok("n 10", { n: 10 }),
  ok("n null", { n: null }),
  bad("n 0", { n: 0 }, "invalid_value", "n", "`n` must be an integer from 1 to 10, not 0."),
  bad("n 11 by its number", { n: 11 }, "invalid_value", "n", "from 1 to 10, not 11."),
  bad("n as a fraction, told", { n: 1.5 }, "invalid_value", "n", "from 1 to 10, not 1.5."),
  bad("n as a word", { n: "two" }, "invalid_value", "n", 'from 1 to 10, not "two".'),
  bad("n 11", { n: 11 }, "invalid_value", "n", "from 1 to 10"),
  bad("n as text", { n: "2" }, "invalid_value", "n", "not a string"),
  bad("n 1.5", { n: 1.5 }, "invalid_value", "n", "integer"),
  bad("n -1", { n: -1 }, "invalid_value", "n", "from 1 to 10"),
  ok("dall-e-3 n 1", { model: "dall-e-3", n: 1 }),
  bad("dall-e-3 n 2", { model: "dall-e-3", n: 2 }, "invalid_value", "n", "must be 1 for dall-e-3"),
];

const sizesOf: Record<string, readonly string[]> = {
  "dall-e-2": ["256x256", "512x512", "1024x1024"],
  "dall-e-3": ["1024x1024", "1024x1792", "1792x1024"],
  "gpt-image-1": ["1024x1024", "1536x1024", "1024x1536", "auto"],
  "gpt-image-1-mini": ["1024x1024", "1536x1024", "1024x1536", "auto"],
  "gpt-image-1.5": ["1024x1024", "1536x1024", "1024x1536", "auto"],
  "chatgpt-image-latest": ["1024x1024", "1536x1024", "1024x1536", "auto"],
  "gpt-image-2": ["1024x1024", "auto", "1536x864", "3840x2160", "2160x3840", "1024x640"],
  "gpt-image-2-2026-04-21": ["1024x1024", "auto"],
  "gpt-image-2.5-sunburst": ["1024x1024", "1536x512"],
  "gpt-image-2.5-flare": ["1024x1024", "auto"],
  "gpt-image-2.6-sunburst": ["1024x1024", "512x1536"],
  "gpt-image-2.6-flare": ["1024x1024", "1280x720"],
};
const wrongSizesOf: Record<string, readonly string[]> = {
  "dall-e-2": ["1024x1792", "auto", "257x256"],
  "dall-e-3": ["512x512", "auto", "1536x1024"],
  "gpt-image-1": ["512x512", "1792x1024"],
  "gpt-image-1-mini": ["256x256"],
  "gpt-image-1.5": ["1536x864"],
  "chatgpt-image-latest": ["1025x1024"],
  // Not divisible by 16; an edge too long; too few pixels; wider than 3:1; too many pixels.
  "gpt-image-2": ["1000x1000", "3856x1600", "1008x640", "2048x640", "3840x2176"],
  "gpt-image-2-2026-04-21": ["256x256"],
  "gpt-image-2.5-sunburst": ["1544x512"],
  "gpt-image-2.5-flare": ["4096x1024"],
  "gpt-image-2.6-sunburst": ["16x16"],
  "gpt-image-2.6-flare": ["1280x721"],
};

const sizes: FieldCase[] = [
  ...Object.entries(sizesOf).flatMap(([model, list]) =>
    list.map((size) => ok(`${model} ${size}`, { model, size })),
  ),
  ...Object.entries(wrongSizesOf).flatMap(([model, list]) =>
    list.map((size) =>
      bad(
        `${model} ${size}`,
        { model, size },
        "invalid_value",
        "size",
        `for ${model}; you sent ${size}`,
      ),
    ),
  ),
  bad("size with a times sign", { size: "1024×1024" }, "invalid_value", "size", "lower-case x"),
  bad("size with a capital X", { size: "1024X1024" }, "invalid_value", "size", "lower-case x"),
  bad("size with zeros", { size: "0x1024" }, "invalid_value", "size", "WIDTHxHEIGHT"),
  bad("size as a number", { size: 1024 }, "invalid_value", "size", "must be a string"),
  ok("size empty, which is not set", { size: "" }),
];

const qualities: FieldCase[] = [
  ...["low", "medium", "high", "auto"].map((quality) => ok(`gpt-image-2 ${quality}`, { quality })),
  ...["hd", "standard", "xhigh", "ultra"].map((quality) =>
    bad(
      `gpt-image-2 ${quality}`,
      { quality },
      "invalid_value",
      "quality",
      `for gpt-image-2; you sent ${quality}`,
    ),
  ),
  ...["xhigh", "max", "low"].map((quality) =>
    ok(`gpt-image-2.6-flare ${quality}`, { model: "gpt-image-2.6-flare", quality }),
  ),
  ...["standard", "hd"].map((quality) => ok(`dall-e-3 ${quality}`, { model: "dall-e-3", quality })),
  bad(
    "dall-e-3 high",
    { model: "dall-e-3", quality: "high" },
    "invalid_value",
    "quality",
    "standard, hd",
  ),
  ok("dall-e-2 standard", { model: "dall-e-2", quality: "standard" }),
  bad("dall-e-2 hd", { model: "dall-e-2", quality: "hd" }, "invalid_value", "quality", "standard"),
  bad("quality as a number", { quality: 1 }, "invalid_value", "quality", "must be a string"),
];

const outputs: FieldCase[] = [
  ...["png", "jpeg", "webp", "jpg"].map((output_format) =>
    ok(`format ${output_format}`, { output_format }),
  ),
  bad("format bmp", { output_format: "bmp" }, "invalid_value", "output_format", "png, jpeg, webp"),
  bad(
    "format gif without a card for it",
    { output_format: "gif" },
    "invalid_value",
    "output_format",
    "png, jpeg or webp",
  ),
  ...[0, 100].map((output_compression) =>
    ok(`compression ${output_compression}`, { output_format: "jpeg", output_compression }),
  ),
  ...[-1, 101, 50.5, "50"].map((output_compression) =>
    bad(
      `compression ${JSON.stringify(output_compression)}`,
      { output_format: "jpeg", output_compression },
      "invalid_value",
      "output_compression",
      "integer from 0 to 100",
    ),
  ),
  ok("compression 100 on png", { output_compression: 100 }),
  bad(
    "compression 50 on png",
    { output_format: "png", output_compression: 50 },
    "invalid_value",
    "output_compression",
    "jpeg or webp",
  ),
  ...["png", "webp"].map((output_format) =>
    ok(`transparent ${output_format}`, { background: "transparent", output_format }),
  ),
  bad(
    "transparent jpeg",
    { background: "transparent", output_format: "jpeg" },
    "invalid_value",
    "background",
    "png or webp",
  ),
  bad(
    "background red",
    { background: "red" },
    "invalid_value",
    "background",
    "transparent, opaque, auto",
  ),
  bad(
    "response_format b64",
    { response_format: "b64" },
    "invalid_value",
    "response_format",
    "url, b64_json",
  ),
  ok("response_format url", { response_format: "url" }),
  ok("response_format b64_json", { response_format: "b64_json" }),
  ok("style natural on dall-e-3", { model: "dall-e-3", style: "natural" }),
  bad(
    "style noir",
    { model: "dall-e-3", style: "noir" },
    "invalid_value",
    "style",
    "vivid, natural",
  ),
  bad("moderation off", { moderation: "off" }, "invalid_value", "moderation", "auto, low"),
  bad("watermark as text", { watermark: "true" }, "invalid_value", "watermark", "true or false"),
  bad("partial_images 4", { partial_images: 4 }, "invalid_value", "partial_images", "from 0 to 3"),
  bad("user as a number", { user: 7 }, "invalid_value", "user", "must be a string"),
  bad("seed 1.5", { seed: 1.5 }, "invalid_value", "seed", "integer"),
  bad(
    "provider_options as a list",
    { provider_options: [] },
    "invalid_value",
    "provider_options",
    "object",
  ),
  ok(
    "every field null",
    Object.fromEntries(
      [
        "n",
        "size",
        "quality",
        "response_format",
        "style",
        "background",
        "output_format",
        "output_compression",
        "watermark",
        "moderation",
        "stream",
        "partial_images",
        "user",
        "seed",
      ].map((name) => [name, null]),
    ),
  ),
  bad(
    "an empty mask on generations",
    { mask: "data:image/png;base64," },
    "invalid_image",
    "mask",
    "empty",
  ),
];

const unknown: FieldCase[] = [
  {
    name: "unknown model",
    body: { ...base, model: "nope" },
    error: { status: 404, code: "model_not_found", param: "model", says: "GET /v1/models" },
  },
];

export const fieldCases: readonly FieldCase[] = [
  ...prompts,
  ...counts,
  ...sizes,
  ...qualities,
  ...outputs,
  ...unknown,
];
