import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { leftHalfMask, rgbaOf, samplePng } from "../support/pictures.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    channels: [
      {
        id: "drawing",
        provider: "sandbox",
        models: [{ name: "painter", upstream: "sandbox-fast", price: { per_image_usd: 0.1 } }],
      },
    ],
    keys: [
      { name: "test", key: "test-key-0123456789-abcdef", budget: { usd: 100, period: "day" } },
    ],
  });
});
afterAll(() => gateway.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly pictures: readonly Buffer[];
  readonly body: {
    readonly data?: readonly { readonly b64_json?: string; readonly url?: string }[];
    readonly error?: Record<string, unknown>;
  };
}

/** Sends an edit as JSON. */
async function edit(
  image: Buffer,
  mask: Buffer | undefined,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const dataUrl = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString("base64")}`;
  const answer = await fetch(`${gateway.url}/v1/images/edits`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${gateway.key}`,
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify({
      model: "painter",
      prompt: "a red hat",
      images: [{ image_url: dataUrl(image) }],
      ...(mask === undefined ? {} : { mask: { image_url: dataUrl(mask) } }),
      response_format: "b64_json",
      keep_outside_mask: true,
      ...more,
    }),
  });
  const body = (await answer.json()) as Answer["body"];
  const pictures = (body.data ?? []).map(({ b64_json = "" }) => Buffer.from(b64_json, "base64"));
  return { status: answer.status, headers: answer.headers, pictures, body };
}

/** A picture no two neighbours of which are alike, so that every shift or rounding shows. */
async function noise(width: number, height: number, channels: 3 | 4, seed: number) {
  const pixels = Buffer.alloc(width * height * channels);
  let state = seed;
  for (let at = 0; at < pixels.length; at += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    pixels[at] = state >> 16;
  }
  return sharp(pixels, { raw: { width, height, channels } });
}

/** Counts pixels that differ from the original where a mask keeps it, and those within that do. */
async function differences(made: Buffer, original: Buffer, mask: Buffer) {
  const [a, b, m] = await Promise.all([made, original, mask].map(rgbaOf));
  const count = { outside: 0, inside: 0, size: `${a?.width}x${a?.height}` };
  for (let at = 0; at < (m?.rgba.length ?? 0); at += 4) {
    const differs = [0, 1, 2, 3].some((channel) => a?.rgba[at + channel] !== b?.rgba[at + channel]);
    if (differs) count[m?.rgba[at + 3] === 255 ? "outside" : "inside"] += 1;
  }
  return count;
}

