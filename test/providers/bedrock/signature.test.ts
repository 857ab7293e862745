import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import provider from "../../../src/providers/bedrock/index.ts";
import { authorizeInput } from "../contract-run.ts";

const keys = {
  access_key_id: "AKIAIOSFODNN7EXAMPLE",
  secret_access_key: "wJalrXUtnFEMI/EXAMPLEKEY",
};
const url =
  "https://bedrock-runtime.us-west-2.amazonaws.com/model/stability.stable-image-core-v1%3A1/invoke";
const bodyHash = createHash("sha256").update('{"prompt":"a fox"}').digest("hex");

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The signature as AWS's documentation says that it is worked out, step by step. */
function expectedSignature(headers: Readonly<Record<string, string>>, signed: string): string {
  const canonicalHeaders = signed
    .split(";")
    .map((name) => `${name}:${name === "host" ? new URL(url).host : (headers[name] ?? "")}\n`)
    .join("");
  // Every service but S3 encodes the path twice: %3A becomes %253A.
  const path = new URL(url).pathname.split("/").map(encodeURIComponent).join("/");
  const request = ["POST", path, "", canonicalHeaders, signed, bodyHash].join("\n");
  const scope = "20261126/us-west-2/bedrock/aws4_request";
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(request)].join("\n");
  const day = hmac(`AWS4${keys.secret_access_key}`, "20261126");
  const key = hmac(hmac(hmac(day, "us-west-2"), "bedrock"), "aws4_request");
  return hmac(key, text).toString("hex");
}

async function sign(settings: Readonly<Record<string, string>>) {
  return provider.authorize({
    ...authorizeInput(provider.settings.parse(settings)),
    method: "POST",
    url,
    bodySha256: async () => bodyHash,
    now: () => Date.UTC(2026, 10, 26, 12, 30, 5),
  });
}

describe("a request to Bedrock", () => {
  test.each([
    ["with lasting keys", {}],
    ["with temporary keys", { session_token: "a-session-token" }],
  ])("is signed %s", async (_name, more) => {
    const headers = await sign({ ...keys, ...more });
    const [, credential = "", signed = "", signature = ""] =
      /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(
        headers["authorization"] ?? "",
      ) ?? [];
    expect(credential).toBe("AKIAIOSFODNN7EXAMPLE/20261126/us-west-2/bedrock/aws4_request");
    expect(headers["x-amz-date"]).toBe("20261126T123005Z");
    expect(signed.split(";")).toContain("host");
    expect(headers["x-amz-security-token"]).toBe(
      (more as { session_token?: string }).session_token,
    );
    expect(signature).toBe(expectedSignature(headers, signed));
    expect(JSON.stringify(headers)).not.toContain(keys.secret_access_key);
  });

  test("bears the API key where that is what the channel has", async () => {
    expect(await sign({ api_key: "a-bedrock-key" })).toEqual({
      authorization: "Bearer a-bedrock-key",
    });
  });
});

test.each([
  [{}, "either api_key or access_key_id"],
  [{ ...keys, api_key: "a-key" }, "either api_key or access_key_id"],
  [{ access_key_id: keys.access_key_id }, "together with access_key_id"],
  [{ api_key: "a-key", region: "the moon" }, "must be a region"],
])("settings %j are told what they lack", (given, words) => {
  expect(provider.settings.safeParse(given).error?.message).toContain(words);
});
