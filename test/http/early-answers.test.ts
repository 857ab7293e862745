import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { findNginx, startNginx } from "../support/nginx.ts";
import { requireForTest, testPython } from "../support/require.ts";

/** Answers that are given before a body has come whole must reach those who send first and read later: nginx, and many clients. */

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ server: { body_bytes_max: "1MB" } });
});
afterAll(() => gateway.close());

const run = promisify(execFile);
const times = 3;
const piece = Buffer.alloc(0x10_0000, "x");
/** More than the buffers of the sockets between take. */
const pieces = 16;
const refused = /^HTTP\/1\.1 413 .*"code":"request_too_large"/s;

interface Sent {
  readonly path: string;
  readonly type: string;
  readonly start: string;
  /** True: the length is said first; false: the body comes in chunks. */
  readonly isSized: boolean;
}

const json = {
  path: "/v1/images/generations",
  type: "application/json",
  start: '{"prompt":"',
} as const;
const form = {
  path: "/v1/images/edits",
  type: "multipart/form-data; boundary=bb",
  start:
    '--bb\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG',
} as const;

function headOf({ path, type, start, isSized }: Sent): string {
  const length = start.length + pieces * piece.length;
  return [
    `POST ${path} HTTP/1.1`,
    "host: x",
    `authorization: Bearer ${gateway.key}`,
    `content-type: ${type}`,
    isSized ? `content-length: ${length}` : "transfer-encoding: chunked",
    "\r\n",
  ].join("\r\n");
}

/** What comes back to a client that reads nothing until it has sent all. */
async function sendFirst(url: string, sent: Sent): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  const write = async (bytes: Buffer | string): Promise<void> => {
    if (!socket.write(bytes, "latin1")) await once(socket, "drain");
  };
  const send = async (bytes: Buffer | string): Promise<void> => {
    if (!sent.isSized) await write(`${bytes.length.toString(16)}\r\n`);
    await write(bytes);
    if (!sent.isSized) await write("\r\n");
  };
  await write(headOf(sent));
  await send(sent.start);
  for (let count = 0; count < pieces; count += 1) await send(piece);
  if (!sent.isSized) await write("0\r\n\r\n");
  let answer = "";
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.endsWith("}}")) break;
  }
  return answer;
}

const kinds: readonly Sent[] = [
  { ...json, isSized: true },
  { ...json, isSized: false },
  { ...form, isSized: true },
];

test.for(kinds)("a client that sends all before it reads gets the 413: %o", async (sent) => {
  for (let count = 0; count < times; count += 1)
    expect(await sendFirst(gateway.url, sent)).toMatch(refused);
});

test.for(kinds)(
  "nginx passes on the 413 of what it has not sent whole: %o",
  async (sent, context) => {
    const binary = requireForTest(context, "nginx", findNginx());
    const nginx = await startNginx(binary, { upstreams: [Number(new URL(gateway.url).port)] });
    onTestFinished(() => nginx.stop());
    for (let count = 0; count < times; count += 1)
      expect(await sendFirst(nginx.url, sent)).toMatch(refused);
  },
);

test("the official Python SDK, curl and fetch say 413", async (context) => {
  const python = requireForTest(context, "a Python with openai", testPython());
  const script = `
import openai, sys
client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key=sys.argv[2], max_retries=0)
for _ in range(${times}):
    try:
        client.images.generate(model="sandbox-fast", prompt="x" * ${pieces * piece.length})
    except openai.APIStatusError as error:
        print(error.status_code, error.code)
`;
  const { stdout } = await run(python, ["-c", script, gateway.url, gateway.key]);
  expect(stdout).toBe("413 request_too_large\n".repeat(times));

  const folder = await mkdtemp(join(tmpdir(), "pinhole-early-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "body");
  const body = `{"prompt":"${"x".repeat(pieces * piece.length)}"}`;
  await writeFile(file, body);
  const address = `${gateway.url}/v1/images/generations`;
  const headers = {
    authorization: `Bearer ${gateway.key}`,
    "content-type": "application/json",
  };
  const words = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const curl = await run("curl", [
    "-s",
    "-w",
    "%{http_code}",
    "-H",
    "expect:",
    ...words,
    "--data-binary",
    `@${file}`,
    address,
  ]);
  expect(curl.stdout).toMatch(/"code":"request_too_large".*413$/s);
  expect((await fetch(address, { method: "POST", headers, body })).status).toBe(413);
});

/** Resolves when the other side has ended the connection in any way. */
function closing(socket: Socket): Promise<void> {
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

test("what follows the refused body on its connection is not served", async () => {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ host: hostname, port: Number(port) });
  const closed = closing(socket);
  let answer = "";
  socket.on("data", (chunk) => (answer += String(chunk)));
  const next = `GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\n\r\n`;
  socket.write(headOf({ ...json, isSized: false }));
  socket.write(`b\r\n${json.start}\r\n200000\r\n${"x".repeat(0x20_0000)}\r\n`);
  await expect.poll(() => answer).toContain("}}");
  socket.write(`0\r\n\r\n${next}${next}`);
  await closed;
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413"]);
  expect(gateway.log.filter(({ path }) => path === "/v1/models")).toEqual([]);
});

test("who goes on sending for long after it was refused is cut", async () => {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.resume();
  const closed = closing(socket);
  socket.write(headOf({ ...json, isSized: true }));
  const drip = setInterval(() => socket.write("x"), 100);
  await closed;
  clearInterval(drip);
  expect(socket.destroyed).toBe(true);
});
