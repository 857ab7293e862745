import { createHash, createHmac } from "node:crypto";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Provider } from "../../src/core/provider.ts";
import { EncodedPicture, type WireRequest } from "../../src/core/wire.ts";
import { createEgress } from "../../src/net/egress.ts";
import { httpServer, type Loopback, secretKey, stubProvider, upstreamAt } from "./loopback.ts";
import { pngPicture } from "./memory-spool.ts";

const egress = createEgress({ now: Date.now });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

/** What is signed, in the manner of SigV4: method, path, query, host, date, and the body's hash. */
function signature(method: string, url: string, date: string, bodyHash: string): string {
  const { pathname, searchParams, host } = new URL(url);
  searchParams.sort();
  const text = [method, pathname, searchParams.toString(), host, date, bodyHash].join("\n");
  return createHmac("sha256", secretKey).update(text).digest("hex");
}

/** Signs every request; counts how often it asks for the hash. */
const signing = (): Provider =>
  stubProvider({
    async authorize({ method, url, bodySha256, now }) {
      const date = new Date(now()).toISOString();
      const [hash, again] = await Promise.all([bodySha256(), bodySha256()]);
      expect(again).toBe(hash);
      return {
        "x-date": date,
        "x-content-sha256": hash,
        authorization: `SIGNED ${signature(method, url, date, hash)}`,
      };
    },
  });

/** Refuses with 403 what is not signed for the body, method and path that came. */
async function checkingServer(): Promise<{ server: Loopback; bodies: Buffer[] }> {
  const bodies: Buffer[] = [];
  const server = await httpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      bodies.push(body);
      const hash = createHash("sha256").update(body).digest("hex");
      const url = `http://${request.headers.host}${request.url}`;
      const date = String(request.headers["x-date"]);
      const wanted = `SIGNED ${signature(request.method ?? "", url, date, hash)}`;
      const isRight =
        request.headers["x-content-sha256"] === hash && request.headers.authorization === wanted;
      response.writeHead(isRight ? 200 : 403, { "content-type": "application/json" });
      response.end("{}");
    });
  });
  servers.push(server);
  return { server, bodies };
}

const picture = pngPicture(300_001);
const small = pngPicture(1_000);
const requests: readonly (readonly [string, WireRequest, number])[] = [
  ["no body", { url: "/jobs/1", query: { b: "2", a: "1 ü" } }, 0],
  ["a deletion", { url: "/jobs/1", method: "DELETE" }, 0],
  ["JSON", { url: "/invoke?x=1", json: { prompt: "a fox é😀", n: 2 } }, 20],
  [
    "JSON with a small picture",
    { url: "/invoke", json: { image: new EncodedPicture(small, "base64") } },
    1_000,
  ],
  [
    "JSON with pictures",
    {
      url: "/invoke",
      json: {
        images: [new EncodedPicture(picture, "base64"), new EncodedPicture(picture, "data_url")],
      },
    },
    800_000,
  ],
  ["a form of texts", { url: "/edit", form: [{ name: "prompt", value: "a fox" }] }, 80],
  [
    "a form with pictures",
    {
      url: "/edit",
      form: [
        { name: "prompt", value: "a fox" },
        { name: "image[]", value: picture },
        { name: "image[]", value: small },
      ],
    },
    301_000,
  ],
  ["a picture", { url: "/upload", method: "PUT", body: picture }, 300_001],
];

describe("a provider that signs", () => {
  test.each(requests)("signs %s as it is sent", async (_what, request, bytesMin) => {
    const { server, bodies } = await checkingServer();
    const answer = await upstreamAt(egress, server, { provider: signing() }).call(request);
    expect(answer.status).toBe(200);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]?.length).toBeGreaterThanOrEqual(bytesMin);
  });

  test("signs what is asked for as a stream", async () => {
    const { server } = await checkingServer();
    const http = upstreamAt(egress, server, { provider: signing() });
    const request = { url: "/invoke", json: { image: new EncodedPicture(picture, "data_url") } };
    const events = [];
    for await (const event of http.events(request)) events.push(event);
    expect(events).toHaveLength(1);
  });
});

test("nothing is hashed for a provider that does not ask", async () => {
  const { server } = await checkingServer();
  let written = 0;
  const counted = pngPicture(300_001);
  const { bytes } = counted;
  Object.assign(counted, {
    bytes: {
      ...bytes,
      chunks: (...range: [number?, number?, boolean?]) => {
        written += 1;
        return bytes.chunks(...range);
      },
    },
  });
  const thrown = await upstreamAt(egress, server)
    .call({ url: "/upload", body: counted })
    .catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: "upstream_credentials" });
  expect(written).toBe(1);
  await upstreamAt(egress, server, { provider: signing() }).call({ url: "/upload", body: counted });
  expect(written).toBe(3);
});
