import type { Bucket } from "../../core/bucket.ts";
import type { S3Error } from "./answers.ts";
import type { S3Client } from "./client.ts";
import { idLetter } from "./key.ts";
import { addressOf } from "./sign.ts";

/** The finding of a first look at the bucket: nothing, a mistake that a restart would not mend, or that nobody answers. */
export type FirstLook =
  | { readonly kind: "good" }
  /** `problem` is one sentence for the operator. */
  | { readonly kind: "mistaken" | "away"; readonly problem: string };

/** Asks for the first key of the bucket: it writes nothing, and takes the rights and the settings that all else takes. */
export async function firstLook(client: S3Client): Promise<FirstLook> {
  const query = { "list-type": "2", "max-keys": "1", prefix: client.bucket.prefix + idLetter };
  try {
    const { error } = await client.ask({ method: "GET", key: "", query });
    return error === undefined
      ? { kind: "good" }
      : { kind: "mistaken", problem: sentenceOf(client.bucket, error) };
  } catch (thrown) {
    const { host } = addressOf(client.bucket, "");
    return { kind: "away", problem: `the bucket at ${host} does not answer: ${detailOf(thrown)}` };
  }
}

function detailOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return "detail" in thrown && typeof thrown.detail === "string" ? thrown.detail : thrown.message;
}

/** One sentence for each mistake of a configuration that S3 has a word for. */
function sentenceOf(bucket: Bucket, { code, message, region }: S3Error): string {
  const { host } = addressOf(bucket, "");
  const right = region ?? /expecting '([a-z0-9-]+)'/.exec(message)?.[1];
  switch (code) {
    case "NoSuchBucket":
      return `there is no bucket ${bucket.name} at ${host}; make it, or correct images.url`;
    case "PermanentRedirect":
    case "TemporaryRedirect":
    case "AuthorizationHeaderMalformed":
    case "IllegalLocationConstraintException":
    case "HTTP 301":
    case "HTTP 307":
      return `the bucket ${bucket.name} is not in the region ${bucket.region}; put ${right === undefined ? "its own region" : `region=${right}`} into images.url`;
    case "RequestTimeTooSkewed":
      return `the machine's clock differs by more than 15 minutes from that of ${host}; set it, for example by NTP`;
    case "SignatureDoesNotMatch":
      return `${host} finds the signature wrong; check AWS_SECRET_ACCESS_KEY or images.s3.secret_access_key, and that no proxy changes requests`;
    case "InvalidAccessKeyId":
      return `${host} does not know the access key; check AWS_ACCESS_KEY_ID or images.s3.access_key_id`;
    case "ExpiredToken":
    case "InvalidToken":
    case "TokenRefreshRequired":
      return `${host} finds the session token invalid or ended; give a new one with AWS_SESSION_TOKEN, or none`;
    case "AccessDenied":
    case "AllAccessDisabled":
      return `the credentials may not list the bucket ${bucket.name}; allow s3:ListBucket on it, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it`;
    default:
      return `the bucket ${bucket.name} at ${host} cannot be used: ${code}${message === "" ? "" : ` ${message}`}`;
  }
}
