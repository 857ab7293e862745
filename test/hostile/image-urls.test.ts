import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSigner } from "../../src/blobs/hosting/sign.ts";
import { deriveKey } from "../../src/core/derive.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";

const secret = "test-secret-0123456789-0123456789-abcdef";

let gateway: TestGateway;
/** Path and query of a hosted image that is there. */
let signed = "";
/** The same for an id that was never used, signed with the gateway's own key. */
let signedForNothing = "";
let expired = "";

beforeAll(async () => {
  gateway = await startTestGateway({ secret });
  signed = await hostedPath();
  const signer = createSigner({
    keys: [{ kid: "1", secret: deriveKey(Buffer.from(secret), "hosted image urls") }],
    now: Date.now,
    toleranceSeconds: 60,
  });
  const never = randomBytes(16).toString("hex");
  signedForNothing = signer.path({ id: never, format: "png" }, Date.now() + 600_000);
  const id = /^\/i\/([^.]+)/.exec(signed)?.[1] ?? "";
  expired = signer.path({ id, format: "png" }, Date.now() - 120_000);
});
afterAll(() => gateway.close());

async function hostedPath(): Promise<string> {
  const response = await postJson(gateway, "/v1/images/generations", {
    model: "sandbox-fast",
    prompt: "x",
    size: "64x64",
    response_format: "url",
  });
  const { data } = (await response.json()) as { data: { url: string }[] };
  return (data[0]?.url ?? "").slice(gateway.url.length);
}

/** The whole answer to one request line as it stands on the wire, without what every answer has of its own. */
async function wire(line: string, headers: readonly string[] = []): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      const head = [`${line} HTTP/1.1`, "host: x", "connection: close", ...headers];
      socket.write(Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"));
    });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks)));
    socket.on("error", reject);
  });
  return answer
    .toString("latin1")
    .split("\r\n")
    .filter((text) => !/^(date|x-request-id):/i.test(text))
    .join("\r\n");
}

const status = (answer: string): string => answer.slice(9, 12);

/** Everything in which the signed URL differs by one character: changed, left out, twice, or in the other case. */
function neighbours(url: string): string[] {
  const others = new Set<string>();
  for (let at = "/i/".length; at < url.length; at += 1) {
    const own = url[at] ?? "";
    const swapped = own === own.toLowerCase() ? own.toUpperCase() : own.toLowerCase();
    for (const other of ["0", "f", "A", "-", ".", "%", swapped, "", own + own]) {
      others.add(url.slice(0, at) + other + url.slice(at + 1));
    }
  }
  others.delete(url);
  return [...others];
}

