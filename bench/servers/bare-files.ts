import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/** The most that the runtime can send: node:http and bytes that are in memory already. */

const [, , portText = "", folder = ""] = process.argv;
const files = new Map<string, Buffer>();

const server = createServer((request, response) => {
  const path = request.url ?? "";
  if (path === "/ready") {
    response.end();
    return;
  }
  const bytes = files.get(path) ?? readFileSync(join(folder, path));
  files.set(path, bytes);
  response.setHeader("content-length", bytes.length);
  response.end(bytes);
});
server.keepAliveTimeout = 600_000;
server.listen(Number(portText), "127.0.0.1", 4096);
