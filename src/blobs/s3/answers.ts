/** An error's answer as S3 writes it. */
export interface S3Error {
  readonly code: string;
  readonly message: string;
  /** The region that the bucket is in, where another one was asked. */
  readonly region: string | undefined;
}

/** One page of a listing. */
export interface S3Page {
  readonly objects: readonly S3Object[];
  /** Undefined: it is the last. */
  readonly next: string | undefined;
}

/** An object in a listing. */
export interface S3Object {
  readonly key: string;
  readonly byteLength: number;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

/** The error in a body; undefined where it holds none, as after a HEAD or from a proxy. */
export function readS3Error(text: string): S3Error | undefined {
  const body = /<Error\b[^>]*>([\s\S]*)<\/Error>/.exec(text)?.[1];
  const code = body === undefined ? undefined : element(body, "Code");
  if (body === undefined || code === undefined) return undefined;
  return { code, message: element(body, "Message") ?? "", region: element(body, "Region") };
}

/** A page of ListObjectsV2; undefined where the text is none. */
export function readS3Page(text: string): S3Page | undefined {
  const body = /<ListBucketResult\b[^>]*>([\s\S]*)<\/ListBucketResult>/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const objects: S3Object[] = [];
  for (const [, entry = ""] of body.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
    const key = element(entry, "Key");
    const byteLength = Number(element(entry, "Size") ?? Number.NaN);
    const modifiedAt = Date.parse(element(entry, "LastModified") ?? "");
    if (key === undefined || !Number.isSafeInteger(byteLength) || Number.isNaN(modifiedAt))
      return undefined;
    objects.push({ key, byteLength, modifiedAt });
  }
  const isCut = element(body, "IsTruncated") === "true";
  return { objects, next: isCut ? element(body, "NextContinuationToken") : undefined };
}

/** The text of the first element of this name. */
export function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text === undefined ? undefined : unescaped(text);
}

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g,
    (all, ...groups) => {
      const [decimal, hex, name] = groups as readonly (string | undefined)[];
      if (name !== undefined) return named[name] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : all;
    },
  );
}
