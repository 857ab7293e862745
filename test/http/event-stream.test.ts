import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEvents } from "../support/events.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { waitFor } from "../support/wait-for.ts";

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({
    server: { heartbeat: "100ms" },
    channels: [
      {
        id: "acting",
        provider: "sandbox",
        settings: { slow_ms: 700, timeout_ms: 500 },
        models: ["sandbox-fast", "sandbox-slow", "sandbox-timeout"],
      },
    ],
  });
});
afterAll(() => gateway.close());

/** A client that shows every byte. */
interface RawClient {
  readonly socket: Socket;
  send(body: object): void;
  /** What came so far. */
  text(): string;
  until(part: string | RegExp): Promise<string>;
}

function rawClient(): RawClient {
  const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  socket.on("error", () => {});
  return {
    socket,
    text: () => text,
    send(body) {
      const json = JSON.stringify({ prompt: "a fox", size: "128x128", stream: true, ...body });
      socket.write(
        `POST /v1/images/generations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`,
      );
    },
    async until(part) {
      const found = (): boolean =>
        typeof part === "string" ? text.includes(part) : part.test(text);
      await waitFor(() => expect(found()).toBe(true));
      return text;
    },
  };
}

/** Takes the chunked transfer coding off a body and checks that it is whole. */
function unchunked(body: string): string {
  let rest = body;
  let text = "";
  for (;;) {
    const end = rest.indexOf("\r\n");
    const length = Number.parseInt(rest.slice(0, end), 16);
    if (length === 0) break;
    text += rest.slice(end + 2, end + 2 + length);
    expect(rest.slice(end + 2 + length, end + 4 + length)).toBe("\r\n");
    rest = rest.slice(end + 4 + length);
  }
  return text;
}

/** Model, state and n of the newest request. */
async function newestState(): Promise<unknown[]> {
  const response = await fetch(`${gateway.url}/admin/v1/requests?limit=1`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  const { data } = (await response.json()) as { data: Record<string, unknown>[] };
  return [data[0]?.model, data[0]?.state, data[0]?.n];
}

const lastChunk = "\r\n0\r\n\r\n";

describe("on the wire", () => {
  test("a stream is a chunked answer of whole frames, and the connection stays usable", async () => {
    const client = rawClient();
    client.send({ model: "sandbox-fast", partial_images: 1 });
    const first = await client.until(lastChunk);
    expect(first).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const [head = "", body = ""] = first.split(/\r\n\r\n(.*)/s);
    expect(head).toMatch(/\r\ncontent-type: text\/event-stream; charset=utf-8\r\n/i);
    expect(head).toMatch(/\r\nx-request-id: req_/i);
    const events = parseEvents(unchunked(body));
    expect(events.map(({ event }) => event)).toEqual([
      "image_generation.partial_image",
      "image_generation.completed",
    ]);
    client.send({ model: "sandbox-fast" });
    await waitFor(() => expect(client.text().split(lastChunk)).toHaveLength(3));
    client.socket.destroy();
  });

  test("an idle stream begins with comment lines and goes on with the events", async () => {
    const client = rawClient();
    client.send({ model: "sandbox-slow" });
    const begun = await client.until(/\r\n\r\n.*: still working\n\n.*: still working\n\n/s);
    expect(begun).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(begun).not.toContain("image_generation");
    const whole = await client.until(lastChunk);
    const body = whole.slice(whole.indexOf("\r\n\r\n") + 4);
    const events = parseEvents(unchunked(body));
    expect(events.map(({ event }) => event)).toEqual(["image_generation.completed"]);
    client.socket.destroy();
  });

  test("an error after comment lines is an error event, logged with its request", async () => {
    const client = rawClient();
    client.send({ model: "sandbox-timeout" });
    const whole = await client.until(lastChunk);
    const body = whole.slice(whole.indexOf("\r\n\r\n") + 4);
    const [event, ...others] = parseEvents(unchunked(body));
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      event: "error",
      data: { error: { type: "upstream_error", code: "upstream_timeout" } },
    });
    const id = /x-request-id: (\S+)/i.exec(whole)?.[1];
    const mine = gateway.log.filter((line) => line.request_id === id);
    expect(mine.map((line) => line.code ?? line.status)).toEqual(["upstream_timeout", 200]);
    client.socket.destroy();
  });

  test("a client of HTTP/1.0 gets the stream to the connection's end", async () => {
    const json = JSON.stringify({
      model: "sandbox-fast",
      prompt: "x",
      size: "64x64",
      stream: true,
    });
    const client = rawClient();
    const ended = new Promise((resolve) => client.socket.once("end", resolve));
    client.socket.write(
      `POST /v1/images/generations HTTP/1.0\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`,
    );
    await ended;
    const body = client.text().slice(client.text().indexOf("\r\n\r\n") + 4);
    expect(parseEvents(body)).toHaveLength(1);
  });
});

describe("clients that do not read", () => {
  test("a slow reader gets every byte in the end", async () => {
    const client = rawClient();
    client.socket.pause();
    client.send({ model: "sandbox-fast", n: 2, partial_images: 2, size: "1280x1024", seed: 2 });
    // The record closes when the pictures are made; the answer is still waiting for its reader.
    await waitFor(async () =>
      expect(await newestState()).toEqual(["sandbox-fast", "succeeded", 2]),
    );
    client.socket.resume();
    const whole = await client.until(lastChunk);
    const events = parseEvents(unchunked(whole.slice(whole.indexOf("\r\n\r\n") + 4)));
    expect(events).toHaveLength(6);
    client.socket.destroy();
  });

  test("a client that goes away in mid-stream leaves the gateway answering others", async () => {
    const client = rawClient();
    client.send({ model: "sandbox-slow", partial_images: 3, size: "512x512" });
    await client.until("still working");
    client.socket.destroy();
    const other = rawClient();
    other.send({ model: "sandbox-fast" });
    expect(await other.until(lastChunk)).toContain("image_generation.completed");
    other.socket.destroy();
  });
});
