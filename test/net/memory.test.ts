import { execFile } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { base64Length } from "../../src/runtime/base64/base64.ts";
import { httpServer } from "./loopback.ts";
import { pngBytes } from "./memory-spool.ts";

const run = promisify(execFile);
const child = fileURLToPath(new URL("memory-child.ts", import.meta.url));

/** A multiple of three, so that pieces join without padding between. */
const piece = pngBytes(49_152).toString("base64");
const pieces = 1366;
const pictureBytes = pieces * 49_152;

async function writeAnswer(response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"created":1,"data":[{"b64_json":"');
  for (let count = 0; count < pieces; count += 1) {
    if (!response.write(piece)) await once(response, "drain");
  }
  response.end('"}]}');
}

test("a picture of 64 MB passes both ways through a process whose heap has no room for it", async () => {
  let sent = 0;
  const server = await httpServer((request, response) => {
    request.on("data", (chunk: Buffer) => (sent += request.url === "/sent" ? chunk.length : 0));
    request.on("end", () => {
      if (request.url === "/answer") void writeAnswer(response);
      else response.end("{}");
    });
  });
  // As text the picture is 90 MB; Node itself, undici and zod need about 20 of these 48.
  const limits = ["--max-old-space-size=48", "--max-semi-space-size=2"];
  const { stdout } = await run(process.execPath, [
    ...limits,
    child,
    server.origin,
    String(pictureBytes),
  ]);
  const seen = JSON.parse(stdout) as { byteLength: number; longestChunk: number };
  expect(seen.byteLength).toBe(pictureBytes);
  expect(seen.longestChunk).toBeLessThanOrEqual(65_536);
  const whole = Math.floor(pictureBytes / 65_535) * 65_535;
  expect(sent).toBe('{"image":""}'.length + base64Length(whole));
  await server.close();
});
