import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bigPng } from "../support/big-png.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf } from "../support/pictures.ts";
import { waitFor } from "../support/wait-for.ts";

const base64 = bigPng(1_000_000).toString("base64");
const whole = answerOf(base64);
/** Long enough to fill every buffer between the upstream and a client that does not read. */
const long = answerOf(bigPng(24_000_000).toString("base64"));

function answerOf(b64: string, entry = ""): string {
  return `{"created":1795348800,"surprise":{"a":[1,2]},"data":[{"b64_json":"${b64}"${entry}}],"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}`;
}

/** A relayed answer is the upstream's, with what it does not say of its picture at its end. */
function withFacts(answer: string): string {
  return `${answer.slice(0, -1)},"background":"opaque","output_format":"png","size":"8x8"}`;
}

/** The answer with a text before its picture, which then begins at that byte. */
function filledUp(answer: string, at: number): string {
  const key = '"b64_json":"';
  const field = '"filler":"",';
  const missing = at - answer.indexOf(key) - key.length - field.length;
  return answer.replace('"surprise"', `"filler":"${"x".repeat(missing)}","surprise"`);
}

/** What the upstream sends for a prompt: bytes, with the length it announces (none: in chunks). */
interface Script {
  readonly body: string;
  readonly sized: boolean;
  /** Announced where it is not the truth. */
  readonly length?: number;
  readonly close?: "after" | "midway";
}

const damaged = `${base64.slice(0, -9)}!${base64.slice(-8)}`;
const scripts: Readonly<Record<string, Script>> = {
  sized: { body: whole, sized: true },
  chunked: { body: whole, sized: false },
  "sized then closed": { body: long, sized: true, close: "after" },
  "chunked then closed": { body: long, sized: false, close: "after" },
  "sized and cut": { body: whole, sized: true, close: "midway" },
  "chunked and cut": { body: whole, sized: false, close: "midway" },
  "no JSON": { body: `<html>${base64}</html>`, sized: true },
  "no entries": { body: '{"created":1,"data":[]}', sized: true },
  "no picture": { body: answerOf("A".repeat(400_000)), sized: true },
  "damaged at its end": { body: answerOf(damaged), sized: true },
  "picture cut short": { body: answerOf(base64.slice(0, 800_000)), sized: true },
  "no end": { body: whole.slice(0, -1), sized: true },
  "data URL": { body: answerOf(`data:image/png;base64,${base64}`), sized: true },
  "no time": { body: whole.replace('"created":1795348800,', ""), sized: true },
  "late picture": { body: filledUp(whole, 40_000), sized: true },
  "late data URL": {
    body: filledUp(answerOf(`data:image/png;base64,${base64}`), /* cut by the first KiB */ 1022),
    sized: true,
  },
  "empty url": { body: whole.replace('{"b64_json"', '{"url":"","b64_json"'), sized: true },
};

function send(socket: Socket, script: Script): void {
  const { body, sized, close } = script;
  const sent = close === "midway" ? body.slice(0, body.length / 2) : body;
  const frame = sized
    ? `content-length: ${script.length ?? body.length}`
    : "transfer-encoding: chunked";
  socket.write(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-upstream: me\r\n${frame}\r\n\r\n`,
  );
  if (sized) socket.write(sent);
  else
    socket.write(
      `${sent.length.toString(16)}\r\n${sent}\r\n${close === "midway" ? "" : "0\r\n\r\n"}`,
    );
  if (close !== undefined) socket.end();
}

let upstream: Server;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = createServer((socket) => {
    let asked = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      asked += chunk.toString("latin1");
      const prompt = /"prompt":"([^"]+)"/.exec(asked)?.[1];
      const script = prompt === undefined ? undefined : scripts[prompt];
      if (script === undefined || !asked.endsWith("}")) return;
      asked = "";
      send(socket, script);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  const card = { sizes: ["1024x1024"], n: 2, formats: ["png"] };
  const model = { name: "big", card, price: { per_image_usd: 0.01 } };
  gateway = await startTestGateway({
    channels: [
      {
        id: "big",
        provider: "openai-compatible",
        settings: { base_url: `http://127.0.0.1:${port}`, api_key: "upstream-secret-key" },
        models: [model],
      },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  upstream.close();
});

