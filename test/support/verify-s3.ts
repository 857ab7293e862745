import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Those who may sign, and what their signatures are held against. */
export interface SignedBy {
  /** Secrets by access key, with the session token where one must be shown. */
  readonly keys: Map<string, { readonly secret: string; readonly token?: string }>;
  region: string;
  now: () => number;
}

/** Who signed, and what is wrong with it: a status and S3's code. */
export interface Verdict {
  readonly accessKeyId: string | undefined;
  readonly refusal: readonly [number, string] | undefined;
}

const skewMsMax = 15 * 60_000;

/**
 * Works a signature out again, as AWS describes Signature Version 4, without the library that made it: of a header, or
 * of a presigned URL.
 */
export function refusalOfSignature(
  signers: SignedBy,
  { method = "", headers }: IncomingMessage,
  url: URL,
): Verdict {
  const query = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const isPresigned = query.has("x-amz-signature");
  const given = isPresigned ? ofQuery(query) : ofHeader(headers);
  if (given === undefined) return { accessKeyId: undefined, refusal: [403, "AccessDenied"] };
  const [accessKeyId = "", day, region, service, end] = given.credential.split("/");
  const verdict = (status: number, code: string): Verdict => ({
    accessKeyId,
    refusal: [status, code],
  });
  const key = signers.keys.get(accessKeyId);
  if (key === undefined) return verdict(403, "InvalidAccessKeyId");
  if (service !== "s3" || end !== "aws4_request" || region !== signers.region)
    return verdict(400, "AuthorizationHeaderMalformed");
  const token = isPresigned ? query.get("x-amz-security-token") : headers["x-amz-security-token"];
  if (token !== key.token) return verdict(403, "InvalidToken");
  const signedAt = timeOf(given.date);
  if (Math.abs(signers.now() - signedAt) > skewMsMax) return verdict(403, "RequestTimeTooSkewed");
  if (isPresigned && signers.now() > signedAt + Number(query.get("x-amz-expires")) * 1_000)
    return verdict(403, "AccessDenied");
  const names = given.signedHeaders.split(";");
  const must = isPresigned
    ? ["host"]
    : ["host", ...Object.keys(headers).filter((name) => name.startsWith("x-amz-"))];
  if (must.some((name) => !names.includes(name))) return verdict(403, "AccessDenied");
  const canonical = [
    method,
    url.pathname.split("/").map(escaped).join("/"),
    canonicalQuery(url),
    ...names.map((name) => `${name}:${String(headers[name] ?? "").trim()}`),
    "",
    given.signedHeaders,
    given.digest,
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", given.date, scope, sha256(canonical)].join("\n");
  let secret: Buffer = Buffer.from(`AWS4${key.secret}`);
  for (const part of [day, region, "s3", "aws4_request"]) secret = hmac(secret, part ?? "");
  const right = hmac(secret, text).toString("hex") === given.signature;
  return right ? { accessKeyId, refusal: undefined } : verdict(403, "SignatureDoesNotMatch");
}

interface Given {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
  readonly digest: string;
}

function ofHeader(headers: IncomingMessage["headers"]): Given | undefined {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    );
  const [, credential, signedHeaders, signature] = found ?? [];
  if (credential === undefined || signedHeaders === undefined || signature === undefined)
    return undefined;
  const [date, digest] = [headers["x-amz-date"], headers["x-amz-content-sha256"]].map(String);
  return { credential, signedHeaders, signature, date: date ?? "", digest: digest ?? "" };
}

function ofQuery(query: ReadonlyMap<string, string>): Given | undefined {
  const of = (name: string): string => query.get(`x-amz-${name}`) ?? "";
  return {
    credential: of("credential"),
    signedHeaders: of("signedheaders"),
    signature: of("signature"),
    date: of("date"),
    digest: "UNSIGNED-PAYLOAD",
  };
}

function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .filter(([name]) => name.toLowerCase() !== "x-amz-signature")
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .toSorted()
    .join("&");
}

function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function timeOf(date: string): number {
  return Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
