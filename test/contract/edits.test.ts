import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bigPng } from "../support/big-png.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { leftHalfMask, samplePng } from "../support/pictures.ts";

let upstream: MockOpenAi;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startMockOpenAi();
  gateway = await startTestGateway({
    channels: [
      {
        id: "main",
        provider: "openai",
        settings: { api_key: "sk-test-0123456789", base_url: upstream.url },
        models: ["dall-e-2", "dall-e-3", "gpt-image-2"],
      },
      { id: "sandbox", provider: "sandbox", models: ["sandbox-fast"] },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

type Part = readonly [name: string, value: string | Buffer, filename?: string];

async function edit(
  parts: readonly Part[],
): Promise<{ status: number; error?: Record<string, unknown>; data?: unknown[] }> {
  const form = new FormData();
  for (const [name, value, filename] of parts) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)]), filename ?? "image.png");
  }
  const response = await fetch(`${gateway.url}/v1/images/edits`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}` },
    body: form,
  });
  return { status: response.status, ...((await response.json()) as object) };
}

const square = samplePng(64, 64);
const fields: readonly Part[] = [
  ["model", "gpt-image-2"],
  ["prompt", "a hat"],
];
const dallE2: readonly Part[] = [
  ["model", "dall-e-2"],
  ["prompt", "a hat"],
];

interface Refusal {
  readonly name: string;
  readonly parts: () => Promise<readonly Part[]>;
  readonly code: string;
  readonly param: string | null;
  readonly says: string;
}

const refusals: readonly Refusal[] = [
  {
    name: "no image",
    parts: async () => fields,
    code: "missing_required_parameter",
    param: "image",
    says: "`image` is required",
  },
  {
    name: "dall-e-2: not square",
    parts: async () => [...dallE2, ["image", await samplePng(64, 32)]],
    code: "invalid_image",
    param: "image",
    says: "64x32; dall-e-2 takes square images only",
  },
  {
    name: "dall-e-2: 4 MB and one byte",
    parts: async () => [...dallE2, ["image", bigPng(4 * 1024 * 1024)]],
    code: "image_too_large",
    param: "image",
    says: "at most 4194303",
  },
  {
    name: "dall-e-2: a JPEG named .png",
    parts: async () => [
      ...dallE2,
      [
        "image",
        await sharp(await square)
          .jpeg()
          .toBuffer(),
        "image.png",
      ],
    ],
    code: "invalid_image",
    param: "image",
    says: "image/jpeg by its bytes; dall-e-2 takes png only",
  },
  {
    name: "dall-e-2: two images",
    parts: async () => [...dallE2, ["image[]", await square], ["image[]", await square]],
    code: "invalid_value",
    param: "image",
    says: "at most 1",
  },
  {
    name: "dall-e-3 does not edit",
    parts: async () => [
      ["model", "dall-e-3"],
      ["prompt", "x"],
      ["image", await square],
    ],
    code: "unsupported_operation",
    param: "model",
    says: "does not take edit requests",
  },
  {
    name: "17 images",
    parts: async () => {
      const image = await square;
      return [...fields, ...Array.from({ length: 17 }, (): Part => ["image[]", image])];
    },
    code: "invalid_value",
    param: "image",
    says: "17 images; gpt-image-2 takes at most 16",
  },
  {
    name: "a mask of another size",
    parts: async () => [...fields, ["image", await square], ["mask", await leftHalfMask(32, 64)]],
    code: "mask_size_mismatch",
    param: "mask",
    says: "32x64",
  },
  {
    name: "a mask without alpha",
    parts: async () => [
      ...fields,
      ["image", await square],
      [
        "mask",
        await sharp(await square)
          .removeAlpha()
          .png()
          .toBuffer(),
      ],
    ],
    code: "invalid_image",
    param: "mask",
    says: "alpha",
  },
  {
    name: "a JPEG as mask",
    parts: async () => [
      ...fields,
      ["image", await square],
      [
        "mask",
        await sharp(await square)
          .jpeg()
          .toBuffer(),
      ],
    ],
    code: "invalid_image",
    param: "mask",
    says: "PNG",
  },
  {
    name: "an empty file",
    parts: async () => [...fields, ["image", Buffer.alloc(0)]],
    code: "invalid_image",
    param: "image",
    says: "empty",
  },
  {
    name: "text as file",
    parts: async () => [...fields, ["image", Buffer.from("not a picture at all")]],
    code: "invalid_image",
    param: "image",
    says: "PNG, JPEG or WebP",
  },
  {
    name: "a truncated PNG",
    parts: async () => [...fields, ["image", (await square).subarray(0, 100)]],
    code: "invalid_image",
    param: "image",
    says: "PNG",
  },
  {
    name: "an image as text",
    parts: async () => [...fields, ["image", "https://example.com/a.png"]],
    code: "invalid_value",
    param: "image",
    says: "file part",
  },
  {
    name: "an unknown file part",
    parts: async () => [...fields, ["image", await square], ["picture", await square]],
    code: "unsupported_parameter",
    param: "picture",
    says: "`image` or `image[]`",
  },
  {
    name: "n that is no number",
    parts: async () => [...fields, ["image", await square], ["n", "two"]],
    code: "invalid_value",
    param: "n",
    says: "integer from 1 to 10",
  },
  {
    name: "a field twice",
    parts: async () => [...fields, ["prompt", "again"], ["image", await square]],
    code: "invalid_multipart",
    param: "prompt",
    says: "twice",
  },
];

describe("what an edit refuses, before anything is paid", () => {
  test.each(refusals)("$name", async ({ parts, code, param, says }) => {
    const calls = upstream.seen.length;
    const answer = await edit(await parts());
    expect({ status: answer.status, ...answer.error }).toEqual({
      status: 400,
      type: "invalid_request_error",
      code,
      param,
      message: expect.stringContaining(says),
    });
    expect(upstream.seen).toHaveLength(calls);
  });
});

describe("what an edit takes", () => {
  test("dall-e-2 with a square PNG just under 4 MB", async () => {
    const image = bigPng(4 * 1024 * 1024 - 200);
    expect(image.length).toBeLessThan(4 * 1024 * 1024);
    expect(await edit([...dallE2, ["image", image]])).toMatchObject({ status: 200 });
  });

  test("16 images, parts in any order, order kept by index, bytes untouched", async () => {
    const images = await Promise.all(
      Array.from({ length: 16 }, (_, index) => samplePng(40 + index, 40)),
    );
    const shuffled = [5, 0, 11, 3, 15, 7, 1, 9, 14, 2, 12, 4, 10, 6, 13, 8];
    const parts = shuffled.map((index): Part => [
      `image[${index}]`,
      images[index] ?? Buffer.alloc(0),
    ]);
    const answer = await edit([parts[0] ?? ["", ""], ...fields, ...parts.slice(1)]);
    expect(answer.status).toBe(200);
    const sent = upstream.seen.at(-1)?.body ?? Buffer.alloc(0);
    const places = images.map((image) => sent.indexOf(image));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test("a JPEG named .png goes on as the JPEG that it is", async () => {
    const jpeg = await sharp(await square)
      .jpeg()
      .toBuffer();
    expect(await edit([...fields, ["image", jpeg, "image.png"]])).toMatchObject({ status: 200 });
    expect(upstream.seen.at(-1)?.body.toString("latin1")).toContain("Content-Type: image/jpeg");
  });

  test("numbers as text, since a form has nothing else", async () => {
    const answer = await edit([
      ...fields,
      ["image", await square],
      ["n", "3"],
      ["size", "1024x1024"],
    ]);
    expect(answer.status).toBe(200);
    expect(answer.data).toHaveLength(3);
  });

  test("the JSON form gives the same picture as the multipart form", async () => {
    const [image, mask] = [await square, await leftHalfMask(64, 64)];
    const viaForm = await edit([
      ["model", "sandbox-fast"],
      ["prompt", "a hat"],
      ["seed", "4"],
      ["response_format", "b64_json"],
      ["image", image],
      ["mask", mask],
    ]);
    const response = await fetch(`${gateway.url}/v1/images/edits`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: "sandbox-fast",
        prompt: "a hat",
        seed: 4,
        response_format: "b64_json",
        images: [{ image_url: `data:image/png;base64,${image.toString("base64")}` }],
        mask: { image_url: `data:image/png;base64,${mask.toString("base64")}` },
      }),
    });
    const viaJson = (await response.json()) as { data: unknown[] };
    expect(viaForm.status).toBe(200);
    expect(viaJson.data).toEqual(viaForm.data);
  });
});
