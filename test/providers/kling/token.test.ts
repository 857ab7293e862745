import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { authorize, settings } from "../../../src/providers/kling/settings.ts";

const parsed = (part: string | undefined): unknown =>
  JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));

test("an access key and a secret key make a signed token that begins before now and ends in half an hour", () => {
  const read = settings.parse({ access_key: "ak-1", secret_key: "test-secret-kling" });
  const { authorization } = authorize({ settings: read, now: () => 1_795_305_600_900 });
  const token = authorization?.replace(/^Bearer /, "") ?? "";
  const [header, claims, signature] = token.split(".");
  expect(parsed(header)).toEqual({ alg: "HS256", typ: "JWT" });
  expect(parsed(claims)).toEqual({ iss: "ak-1", exp: 1_795_307_400, nbf: 1_795_305_595 });
  const expected = createHmac("sha256", "test-secret-kling").update(`${header}.${claims}`);
  expect(signature).toBe(expected.digest("base64url"));
  expect(token).not.toContain("=");
});

test("an API key is sent as it is, and goes before a pair of keys", () => {
  const read = settings.parse({ api_key: "test-secret-key", access_key: "a", secret_key: "b" });
  expect(authorize({ settings: read, now: () => 0 })).toEqual({
    authorization: "Bearer test-secret-key",
  });
});

test.each([{}, { access_key: "a" }, { secret_key: "b" }])("%j is no sign-in", (given) => {
  expect(settings.safeParse(given).success).toBe(false);
});

test("each region has its address, and the operator's own goes before it", () => {
  const key = { api_key: "k" };
  expect(settings.parse(key).base_url).toBe("https://api-singapore.klingai.com");
  expect(settings.parse({ ...key, region: "china" }).base_url).toBe(
    "https://api-beijing.klingai.com",
  );
  expect(settings.parse({ ...key, base_url: "https://kling.example/" }).base_url).toBe(
    "https://kling.example",
  );
});