describe("keep_outside_mask", () => {
  test.each([
    { name: "opaque PNG", make: async () => (await noise(203, 131, 3, 7)).png().toBuffer() },
    {
      name: "PNG with transparency",
      make: async () => (await noise(203, 131, 4, 8)).png().toBuffer(),
    },
    {
      name: "JPEG that lies on its side",
      make: async () =>
        (await noise(131, 203, 3, 9)).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    },
  ])("not one pixel outside of the mask differs from the original: $name", async ({ make }) => {
    const original = await make();
    const mask = await leftHalfMask(203, 131);
    const { status, pictures, headers } = await edit(original, mask, { size: "512x512" });
    expect([status, pictures.length]).toEqual([200, 2]);
    const [raw = Buffer.of(), kept = Buffer.of()] = pictures;
    const upright = await sharp(original).autoOrient().png().toBuffer();
    const found = await differences(kept, upright, mask);
    expect([found.size, found.outside, (await sharp(kept).metadata()).format]).toEqual([
      "203x131",
      0,
      "png",
    ]);
    expect(found.inside).toBeGreaterThan(10_000);
    expect((await rgbaOf(raw)).width).toBe(512);
    // One image was asked for and is paid for.
    expect(headers.get("x-pinhole-cost")).toBe("0.1");
  });

  test("a soft mask mixes both within its edge, and only there", async () => {
    const original = await (await noise(96, 64, 3, 11)).png().toBuffer();
    const rgba = Buffer.alloc(96 * 64 * 4);
    for (let at = 0; at < 96 * 64; at += 1) rgba[at * 4 + 3] = Math.min(255, (at % 96) * 4);
    const mask = await sharp(rgba, { raw: { width: 96, height: 64, channels: 4 } })
      .png()
      .toBuffer();
    const { pictures } = await edit(original, mask, { size: "96x64" });
    const [raw, kept] = await Promise.all(pictures.map(rgbaOf));
    const before = await rgbaOf(original);
    expect((await differences(pictures[1] ?? Buffer.of(), original, mask)).outside).toBe(0);
    for (let at = 0; at < rgba.length; at += 4) {
      const keeps = (rgba[at + 3] ?? 0) / 255;
      const mixed = (before.rgba[at] ?? 0) * keeps + (raw?.rgba[at] ?? 0) * (1 - keeps);
      expect(Math.abs((kept?.rgba[at] ?? -9) - mixed)).toBeLessThanOrEqual(1);
    }
  });

  test("each of several images has its own behind them all, in the record and in a repeated answer too; only those asked for are booked", async () => {
    const original = await samplePng(80, 60);
    const mask = await leftHalfMask(80, 60);
    const key = { "idempotency-key": "keep-the-rest" };
    const more = { n: 2, response_format: "url" };
    const first = await edit(original, mask, more, key);
    const again = await edit(original, mask, more, key);
    expect(again.headers.get("x-pinhole-replay-of")).not.toBeNull();
    const [one, two] = await Promise.all(
      [first, again].map(({ body }) =>
        Promise.all(
          (body.data ?? []).map(async ({ url = "" }) =>
            Buffer.from(await (await fetch(url)).arrayBuffer()),
          ),
        ),
      ),
    );
    expect(one?.length).toBe(4);
    expect(two).toEqual(one);
    for (const kept of one?.slice(2) ?? [])
      expect((await differences(kept, original, mask)).outside).toBe(0);
    const id = first.headers.get("x-request-id") ?? "";
    const admin = { authorization: `Bearer ${gateway.adminToken}` };
    const record = (await (
      await fetch(`${gateway.url}/admin/v1/requests/${id}`, { headers: admin })
    ).json()) as { state: string; pictures: unknown[]; cost: unknown };
    expect([record.state, record.pictures.length]).toEqual(["succeeded", 4]);
    expect(first.headers.get("x-pinhole-cost")).toBe("0.2");
  });

  test("a stream has an event for each, and the sum of their costs is the request's", async () => {
    const form = new FormData();
    const fields = { model: "painter", prompt: "a hat", stream: "true", keep_outside_mask: "true" };
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("image", new Blob([new Uint8Array(await samplePng(64, 64))]), "a.png");
    form.append("mask", new Blob([new Uint8Array(await leftHalfMask(64, 64))]), "m.png");
    const answer = await fetch(`${gateway.url}/v1/images/edits`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.key}` },
      body: form,
    });
    const events = [...(await answer.text()).matchAll(/^data: (\{.*"image_edit.completed".*)$/gm)];
    const told = events.map(([, json = "{}"]) => JSON.parse(json) as CompletedEvent);
    expect(told.map(({ pinhole, size }) => [pinhole.index, size])).toEqual([
      [0, told[0]?.size],
      [1, "64x64"],
    ]);
    expect(told.reduce((sum, { pinhole }) => sum + Number(pinhole.cost ?? 0), 0)).toBeCloseTo(0.1);
  });

  test.each([
    [true, "mask"],
    ["yes", "keep_outside_mask"],
  ] as const)("%s without a mask is refused", async (value, param) => {
    const { status, body } = await edit(await samplePng(64, 64), undefined, {
      keep_outside_mask: value,
    });
    expect([status, body.error?.["param"]]).toEqual([400, param]);
  });

  test("false asks for nothing more", async () => {
    const answer = await edit(await samplePng(64, 64), await leftHalfMask(64, 64), {
      keep_outside_mask: false,
    });
    expect(answer.pictures.length).toBe(1);
  });
});

interface CompletedEvent {
  readonly size: string;
  readonly pinhole: { readonly index: number; readonly cost?: string };
}
