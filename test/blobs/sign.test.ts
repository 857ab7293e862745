import { describe, expect, test } from "vitest";
import { deriveKey } from "../../src/core/derive.ts";
import { createSigner, type Signer, type SigningKey } from "../../src/blobs/hosting/sign.ts";
import { pictureFormats } from "../../src/core/picture.ts";
import { blobId } from "./blob-store-suite.ts";

const master = Buffer.alloc(32, 1);
const key = (kid: string): SigningKey => ({ kid, secret: deriveKey(master, `test-${kid}`) });
const expiresAt = 1_800_000_000_000;

function signer(keys: readonly SigningKey[] = [key("a")], now = expiresAt - 1_000): Signer {
  return createSigner({ keys, now: () => now, toleranceSeconds: 60 });
}

function parts(path: string): [string, Record<string, string>] {
  const url = new URL(path, "http://localhost");
  return [url.pathname, Object.fromEntries(url.searchParams)];
}

const blob = { id: blobId(0xabc), format: "png" } as const;

test("a URL says where, until when, by which key, and is good until then", () => {
  const path = signer().path(blob, expiresAt);
  expect(path).toMatch(/^\/i\/0{29}abc\.png\?e=1800000000&k=a&s=[A-Za-z0-9_-]{43}$/);
  expect(signer().verify(...parts(path))).toEqual({
    kind: "valid",
    ...blob,
    expiresAtMs: expiresAt,
  });
});

test.each(pictureFormats)("%s keeps its format", (format) => {
  const path = signer().path({ ...blob, format }, expiresAt);
  expect(signer().verify(...parts(path))).toMatchObject({ kind: "valid", format });
});

test("expires after the tolerance, and then says so only of what was signed", () => {
  const path = signer().path(blob, expiresAt);
  expect(signer(undefined, expiresAt + 60_000).verify(...parts(path)).kind).toBe("valid");
  const late = signer(undefined, expiresAt + 60_001);
  expect(late.verify(...parts(path))).toEqual({ kind: "expired", id: blob.id });
  const [pathname, query] = parts(path);
  expect(late.verify(pathname, { ...query, e: "1799999999" })).toEqual({ kind: "unknown" });
});

test("keys rotate: the first signs, all verify, one taken out no longer does", () => {
  const old = signer([key("old")]).path(blob, expiresAt);
  const both = signer([key("new"), key("old")]);
  expect(both.path(blob, expiresAt)).toContain("&k=new&");
  expect(both.verify(...parts(old)).kind).toBe("valid");
  expect(signer([key("new")]).verify(...parts(old)).kind).toBe("unknown");
});

test("every change of every character makes it unknown", () => {
  const path = signer().path(blob, expiresAt);
  let tried = 0;
  for (let at = 3; at < path.length; at += 1) {
    for (const other of ["0", "1", "b", "_"]) {
      if (path[at] === other || "?&=".includes(path[at] ?? "")) continue;
      const changed = path.slice(0, at) + other + path.slice(at + 1);
      expect(signer().verify(...parts(changed)).kind).toBe("unknown");
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(300);
});

describe("unknown, without an error", () => {
  const [pathname, query] = parts(signer().path(blob, expiresAt));
  test.each([
    ["no query", pathname, {}],
    ["no signature", pathname, { ...query, s: undefined }],
    ["an empty signature", pathname, { ...query, s: "" }],
    ["a padded signature", pathname, { ...query, s: `${query["s"]}=` }],
    ["repeated fields", pathname, { ...query, s: [query["s"], query["s"]] }],
    ["an expiry written otherwise", pathname, { ...query, e: `0${query["e"]}` }],
    ["an endless expiry", pathname, { ...query, e: "9".repeat(400) }],
    ["another extension", pathname.replace(".png", ".jpg"), query],
    ["a path above", `/i/../i/${blob.id}.png`, query],
    ["an encoded path", pathname.replace("abc", "%61bc"), query],
    ["an unknown key", pathname, { ...query, k: "__proto__" }],
  ])("%s", (_name, path, fields) => {
    expect(signer().verify(path, fields)).toEqual({ kind: "unknown" });
  });
});

test("there is no signer without a key", () => {
  expect(() => createSigner({ keys: [], now: () => 0, toleranceSeconds: 60 })).toThrow(/key/);
});

test("derived keys differ by purpose and by master, and are the same each time", () => {
  const one = deriveKey(master, "hosted-image-urls");
  expect(one).toHaveLength(32);
  expect(deriveKey(master, "hosted-image-urls").equals(one)).toBe(true);
  expect(deriveKey(master, "key-digests").equals(one)).toBe(false);
  expect(deriveKey(Buffer.alloc(32, 2), "hosted-image-urls").equals(one)).toBe(false);
});
