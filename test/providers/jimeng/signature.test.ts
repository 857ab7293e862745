import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { authorize, settings } from "../../../src/providers/jimeng/settings.ts";

const bodyHash = createHash("sha256").update('{"prompt":"a fox"}').digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

/** The signature as Volcengine's documentation says that it is worked out, step by step. */
function expected(host: string): string {
  const signed = "content-type;host;x-content-sha256;x-date";
  const headers = `content-type:application/json\nhost:${host}\nx-content-sha256:${bodyHash}\nx-date:20261126T123005Z\n`;
  const query = "Action=CVSync2AsyncSubmitTask&Version=2022-08-31";
  const request = ["POST", "/", query, headers, signed, bodyHash].join("\n");
  const hash = createHash("sha256").update(request).digest("hex");
  const text = `HMAC-SHA256\n20261126T123005Z\n20261126/cn-north-1/cv/request\n${hash}`;
  const key = ["20261126", "cn-north-1", "cv", "request"].reduce<string | Buffer>(
    (so, part) => hmac(so, part),
    "test-secret-volc",
  );
  return hmac(key, text).toString("hex");
}

test.each([
  "https://visual.volcengineapi.com/?Action=CVSync2AsyncSubmitTask&Version=2022-08-31",
  "http://127.0.0.1:8080/?Version=2022-08-31&Action=CVSync2AsyncSubmitTask",
])("a call to %s is signed with its host, its query in order and its body", async (url) => {
  const headers = await authorize({
    settings: settings.parse({ access_key: "AKLTtest", secret_key: "test-secret-volc" }),
    method: "POST",
    url,
    bodySha256: async () => bodyHash,
    now: () => Date.UTC(2026, 10, 26, 12, 30, 5, 900),
  });
  const { host } = new URL(url);
  expect(headers).toEqual({
    authorization: `HMAC-SHA256 Credential=AKLTtest/20261126/cn-north-1/cv/request, SignedHeaders=content-type;host;x-content-sha256;x-date, Signature=${expected(host)}`,
    "x-date": "20261126T123005Z",
    "x-content-sha256": bodyHash,
  });
});
