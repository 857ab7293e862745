import { brotliDecompressSync } from "node:zlib";
import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({ built: true });
});
afterAll(() => gateway.stop());

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A GET whose answer is read as it was sent, still compressed, and whose path nobody tidies. */
function get(path: string, headers: Record<string, string> = {}): Promise<Raw> {
  const { promise, resolve, reject } = Promise.withResolvers<Raw>();
  const { hostname, port } = new URL(gateway.url);
  request({ hostname, port, path, headers }, (answer) => {
    const parts: Buffer[] = [];
    answer.on("data", (part: Buffer) => parts.push(part));
    answer.on("end", () =>
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: Buffer.concat(parts),
      }),
    );
  })
    .on("error", reject)
    .end();
  return promise;
}

/** Bytes of what a browser loads before the first page shows (Brotli, as sent). */
const shellBytesMax = 150 * 1024;

async function assetsOf(path: string): Promise<string[]> {
  const { body } = await get(path);
  return [...body.toString().matchAll(/(?:src|href)="(?<path>\/assets\/[^"]+)"/g)].map(
    ({ groups }) => groups?.["path"] ?? "",
  );
}

test("the console's document is served at its pages, with a policy that allows the gateway's own files only", async () => {
  for (const path of [
    "/",
    "/sign-in",
    "/welcome",
    "/make?model=sandbox",
    "/overview",
    "/requests?state=failed",
    "/requests/req_1",
    "/channels",
    "/channels/new",
    "/models",
    "/audit",
    "/keys",
  ]) {
    const { status, headers, body } = await get(path);
    expect([path, status, headers["content-type"]]).toEqual([
      path,
      200,
      "text/html; charset=utf-8",
    ]);
    expect(body.toString()).toContain('<div id="console">');
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-|https?:|\*/);
    expect(headers["cache-control"]).toBe("no-cache");
  }
});

test("the shell is small as it is sent, compressed once and kept for ever", async () => {
  let bytes = 0;
  const assets = await assetsOf("/");
  expect(assets.some((path) => path.endsWith(".js"))).toBe(true);
  for (const path of assets) {
    const packed = await get(path, { "accept-encoding": "gzip, br" });
    const plain = await get(path);
    expect([packed.headers["content-encoding"], plain.headers["content-encoding"]]).toEqual([
      "br",
      undefined,
    ]);
    expect(brotliDecompressSync(packed.body).equals(plain.body)).toBe(true);
    expect(packed.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    bytes += packed.body.length;
  }
  expect(bytes).toBeLessThan(shellBytesMax);
});

test("the mask editor is a file of its own, at most 40 KB as sent", async () => {
  const folder = fileURLToPath(new URL("../../dist/web/assets", import.meta.url));
  const names = await readdir(folder);
  const name = names.find((one) => /^mask-editor-.*\.js$/.test(one)) ?? "none";
  const { status, body } = await get(`/assets/${name}`, { "accept-encoding": "br" });
  expect([name, status]).toEqual([name, 200]);
  expect(body.length).toBeLessThan(40 * 1024);
});

test.each([
  "/assets/..%2Findex.html",
  "/assets/%2e%2e%2f%2e%2e%2fmain.js",
  "/assets/index.js.br",
  "/assets/nothing.js",
  "/assets/",
])("nothing but the build's own files is served: %s", async (path) => {
  const { status, headers } = await get(path);
  expect([404, 400]).toContain(status);
  expect(headers["content-type"]).toContain("application/json");
});
