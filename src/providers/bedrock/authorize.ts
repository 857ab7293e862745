import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AuthorizeInput } from "../../core/provider.ts";
import type { Settings } from "./settings.ts";

/** SHA-256, and HMAC with it, in the form that the signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash("sha256")
        : createHmac("sha256", typeof secret === "string" ? secret : bytesOf(secret));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error("the signer makes a new hash for each use");
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The API key as a bearer token, or a Signature Version 4 over method, path, host and the body's SHA-256. */
export async function authorize(
  input: AuthorizeInput<Settings>,
): Promise<Readonly<Record<string, string>>> {
  const { api_key: key, access_key_id: id, secret_access_key: secret } = input.settings;
  if (key !== undefined) return { authorization: `Bearer ${key.reveal()}` };
  // Both are there: the settings' schema has seen to it.
  if (id === undefined || secret === undefined) return {};
  const { session_token: token, region } = input.settings;
  const url = new URL(input.url);
  const signer = new SignatureV4({
    service: "bedrock",
    region,
    sha256: Sha256,
    credentials: {
      accessKeyId: id,
      secretAccessKey: secret.reveal(),
      ...(token === undefined ? {} : { sessionToken: token.reveal() }),
    },
  });
  const signed = await signer.sign(
    {
      method: input.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, "x-amz-content-sha256": await input.bodySha256() },
    },
    { signingDate: new Date(input.now()) },
  );
  return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== "host"));
}
