/** One request, as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Aim {
  readonly host: string;
  readonly port: number;
}

/** As many requests as `connections` can make in the time. */
export interface ThroughputJob extends Aim {
  readonly kind: "throughput";
  readonly request: WireRequest;
  readonly connections: number;
  readonly seconds: number;
}

/** Requests at a fixed rate, whether or not the ones before were answered. */
export interface RateJob extends Aim {
  readonly kind: "rate";
  readonly request: WireRequest;
  readonly perSecond: number;
  readonly count: number;
}

/** All at once, each answer's picture checked against the digest of the variant that was asked for. */
export interface BurstJob extends Aim {
  readonly kind: "burst";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly count: number;
  /** JSON fields; `prompt` becomes `variant <k>`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** SHA-256 of each variant's picture, hex. */
  readonly digests: readonly string[];
  /** `url`: the answers hold URLs, whose pictures are then fetched. */
  readonly answers: "base64" | "url";
}

/** Multipart edits with one file each, all at once. */
export interface UploadJob extends Aim {
  readonly kind: "upload";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly count: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly pictureFile: string;
}

export type Job = ThroughputJob | RateJob | BurstJob | UploadJob;

/** What came of a job. Times in milliseconds. */
export interface JobResult {
  readonly requests: number;
  readonly bodyBytes: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  /** What went wrong, counted by its words. Empty: nothing. */
  readonly faults: Readonly<Record<string, number>>;
}

export type FromLoad =
  | { readonly ready: true }
  | { readonly result: JobResult }
  | { readonly error: string };
