import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answerJson } from "../bodies.ts";

/**
 * An upstream that holds its answers until as many requests have come as it was told, and then answers
 * them all together. Arguments: port, how many, variant files. \`?upload=<digest>\` checks an edit's file.
 */

const [, , portText = "", countText = "1", ...files] = process.argv;
const port = Number(portText);
const together = Number(countText);
const pictures = files.map((file) => readFileSync(file));
const answers = pictures.map((picture) =>
  Buffer.from(answerJson({ b64_json: picture.toString("base64") })),
);
let held: (() => void)[] = [];

function hold(answer: () => void): void {
  held.push(answer);
  if (held.length < together) return;
  const all = held;
  held = [];
  for (const release of all) release();
}

function send(response: ServerResponse, type: string, body: Buffer): void {
  response.writeHead(200, { "content-type": type, "content-length": body.length });
  response.end(body);
}

function bodyOf(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => done(Buffer.concat(chunks)));
}

function generation(request: IncomingMessage, response: ServerResponse, asUrl: boolean): void {
  bodyOf(request, (body) => {
    const variant = Number(/"variant (\d+)"/.exec(body.toString("latin1"))?.[1] ?? 0);
    const url = `http://127.0.0.1:${port}/picture/${variant}`;
    const answer = asUrl
      ? Buffer.from(JSON.stringify({ created: 1, data: [{ url }] }))
      : answers[variant];
    if (answer === undefined) response.writeHead(400).end();
    else hold(() => send(response, "application/json", answer));
  });
}

/** Digests the file part as it comes: the body is not kept. */
function edit(request: IncomingMessage, response: ServerResponse): void {
  const wanted = pictures[0];
  if (wanted === undefined) throw new Error("an upload is checked against the first file");
  const boundary = /boundary="?([^";]+)/.exec(request.headers["content-type"] ?? "")?.[1] ?? "";
  let head = Buffer.alloc(0);
  let left: number | undefined;
  const hash = createHash("sha256");
  const digest = (bytes: Buffer): void => {
    const part = bytes.subarray(0, left);
    left = (left ?? 0) - part.length;
    hash.update(part);
  };
  request.on("data", (chunk: Buffer) => {
    if (left !== undefined) {
      if (left > 0) digest(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const at = head.indexOf(/* the file part's own headers */ "filename=");
    const start = at === -1 ? -1 : head.indexOf("\r\n\r\n", at);
    if (start === -1) return;
    left = wanted.length;
    digest(head.subarray(start + 4));
  });
  request.on("end", () => {
    const isWhole = boundary !== "" && left === 0;
    const isSame =
      isWhole && hash.digest("hex") === createHash("sha256").update(wanted).digest("hex");
    const small = Buffer.from(answerJson({ b64_json: tiny.toString("base64") }));
    hold(() =>
      isSame ? send(response, "application/json", small) : response.writeHead(400).end(),
    );
  });
}

/** One transparent pixel. */
const tiny = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

const server = createServer((request, response) => {
  const path = request.url ?? "";
  if (path === "/base64/v1/images/generations") generation(request, response, false);
  else if (path === "/url/v1/images/generations") generation(request, response, true);
  else if (path === "/base64/v1/images/edits") edit(request, response);
  else {
    const picture = pictures[Number(/^\/picture\/(\d+)$/.exec(path)?.[1] ?? -1)];
    if (picture === undefined) response.writeHead(404).end();
    else send(response, "image/png", picture);
  }
});
server.requestTimeout = 0;
server.keepAliveTimeout = 600_000;
server.listen(port, "127.0.0.1", 4096);
