import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { type HostileBody, hostileBodies } from "./bodies.ts";

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({
    nodeFlags: ["--max-old-space-size=160"],
    // A body that is shorter than it says is waited for so long.
    settings: { server: { request_timeout: "2s" } },
  });
});
afterAll(() => gateway.stop());

const bodies = hostileBodies();
const residentBytesMax = 450 * 1024 * 1024;

/** The first answer to the bytes as they are, with nothing of an HTTP library between. */
function send(hostile: HostileBody): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const head = [
    `POST /v1/images/${hostile.path} HTTP/1.1`,
    "host: x",
    `authorization: Bearer ${gateway.key}`,
    `content-type: ${hostile.contentType}`,
    `content-length: ${hostile.contentLength ?? hostile.body.length}`,
    "connection: close",
  ];
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      socket.write(hostile.body);
    });
    socket.setEncoding("latin1").on("data", (text: string) => (answer += text));
    // A refusal may come before the body's end; what is sent after it is met by a reset.
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}

function resident(): number {
  const status = readFileSync(`/proc/${gateway.child.pid ?? 0}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

test("the corpus has at least 60 bodies, each with its own name", () => {
  expect(new Set(bodies.map(({ name }) => name)).size).toBe(bodies.length);
  expect(bodies.length).toBeGreaterThanOrEqual(60);
});

test.each(bodies)("$name", async (hostile) => {
  const answer = await send(hostile);
  const status = Number(answer.slice(9, 12));
  const refused = status >= 400 && status < 500;
  expect({ refused: refused || status === 200, answer: answer.slice(0, 600) }).toMatchObject({
    refused: true,
  });
  if (hostile.code !== undefined) expect(answer).toContain(`"code":"${hostile.code}"`);
  if (refused) {
    const told = answer.slice(answer.indexOf("\r\n\r\n") + 4);
    expect(JSON.parse(told)).toMatchObject({
      error: { message: expect.stringMatching(/^[^\n]{10,400}$/), code: expect.any(String) },
    });
    expect(answer).toMatch(/\r\nx-request-id: req_/i);
  }
  // Forms of this corpus hold no good picture.
  if (hostile.path === "edits") expect(refused).toBe(true);
  expect(resident()).toBeLessThan(residentBytesMax);
  expect(gateway.child.exitCode).toBeNull();
});

test("after all of that it still makes images, and nothing was polluted", async () => {
  const response = await fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "sandbox-fast", prompt: "x", size: "64x64" }),
  });
  expect(response.status).toBe(200);
  expect(((await response.json()) as { data: unknown[] }).data).toHaveLength(1);
  expect(gateway.output()).not.toMatch(/"level":(50|60)/);
});
