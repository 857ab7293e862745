import { resolve } from "node:path";
import type { Bucket } from "../core/bucket.ts";
import { readBucket } from "./bucket.ts";
import { credentialsOf } from "./bucket-credentials.ts";
import type { Faults } from "./faults.ts";
import type { FileSettings } from "./schema.ts";
import type { Environment } from "./sources.ts";
import type { ImagesConfig } from "./types.ts";

type ImageSettings = FileSettings["images"];

/** Images as configured; whatever `faultImages` finds has been told before. */
export function imagesOf(
  images: ImageSettings,
  { dataFolder, cwd, env }: { dataFolder: string; cwd: string; env: Environment },
): ImagesConfig {
  const url = images.url ?? "";
  const bucket = bucketOf(images, env);
  return {
    ...(typeof bucket === "object"
      ? { kind: "s3", bucket, credentials: credentialsOf(images.s3, bucket.region, env) }
      : { kind: "file" }),
    folder: url.startsWith("file:")
      ? resolve(cwd, url.slice("file:".length))
      : resolve(dataFolder, "images"),
    serve: images.serve,
    ttlMs: images.ttl,
    responseFormat: images.response_format,
    metadata: images.metadata,
    quotaBytes: images.quota,
    savedBytesMax: images.saved_quota,
    recoveryBytes: images.recovery === "none" ? 0 : images.recovery_bytes,
    retentionMs: images.retention,
  };
}

/** Adds a fault for what does not go together. */
export function faultImages(images: ImageSettings, env: Environment, faults: Faults): void {
  const bucket = bucketOf(images, env);
  if (typeof bucket === "string") faults.add(["images", "url"], bucket);
  if (images.url?.startsWith("s3:") !== true) {
    if (images.serve === "redirect")
      faults.add(
        ["images", "serve"],
        "`images.serve` is redirect, which needs images on S3; set images.url to s3://… or serve to gateway",
      );
    return;
  }
  const { access_key_id: id, secret_access_key: secret, encryption, encryption_key } = images.s3;
  if (images.quota !== undefined)
    faults.add(
      ["images", "quota"],
      "`images.quota` cannot be counted on S3; remove it and bound the bucket itself",
    );
  if ((id === undefined) !== (secret === undefined))
    faults.add(
      ["images", "s3", id === undefined ? "secret_access_key" : "access_key_id"],
      "`images.s3` needs access_key_id and secret_access_key both, or neither",
    );
  if (encryption_key !== undefined && encryption?.startsWith("aws:kms") !== true)
    faults.add(
      ["images", "s3", "encryption_key"],
      "`images.s3.encryption_key` needs `images.s3.encryption: aws:kms`",
    );
}

/** The bucket; a text says what is wrong; undefined: images rest in a folder. */
function bucketOf({ url, s3 }: ImageSettings, env: Environment): Bucket | string | undefined {
  if (url === undefined || !url.startsWith("s3:")) return undefined;
  const bucket = readBucket(url, env);
  if (typeof bucket === "string") return bucket;
  const tags = new URLSearchParams(s3.tags).toString().replaceAll("+", "%20");
  const headers = {
    "x-amz-server-side-encryption": s3.encryption,
    "x-amz-server-side-encryption-aws-kms-key-id": s3.encryption_key,
    "x-amz-acl": s3.acl,
    "x-amz-tagging": tags === "" ? undefined : tags,
  };
  const putHeaders: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) putHeaders[name] = value;
  return { ...bucket, putHeaders };
}
