import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { authorize, settings } from "../../../src/providers/hunyuan/settings.ts";

const keys = { secret_id: "AKIDtest", secret_key: "test-secret-tc3" };
const bodyHash = createHash("sha256").update('{"Prompt":"a fox"}').digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

function sign(given: Readonly<Record<string, string>>, url = "https://aiart.tencentcloudapi.com/") {
  return authorize({
    settings: settings.parse(given),
    method: "POST",
    url,
    bodySha256: async () => bodyHash,
    now: () => Date.UTC(2026, 10, 26, 23, 59, 59, 900),
  });
}

/** The signature as Tencent Cloud's documentation says that it is worked out, step by step. */
function expected(host: string): string {
  const headers = `content-type:application/json\nhost:${host}\n`;
  const request = `POST\n/\n\n${headers}\ncontent-type;host\n${bodyHash}`;
  const hash = createHash("sha256").update(request).digest("hex");
  const text = `TC3-HMAC-SHA256\n1795737599\n2026-11-26/aiart/tc3_request\n${hash}`;
  const day = hmac("TC3test-secret-tc3", "2026-11-26");
  const key = hmac(hmac(day, "aiart"), "tc3_request");
  return hmac(key, text).toString("hex");
}

describe("a call of the signed API", () => {
  test.each([
    ["https://aiart.tencentcloudapi.com/", "aiart.tencentcloudapi.com"],
    ["http://127.0.0.1:8080/", "127.0.0.1:8080"],
  ])("to %s is signed with its host", async (url, host) => {
    expect(await sign(keys, url)).toEqual({
      authorization: `TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-26/aiart/tc3_request, SignedHeaders=content-type;host, Signature=${expected(host)}`,
      "x-tc-timestamp": "1795737599",
      "x-tc-region": "ap-guangzhou",
    });
  });

  test("of temporary keys carries their token, and the operator's region", async () => {
    const headers = await sign({ ...keys, session_token: "test-token", region: "ap-singapore" });
    expect(headers["x-tc-token"]).toBe("test-token");
    expect(headers["x-tc-region"]).toBe("ap-singapore");
  });
});

test("a key of TokenHub is a bearer key, and decides over the address", async () => {
  expect(await sign({ api_key: "test-key", ...keys })).toEqual({
    authorization: "Bearer test-key",
  });
  expect(settings.parse({ api_key: "k" }).base_url).toBe("https://tokenhub.tencentmaas.com");
  expect(settings.parse(keys).base_url).toBe("https://aiart.tencentcloudapi.com");
});

test.each([{}, { secret_id: "a" }, { secret_key: "b" }])("%j is no sign-in", (given) => {
  expect(settings.safeParse(given).success).toBe(false);
});
