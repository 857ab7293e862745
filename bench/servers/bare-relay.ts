import { createServer } from "node:http";
import { Agent } from "undici";

/** The floor of the runtime: node:http in front, undici's dispatch behind, and nothing in between. */

const [, , portText = "", upstreamPort = ""] = process.argv;
const agent = new Agent({ allowH2: false });

const server = createServer((request, response) => {
  if (request.url === "/ready") {
    response.end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    agent.dispatch(
      {
        origin: `http://127.0.0.1:${upstreamPort}`,
        path: request.url ?? "/",
        method: "POST",
        headers: { "content-type": "application/json" },
        body: Buffer.concat(chunks),
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, status, headers) {
          const { "content-type": type, "content-length": length } = headers;
          response.statusCode = status;
          if (type !== undefined) response.setHeader("content-type", type);
          if (length !== undefined) response.setHeader("content-length", length);
        },
        onResponseData(controller, chunk) {
          if (response.write(chunk)) return;
          controller.pause();
          response.once("drain", () => controller.resume());
        },
        onResponseEnd: () => void response.end(),
        onResponseError: () => response.destroy(),
      },
    );
  });
});
server.keepAliveTimeout = 600_000;
server.listen(Number(portText), "127.0.0.1", 4096);
