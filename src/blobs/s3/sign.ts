import { SignatureV4 } from "@smithy/signature-v4";
import type { Bucket } from "../../core/bucket.ts";
import type { Secret } from "../../core/secret.ts";
import { Sha256 } from "../../core/sha256.ts";
import type { S3HttpRequest } from "./http.ts";

/** Credentials as they are used. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | undefined;
  /** Unix milliseconds. Undefined: they do not end. */
  readonly endsAt: number | undefined;
}

/** One request before it is signed. */
export interface Unsigned {
  readonly method: S3HttpRequest["method"];
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The SHA-256 of nothing: the digest of a request without a body. */
const emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/**
 * The word for a body that is not part of the signature. To sign it, it would have to be read twice; its length is
 * signed, and TLS guards the rest.
 */
const unsignedBody = "UNSIGNED-PAYLOAD";

/** The address of a key in a bucket; of the bucket itself where the key is empty. */
export function addressOf(bucket: Bucket, key: string, isPublic = false): URL {
  const { name, region, prefix, isPathStyle } = bucket;
  const amazon = `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  const own = bucket.endpoint ?? amazon;
  const base = isPublic ? (bucket.publicEndpoint ?? own) : own;
  const path = key === "" ? "" : `/${prefix}${key}`;
  if (isPathStyle) return new URL(`${base}/${name}${path}`);
  const url = new URL(`${base}${path}`);
  url.hostname = `${name}.${url.hostname}`;
  return url;
}

/** The headers of a request, with its signature of this moment. */
export async function signedHeaders(
  { region }: Pick<Bucket, "region">,
  credentials: Credentials,
  { method, url, headers }: Unsigned,
  now: number,
): Promise<Readonly<Record<string, string>>> {
  const digest = method === "PUT" ? unsignedBody : emptyDigest;
  const signed = await signerOf(region, credentials).sign(
    {
      ...wire(method, url),
      headers: { ...headers, host: url.host, "x-amz-content-sha256": digest },
    },
    { signingDate: new Date(now) },
  );
  return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== "host"));
}

/** A URL with which anybody may read the object for so many seconds. */
export async function presignedUrl(
  { region }: Pick<Bucket, "region">,
  credentials: Credentials,
  url: URL,
  seconds: number,
  now: number,
): Promise<string> {
  const signed = await signerOf(region, credentials).presign(
    {
      ...wire("GET", url),
      headers: { host: url.host, "X-Amz-Content-Sha256": unsignedBody },
    },
    { signingDate: new Date(now), expiresIn: seconds },
  );
  const query = Object.entries(signed.query ?? {}).flatMap(([name, value]) =>
    [value ?? ""].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  );
  return `${url.origin}${url.pathname}?${query.join("&")}`;
}

function wire(method: string, url: URL) {
  return {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
  };
}

function signerOf(region: string, credentials: Credentials): SignatureV4 {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return new SignatureV4({
    service: "s3",
    region,
    sha256: Sha256,
    // Paths are in the signature as they are sent: keys are not escaped twice.
    uriEscapePath: false,
    applyChecksum: false,
    credentials: {
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
    },
  });
}
