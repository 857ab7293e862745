import { SignatureV4 } from "@smithy/signature-v4";
import type { AuthorizeInput } from "../../core/provider.ts";
import { Sha256 } from "../../core/sha256.ts";
import type { Settings } from "./settings.ts";

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
