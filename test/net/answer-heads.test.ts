import fc from "fast-check";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { AnswerHeads } from "../../src/net/transport/answer-heads.ts";
import { createEgress } from "../../src/net/egress.ts";
import { type Loopback, onRequest, rawServer, upstreamAt } from "./loopback.ts";

const egress = createEgress({ now: Date.now });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

/** A server that writes the pieces to the nth request one by one, and keeps the connection. */
async function writing(...answers: readonly (readonly string[])[]): Promise<Loopback> {
  let count = 0;
  const server = await rawServer((socket) =>
    onRequest(socket, () => {
      const pieces = answers[Math.min(count, answers.length - 1)] ?? [];
      count += 1;
      void (async () => {
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
    }),
  );
  servers.push(server);
  return server;
}

/** undici lets a connection rest for a turn before it uses it again. */
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

const json = '{"a":1}';
const good = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`;
const failing = (status: string, more = ""): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${more}content-length: 2\r\n\r\n{}`;
const goOn = "HTTP/1.1 100 Continue\r\n\r\n";

describe("an answer behind an unasked 100 Continue", () => {
  test.each<[string, readonly string[]]>([
    ["in one piece with it", [goOn + good]],
    ["in a piece of its own", [goOn, good]],
    ["with header fields", ["HTTP/1.1 100 Go on\r\nserver: x\r\n\r\n", good]],
    [
      "twice, and early hints between",
      [`${goOn}HTTP/1.1 103 Hints\r\nlink: </a>\r\n\r\n${goOn}`, good],
    ],
    ["byte by byte", [...(goOn + good).slice(0, 60), (goOn + good).slice(60)]],
  ])("is read: %s", async (_name, pieces) => {
    const server = await writing(pieces);
    const http = upstreamAt(egress, server);
    for (let call = 0; call < 2; call += 1) {
      const answer = await http.call({ url: "/", json: { prompt: "a fox" } });
      expect(answer).toMatchObject({ status: 200, json: { a: 1 } });
      await rest();
    }
    expect(server.connections).toBe(1);
  });
});

describe("a connection", () => {
  test.each<[string, readonly string[]]>([
    ["a 500", [failing("500 Internal Server Error")]],
    ["a 502 that says keep-alive", [failing("502 Bad Gateway", "connection: keep-alive\r\n")]],
    ["a chunked 503", ["HTTP/1.1 503 x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]],
    ["a 504 in pieces", [...failing("504 Gateway Timeout")]],
    ["a 599 without a body", ["HTTP/1.1 599 x\r\ncontent-length: 0\r\n\r\n"]],
    ["a 500 behind a 100", [goOn + failing("500 x")]],
    ["a 408", [failing("408 Request Timeout")]],
  ])("is not used again after %s", async (_name, pieces) => {
    const server = await writing(pieces, [good]);
    const http = upstreamAt(egress, server);
    await expect(http.call({ url: "/", json: {} })).rejects.toHaveProperty("name", "PinholeError");
    await rest();
    expect((await http.call({ url: "/", json: {} })).json).toEqual({ a: 1 });
    expect(server.connections).toBe(2);
  });

  test.each(["400 Bad Request", "401 Unauthorized", "404 Not Found", "422 x", "429 x"])(
    "is used again after a %s",
    async (status) => {
      const server = await writing([failing(status)], [good]);
      const http = upstreamAt(egress, server);
      await expect(http.call({ url: "/", json: {} })).rejects.toHaveProperty(
        "name",
        "PinholeError",
      );
      await rest();
      expect((await http.call({ url: "/", json: {} })).json).toEqual({ a: 1 });
      expect(server.connections).toBe(1);
    },
  );
});

test("a body that looks like a head passes as it is", async () => {
  const body = `"HTTP/1.1 100 Continue HTTP/1.1 500"`;
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const server = await writing([`${head}"`, body.slice(1)]);
  expect((await upstreamAt(egress, server).call({ url: "/", json: {} })).json).toBe(
    JSON.parse(body),
  );
});

test("heads cut anywhere come to the same", () => {
  const all = `${goOn}${goOn}HTTP/1.1 103 x\r\na: b\r\n\r\n${failing("500 x")}HTTP/1.1 100`;
  const wanted = `HTTP/1.1 103 x\r\na: b\r\n\r\n${failing("500 x", "").replace("\r\n", "\r\nconnection: close\r\n")}HTTP/1.1 100`;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (cuts) => {
      const heads = new AnswerHeads();
      const out: Buffer[] = [];
      for (let at = 0, index = 0; at < all.length; index += 1) {
        const length = cuts[index % cuts.length] ?? 1;
        const piece = Buffer.from(all.slice(at, at + length), "latin1");
        out.push(heads.isAwaited ? heads.mend(piece) : piece);
        at += length;
      }
      expect(Buffer.concat(out).toString("latin1")).toBe(wanted);
    }),
  );
});

test("what is no head of HTTP/1 passes at once", () => {
  for (const text of ["ICY 200 OK\r\n", "HTTP/2 100\r\n", "HTTQ", "\0"]) {
    const heads = new AnswerHeads();
    expect(heads.mend(Buffer.from(text)).toString()).toBe(text);
    expect(heads.isAwaited).toBe(false);
  }
});
