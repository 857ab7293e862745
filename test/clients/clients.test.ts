import { readdirSync, readFileSync } from "node:fs";
import { request as send } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { factsOf, samplePng } from "../support/pictures.ts";

/** A request as a program sent it, byte for byte but for the key (`KEY`) and the pictures (`@PNG@`). */
interface Recorded {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Lines, which CRLF joins. */
  readonly body?: readonly string[];
  /** What the program reads from the answer. */
  readonly reads: "url" | "b64_json" | "models";
}

interface Program {
  readonly program: string;
  readonly requests: readonly Recorded[];
}

const programs = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8")) as Program);

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
        // The retired names that these programs are pinned to are served by their successors.
        models: ["gpt-image-2", "gpt-image-2.6-flare", "gpt-image-2.6-sunburst", "gpt-image-1.5"],
      },
      { id: "sandbox", provider: "sandbox", models: ["sandbox-fast"] },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** The body with real pictures in it. */
async function bodyOf({ body = [] }: Recorded): Promise<Buffer> {
  const png = await samplePng(64, 64);
  const pieces = body.join("\r\n").split("@PNG@");
  return Buffer.concat(
    pieces.flatMap((piece, index) => [...(index === 0 ? [] : [png]), Buffer.from(piece, "latin1")]),
  );
}

async function replay(recorded: Recorded): Promise<{ status: number; json: unknown }> {
  const body = await bodyOf(recorded);
  const headers = recorded.headers.flatMap(([name, value]) => [
    name,
    value.replace("Bearer KEY", `Bearer ${gateway.key}`),
  ]);
  const { hostname, port } = new URL(gateway.url);
  const length = body.length === 0 ? [] : ["Content-Length", String(body.length)];
  return new Promise((resolve, reject) => {
    const call = send({
      hostname,
      port,
      method: recorded.method,
      path: recorded.path,
      headers: [...headers, "Host", `${hostname}:${port}`, ...length],
      agent: false,
    });
    call.on("error", reject);
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) as unknown });
      });
    });
    call.end(body);
  });
}

interface Entry {
  readonly url?: string;
  readonly b64_json?: string;
  readonly id?: string;
}

/** The bytes that a program would have of an entry, and whether it is what the program looks for first. */
async function pictureOf(entry: Entry, reads: Recorded["reads"]): Promise<Buffer> {
  if (reads === "b64_json") {
    // Open WebUI takes a URL where there is one, and then refuses private addresses.
    expect(entry).not.toHaveProperty("url");
    return Buffer.from(entry.b64_json ?? "", "base64");
  }
  return Buffer.from(await (await fetch(entry.url ?? "")).arrayBuffer());
}

test("there are recordings of every program", () => {
  expect(programs.map(({ program }) => program).toSorted((a, b) => a.localeCompare(b))).toEqual([
    "AI SDK",
    "LangChain (JS)",
    "LibreChat",
    "n8n",
    "Open WebUI",
    "OpenAI SDK for Node",
    "OpenAI SDK for Python",
  ]);
});

describe.each(programs)("$program", ({ requests }) => {
  test.each(requests)("$name", async (recorded) => {
    const { status, json } = await replay(recorded);
    expect(json).not.toHaveProperty("error");
    expect(status).toBe(200);
    const { data } = json as { data: Entry[] };
    expect(data.length).toBeGreaterThan(0);
    if (recorded.reads === "models") {
      expect(data.map(({ id }) => id)).toContain("gpt-image-2");
      return;
    }
    for (const entry of data) {
      const { width, height } = await factsOf(await pictureOf(entry, recorded.reads));
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(64);
    }
  });
});
