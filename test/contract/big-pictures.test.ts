import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { bigPng } from "../support/big-png.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";

/** Bytes of the picture whose base64 makes a body of 64 MB. */
const pictureBytes = 48_000_000;
const picture = bigPng(pictureBytes);
const answer = Buffer.concat([
  Buffer.from('{"created":1,"data":[{"b64_json":"'),
  Buffer.from(picture.toString("base64"), "latin1"),
  Buffer.from('"}]}'),
]);
const wanted = sha256(picture);

let upstream: Server;
let baseUrl = "";

beforeAll(async () => {
  upstream = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": answer.length,
      });
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => upstream.close(resolve)));

const settings = (): Record<string, unknown> => ({
  channels: [
    { id: "big", provider: "openai-compatible", settings: { base_url: baseUrl }, models: ["big"] },
    { id: "sandbox", provider: "sandbox", models: ["sandbox-fast"] },
  ],
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The picture in an answer, decoded without making one string of it. */
async function pictureIn(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  const body = Buffer.from(await response.arrayBuffer());
  const start = body.indexOf('"b64_json":"') + '"b64_json":"'.length;
  return sha256(Buffer.from(body.toString("latin1", start, body.indexOf('"', start)), "base64"));
}

describe("a heap of 64 MB and bodies of 64 MB", () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await startGatewayProcess({
      settings: settings(),
      nodeFlags: ["--max-old-space-size=64"],
    });
  });
  afterAll(() => gateway.stop());
  const post = (
    path: string,
    body: NonNullable<RequestInit["body"]>,
    type?: string,
  ): Promise<Response> =>
    fetch(gateway.url + path, {
      method: "POST",
      headers: {
        authorization: `Bearer ${gateway.key}`,
        ...(type === undefined ? {} : { "content-type": type }),
      },
      body,
    });

  test("base64 in, base64 out", async () => {
    const body = JSON.stringify({ model: "big", prompt: "x", response_format: "b64_json" });
    expect(await pictureIn(await post("/v1/images/generations", body, "application/json"))).toBe(
      wanted,
    );
  });

  test("base64 in, a URL out", async () => {
    const body = JSON.stringify({ model: "big", prompt: "x", response_format: "url" });
    const response = await post("/v1/images/generations", body, "application/json");
    const { data } = (await response.json()) as { data: { url: string }[] };
    const image = await fetch(data[0]?.url ?? "");
    expect(sha256(Buffer.from(await image.arrayBuffer()))).toBe(wanted);
  });

  test("a JSON edit with a data URL of 64 MB", async () => {
    const body = Buffer.concat([
      Buffer.from(
        '{"model":"big","prompt":"x","response_format":"b64_json","images":[{"image_url":"data:image/png;base64,',
      ),
      Buffer.from(picture.toString("base64"), "latin1"),
      Buffer.from('"}]}'),
    ]);
    expect(
      await pictureIn(await post("/v1/images/edits", new Uint8Array(body), "application/json")),
    ).toBe(wanted);
  });

  test("a form with a file of 48 MB", async () => {
    const form = new FormData();
    form.set("model", "big");
    form.set("prompt", "x");
    form.set("response_format", "b64_json");
    form.set("image", new Blob([new Uint8Array(picture)]), "in.png");
    expect(await pictureIn(await post("/v1/images/edits", form))).toBe(wanted);
  });
});

describe("no picture passes JSON.parse or JSON.stringify", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway(settings());
  });
  afterAll(() => gateway.close());

  /** Longest string that JSON.parse was given or JSON.stringify gave while `work` ran. */
  async function longestJson(work: () => Promise<unknown>): Promise<number> {
    let longest = 0;
    const [parse, stringify] = [JSON.parse, JSON.stringify];
    vi.spyOn(JSON, "parse").mockImplementation((text: string, ...rest: []) => {
      longest = Math.max(longest, text.length);
      return parse(text, ...rest) as unknown;
    });
    vi.spyOn(JSON, "stringify").mockImplementation((value: unknown, ...rest: []) => {
      const text = stringify(value, ...rest);
      longest = Math.max(longest, text?.length ?? 0);
      return text;
    });
    try {
      await work();
    } finally {
      vi.restoreAllMocks();
    }
    return longest;
  }
  const textMax = 20_000;
  const small = `data:image/png;base64,${bigPng(200_000).toString("base64")}`;

  test("generations and edits, both deliveries", async () => {
    const edit = `{"model":"big","prompt":"x","image":"${small}"}`;
    for (const delivery of ["url", "b64_json"]) {
      const generation = `{"model":"big","prompt":"x","response_format":"${delivery}"}`;
      const longest = await longestJson(async () => {
        for (const [path, body] of [
          ["generations", generation],
          ["edits", edit],
        ] as const) {
          const response = await postJson(gateway, `/v1/images/${path}`, body);
          expect(response.status).toBe(200);
          await response.arrayBuffer();
        }
      });
      expect(longest).toBeGreaterThan(0);
      expect(longest).toBeLessThan(textMax);
    }
  });

  test("the measure itself can fail", async () => {
    const text = `{"b64_json":"${"A".repeat(textMax)}"}`;
    expect(await longestJson(async () => JSON.parse(text) as unknown)).toBeGreaterThan(textMax);
  });
});