const ask = (prompt: string, fields: object = {}): Promise<Response> =>
  postJson(gateway, "/v1/images/generations", {
    model: "big",
    prompt,
    response_format: "b64_json",
    ...fields,
  });

/** The answer's body, read by a client that does not read until later; cut: what came before the connection was. */
function askSlowly(prompt: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const body = JSON.stringify({ model: "big", prompt, response_format: "b64_json" });
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
    socket.once("data", () => {
      socket.pause();
      setTimeout(() => socket.resume(), 300);
    });
    socket.write(
      `POST /v1/images/generations HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  });
}

describe("an answer that needs no change is passed on as it is", () => {
  test.each(["sized", "chunked"])("%s", async (prompt) => {
    const response = await ask(prompt);
    expect(response.status).toBe(200);
    const { headers } = response;
    expect(headers.get("x-pinhole-model")).toBe("big");
    expect(headers.get("x-pinhole-attempts")).toBe("1");
    expect(headers.get("x-request-id")).toMatch(/^req/);
    expect(headers.get("server-timing")).toMatch(/gateway;dur=.*upstream;dur=/);
    expect(headers.get("x-pinhole-cost")).toBeNull();
    expect(headers.get("x-upstream")).toBeNull();
    expect((await response.text()) === withFacts(whole)).toBe(true);
  });

  test.each(["sized then closed", "chunked then closed"])(
    "%s, while a slow client has not read it",
    async (prompt) => {
      const raw = await askSlowly(prompt);
      const text = raw.slice(raw.indexOf("\r\n\r\n") + 4);
      // A chunked answer's frames are taken out; nothing of it can be mistaken for base64.
      const body = text.startsWith("{") ? text : text.replaceAll(/(^|\r\n)[0-9a-f]+\r\n/g, "");
      expect(body.trim() === withFacts(long)).toBe(true);
    },
  );
});

test("so is one whose picture comes late", async () => {
  const response = await ask("late picture");
  expect(response.headers.get("x-pinhole-cost")).toBeNull();
  expect((await response.text()) === withFacts(scripts["late picture"]?.body ?? "")).toBe(true);
});

describe("an answer that must be changed is not", () => {
  test.each([
    ["data URL", {}],
    ["late data URL", {}],
    ["no time", {}],
    ["empty url", {}],
    ["sized", { output_format: "webp" }],
    ["sized", { n: 2 }],
    ["sized", { response_format: "url" }],
  ])("%s %o", async (prompt, fields) => {
    const response = await ask(prompt, fields);
    expect(response.status).toBe(200);
    expect(response.headers.get("x-pinhole-cost")).not.toBeNull();
    const json = (await response.json()) as {
      created: number;
      data: { b64_json?: string; url?: string }[];
    };
    expect(json.created).toBeGreaterThan(0);
    const [entry] = json.data;
    if ("response_format" in fields) expect(entry?.url).toMatch(/^http/);
    else {
      expect(entry).not.toHaveProperty("url");
      const facts = await factsOf(Buffer.from(entry?.b64_json ?? "", "base64"));
      expect(facts.format).toBe("output_format" in fields ? "webp" : "png");
    }
  });
});

describe("a bad answer", () => {
  test.each(["no JSON", "no entries", "no picture"])(
    "is an ordinary error before its head has gone: %s",
    async (prompt) => {
      const response = await ask(prompt);
      expect(response.status).toBe(502);
      expect(response.headers.get("x-should-retry")).toBe("false");
      expect(((await response.json()) as { error: { code: string } }).error.code).toBe(
        "upstream_failed",
      );
    },
  );

  test.each([
    "sized and cut",
    "chunked and cut",
    "damaged at its end",
    "picture cut short",
    "no end",
  ])("is cut after its head has gone: %s", async (prompt) => {
    const before = gateway.log.length;
    const response = await ask(prompt);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("terminated");
    await waitFor(() => {
      const lines = gateway.log.slice(before);
      expect(lines.find(({ msg }) => msg === "a relayed answer was cut")).toMatchObject({
        code: "upstream_failed",
      });
    });
  });
});
