import { connect, type Socket } from "node:net";
import type { TestGateway } from "../support/gateway.ts";

/** A request as bytes, so that the test can stop anywhere in it. */
export interface RawRequest {
  readonly head: string;
  readonly body: Buffer;
}

export function rawJson(gateway: TestGateway, document: unknown, retry: number): RawRequest {
  const body = Buffer.from(JSON.stringify(document));
  return raw(gateway, "/v1/images/generations", "application/json", body, retry);
}

/** A form of an edit; every try has another boundary and another order of parts, as SDKs may. */
export function rawForm(
  gateway: TestGateway,
  fields: Readonly<Record<string, string>>,
  image: Buffer,
  retry: number,
): RawRequest {
  const boundary = `----boundary${retry}${"x".repeat(retry)}`;
  const texts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    ),
  );
  const file = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="in${retry}.png"\r\ncontent-type: image/png\r\n\r\n`,
    ),
    image,
    Buffer.from("\r\n"),
  ]);
  const parts = retry % 2 === 0 ? [...texts, file] : [file, ...texts.toReversed()];
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  const type = `multipart/form-data; boundary=${boundary}`;
  return raw(gateway, "/v1/images/edits", type, body, retry);
}

function raw(
  gateway: TestGateway,
  path: string,
  type: string,
  body: Buffer,
  retry: number,
): RawRequest {
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${new URL(gateway.url).host}`,
    `authorization: Bearer ${gateway.key}`,
    `content-type: ${type}`,
    `content-length: ${body.length}`,
    `x-stainless-retry-count: ${retry}`,
  ];
  return { head: `${head.join("\r\n")}\r\n\r\n`, body };
}

export interface RawCall {
  readonly socket: Socket;
  /** Resolves once so many bytes have been read, or the connection has ended. */
  read(bytes: number): Promise<Buffer>;
  /** Goes away at once, whatever is unread. */
  drop(): Promise<void>;
}

/** Sends a request, or so much of its body. */
export function send(gateway: TestGateway, request: RawRequest, sent = Infinity): RawCall {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  let length = 0;
  let ended = false;
  /** Each is true once it has been given what it waits for. */
  let waiting: (() => boolean)[] = [];
  const wake = (): void => {
    waiting = waiting.filter((isServed) => !isServed());
  };
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    wake();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    ended = true;
    wake();
  });
  socket.write(request.head);
  socket.write(request.body.subarray(0, sent));
  return {
    socket,
    read: (bytes) =>
      new Promise((resolve) => {
        waiting.push(() => {
          const isServed = length >= bytes || ended;
          if (isServed) resolve(Buffer.concat(chunks));
          return isServed;
        });
        wake();
      }),
    async drop() {
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.destroy();
      await closed;
      // An answer to a later connection: what came before it has been seen.
      await (await fetch(`${gateway.url}/health/ready`)).text();
    },
  };
}

/** A whole answer, of said length or in chunks. */
export async function wholeAnswer(call: RawCall): Promise<{ status: number; body: Buffer }> {
  let have = await call.read(1);
  while (!have.includes("\r\n\r\n")) have = await call.read(have.length + 1);
  const at = have.indexOf("\r\n\r\n");
  const head = have.subarray(0, at).toString("latin1");
  const status = Number(head.split(" ")[1]);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  const last = "\r\n0\r\n\r\n";
  while (length === undefined && !have.includes(last) && !call.socket.closed) {
    have = await call.read(have.length + 1);
  }
  if (length !== undefined) have = await call.read(at + 4 + Number(length));
  call.socket.destroy();
  const body = have.subarray(at + 4);
  return { status, body: length === undefined ? unchunked(body) : body };
}

function unchunked(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.subarray(at, line).toString("latin1"), 16);
    if (line < 0 || !(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}

/** The first picture of a whole answer. */
export function pictureIn(answer: { readonly status: number; readonly body: Buffer }): Buffer {
  // The gateway's own answer, whose form the contract tests check.
  const { data } = JSON.parse(answer.body.toString("utf8")) as { data?: { b64_json: string }[] };
  return Buffer.from(data?.[0]?.b64_json ?? `no picture: ${answer.status}`, "base64");
}
