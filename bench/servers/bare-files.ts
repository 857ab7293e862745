import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/** The floor of the runtime for files: node:http and a read stream, and nothing in between. */

const [, , portText = "", folder = ""] = process.argv;

const server = createServer((request, response) => {
  if (request.url === "/ready") {
    response.end();
    return;
  }
  const path = join(folder, request.url ?? "");
  response.setHeader("content-length", statSync(path).size);
  createReadStream(path, { highWaterMark: 262_144 }).pipe(response);
});
server.keepAliveTimeout = 600_000;
server.listen(Number(portText), "127.0.0.1", 4096);
