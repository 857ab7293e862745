import { createVerify, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import provider from "../../../src/providers/vertex/index.ts";
import { authorizeInput } from "../contract-run.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const keyFile = JSON.stringify({
  type: "service_account",
  project_id: "acme-1",
  client_email: "painter@acme-1.iam.gserviceaccount.com",
  private_key: privateKey,
  token_uri: "https://oauth2.googleapis.com/token",
});

const withPassword = keyFile.replace("https://oauth2", "https://me:canary@oauth2");

describe("the settings", () => {
  test.each([
    ["as JSON", keyFile],
    ["in base64", Buffer.from(keyFile).toString("base64")],
    ["with escaped line breaks", keyFile.replaceAll("\\n", "\\\\n")],
  ])("take a key file %s", (_, text) => {
    const read = provider.settings.parse({ service_account: text });
    expect(read).toMatchObject({
      project: "acme-1",
      base_url: "https://aiplatform.googleapis.com",
      service_account: { email: "painter@acme-1.iam.gserviceaccount.com" },
    });
    expect(JSON.stringify(read)).not.toContain("PRIVATE KEY");
  });

  test.each([
    ["eu", "https://aiplatform.eu.rep.googleapis.com"],
    ["us-central1", "https://us-central1-aiplatform.googleapis.com"],
  ])("know the address of %s", (location, base_url) => {
    expect(provider.settings.parse({ service_account: keyFile, location })).toMatchObject({
      base_url,
    });
  });

  test.each([
    [{ service_account: "{}" }, "key file"],
    [{ service_account: "nonsense" }, "key file"],
    [{ service_account: withPassword }, "`token_uri` is an http or https address without"],
    [{}, "must have one of"],
    [{ service_account: keyFile, api_key: "a-key" }, "must have one of"],
    [{ access_token: "a-token" }, "names no project|name no project"],
  ])("say what is wrong with %j", (given, words) => {
    const read = provider.settings.safeParse(given);
    expect(read.error?.message).toMatch(new RegExp(words));
    expect(read.error?.message).not.toMatch(/PRIVATE KEY|canary/);
  });
});

test("a service account asks for a token with an assertion that its key has signed", async () => {
  const settings = provider.settings.parse({ service_account: keyFile });
  const asked: { url: string; form: Readonly<Record<string, string>> }[] = [];
  let keptFor = 0;
  const headers = await provider.authorize({
    ...authorizeInput(settings),
    now: () => 1_795_700_000_123,
    http: {
      async post({ url, form }) {
        asked.push({ url, form });
        return { access_token: "ya29.token", expires_in: 3599, token_type: "Bearer" };
      },
    },
    cache: {
      async get(_key, make) {
        const made = await make();
        keptFor = made.expiresAt - 1_795_700_000_123;
        return made.value;
      },
    },
  });
  expect(headers).toEqual({ authorization: "Bearer ya29.token" });
  expect(keptFor).toBe(3_299_000);
  const [{ url, form } = { url: "", form: {} }] = asked;
  expect(url).toBe("https://oauth2.googleapis.com/token");
  expect(form["grant_type"]).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
  const [head = "", claims = "", signature = ""] = (form["assertion"] ?? "").split(".");
  const verify = createVerify("RSA-SHA256").update(`${head}.${claims}`);
  expect(verify.verify(publicKey, signature, "base64url")).toBe(true);
  expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({
    iss: "painter@acme-1.iam.gserviceaccount.com",
    scope: "https://www.googleapis.com/auth/cloud-platform",
    aud: "https://oauth2.googleapis.com/token",
    iat: 1_795_700_000,
    exp: 1_795_703_600,
  });
});