describe("what was not signed here is a 404, all alike", () => {
  test("every URL one character away from a good one", async () => {
    const answers = new Map<string, string>();
    const urls = neighbours(signed);
    expect(urls.length).toBeGreaterThan(500);
    for (const url of urls) {
      const answer = await wire(`GET ${url}`);
      expect({ url, status: status(answer) }).toEqual({ url, status: "404" });
      answers.set(answer, url);
    }
    expect([...answers.values()]).toHaveLength(1);
  });

  test("other ids, formats, expiries, keys, and parameters that are missing, doubled or added", async () => {
    const url = new URL(signed, "http://x");
    const [e, k, s] = ["e", "k", "s"].map((name) => url.searchParams.get(name) ?? "");
    const { pathname } = url;
    const id = pathname.slice(3, -4);
    const expected = await wire(`GET /i/${"0".repeat(32)}.png?e=${e}&k=${k}&s=${s}`);
    expect(status(expected)).toBe("404");
    for (const path of [
      ...Array.from({ length: 50 }, () => `/i/${randomBytes(16).toString("hex")}.png${url.search}`),
      ...["jpg", "webp", "gif", "svg", "PNG", "jpeg", "png.png", "html"].map(
        (ending) => `/i/${id}.${ending}${url.search}`,
      ),
      ...["0", "1", String(Number(e) + 1), `0${e}`, `${e}.0`, `+${e}`, `${e}e1`, "", "NaN"].map(
        (expiry) => `${pathname}?e=${expiry}&k=${k}&s=${s}`,
      ),
      ...["0", "2", "", "__proto__", "1%00", "%31%20"].map(
        (kid) => `${pathname}?e=${e}&k=${kid}&s=${s}`,
      ),
      `${pathname}?e=${e}&k=${k}`,
      `${pathname}?e=${e}&s=${s}`,
      `${pathname}?k=${k}&s=${s}`,
      pathname,
      `${pathname}?`,
      `${signed}&s=${s}`,
      `${signed}&e=${e}`,
      `${signed}&k=1`,
      `${signed}&x=1`,
      `${signed}?x=1`,
      `${signed}#x`,
      `${signed}&`,
      `${signed}=`,
      `${pathname}?E=${e}&K=${k}&S=${s}`,
      `${pathname}?e[]=${e}&k[]=${k}&s[]=${s}`,
      `${pathname}?k=${k}&e=${e}&s=${s}`,
      `${pathname.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`)}${url.search}`,
      `/i/${"f".repeat(300)}.png${url.search}`,
      `/i/..%2f..%2fpinhole.db${url.search}`,
      `/i/%00${url.search}`,
    ]) {
      expect({ path, answer: await wire(`GET ${path}`) }).toEqual({ path, answer: expected });
    }
  });

  test("whether the image exists or not, with ranges and conditions too", async () => {
    const broken = signed.replace(/.$/, "!");
    const expected = await wire(`GET ${broken}`);
    for (const url of [broken, signedForNothing.replace(/.$/, "!"), expired.replace(/.$/, "!")]) {
      for (const headers of [["range: bytes=0-1"], ["if-none-match: *"], ["if-match: *"], []]) {
        expect(await wire(`GET ${url}`, headers)).toBe(expected);
      }
    }
  });

  test("HEAD has the head of GET and no body", async () => {
    for (const url of [signed, signed.replace(/.$/, "!"), signedForNothing, expired]) {
      // The seconds that are left go on counting between the two.
      const still = (answer: string): string => answer.replace(/max-age=\d+/, "max-age=N");
      const [head] = still(await wire(`GET ${url}`)).split("\r\n\r\n");
      expect(still(await wire(`HEAD ${url}`))).toBe(`${head}\r\n\r\n`);
    }
  });
});

describe("what was signed and is gone is a 410, all alike", () => {
  test("expired, deleted, or never there, ranges and conditions or not", async () => {
    const deleted = await hostedPath();
    expect(status(await wire(`GET ${deleted}`))).toBe("200");
    await deleteImage(deleted);
    const expected = await wire(`GET ${expired}`);
    expect(status(expected)).toBe("410");
    expect(expected).toContain('"code":"result_expired"');
    for (const url of [expired, deleted, signedForNothing]) {
      for (const headers of [["range: bytes=0-1"], ["if-none-match: *"], ["if-match: *"], []]) {
        expect({ url, answer: await wire(`GET ${url}`, headers) }).toEqual({
          url,
          answer: expected,
        });
      }
    }
  });

  test("one character away it is a 404 again", async () => {
    const expected = await wire(`GET ${signed.replace(/.$/, "!")}`);
    for (const url of [expired, signedForNothing]) {
      expect(await wire(`GET ${url.replace(/.$/, "!")}`)).toBe(expected);
    }
  });
});

/** As the sweeper does it, by its file. */
async function deleteImage(url: string): Promise<void> {
  const id = /^\/i\/([^.]+)/.exec(url)?.[1] ?? "";
  const folder = join(gateway.folder, "data/images");
  const names = await readdir(folder, { recursive: true });
  const found = names.filter((name) => name.includes(id));
  expect(found).toHaveLength(1);
  for (const name of found) await rm(join(folder, name));
}

test("the good URL still is one", async () => {
  expect(status(await wire(`GET ${signed}`))).toBe("200");
});
