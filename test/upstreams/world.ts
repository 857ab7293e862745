import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { afterEach } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";

/** A request as an upstream got it. */
export interface Came {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** The body, where it is JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** The answer to one request. */
export interface Told {
  readonly status?: number;
  /** `application/json` where the body is an object, else `text/plain`. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An upstream that answers as it is told. */
export interface Upstream {
  readonly url: string;
  readonly came: Came[];
}

const opened: { close(): Promise<void> }[] = [];

/** Closes what a test opened; call it once in each file. */
export function closeAfterEach(): void {
  afterEach(async () => {
    for (const one of opened.splice(0).toReversed()) await one.close();
  });
}

export async function upstream(tell: (came: Came) => Told | Promise<Told>): Promise<Upstream> {
  const came: Came[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const one = { path: request.url ?? "", headers: request.headers, body, json: jsonOf(body) };
    came.push(one);
    const { status = 200, type, headers, body: answer } = await tell(one);
    const isRaw = typeof answer === "string" || Buffer.isBuffer(answer);
    response.writeHead(status, {
      "content-type": type ?? (isRaw ? "text/plain" : "application/json"),
      ...headers,
    });
    response.end(isRaw ? answer : JSON.stringify(answer));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  // A TCP server's address is never a pipe's name.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, came };
}

function jsonOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

/** A gateway with these channels, closed after the test. */
export async function gatewayWith(
  channels: readonly Record<string, unknown>[],
  more: Record<string, unknown> = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway({ channels, ...more });
  opened.push(gateway);
  return gateway;
}

/** An answer to a client. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly error: Readonly<Record<string, unknown>>;
  readonly warnings: readonly {
    readonly param: string;
    readonly code: string;
    readonly message: string;
  }[];
}

/** POSTs JSON, or text as it is, and reads the answer. */
export async function ask(
  gateway: TestGateway,
  body: Record<string, unknown> | string,
  path = "/v1/images/generations",
): Promise<Answered> {
  const response = await postJson(gateway, path, body);
  return answered(response);
}

/** POSTs a form and reads the answer. */
export async function askForm(
  gateway: TestGateway,
  form: FormData,
  path = "/v1/images/edits",
): Promise<Answered> {
  const headers = { authorization: `Bearer ${gateway.key}` };
  return answered(await fetch(gateway.url + path, { method: "POST", headers, body: form }));
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const json = jsonOf(Buffer.from(text)) as {
    data?: Answered["data"];
    error?: Answered["error"];
  };
  const warnings = response.headers.get("x-pinhole-warnings");
  return {
    status: response.status,
    headers: response.headers,
    text,
    data: json.data ?? [],
    error: json.error ?? {},
    warnings: warnings === null ? [] : (JSON.parse(warnings) as Answered["warnings"]),
  };
}

/** A real picture in one colour. */
export function png(width = 64, height = 48, colour = "#305070"): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 4, background: colour } })
    .png()
    .toBuffer();
}

/** What the admin API says of the channels' health. */
export async function health(
  gateway: TestGateway,
): Promise<readonly { id: string; state: string; models: readonly unknown[] }[]> {
  const response = await fetch(`${gateway.url}/admin/v1/health/channels`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  const { data } = (await response.json()) as {
    data: { id: string; state: string; models: unknown[] }[];
  };
  return data;
}
