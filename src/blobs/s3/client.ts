import type { Bucket } from "../../core/bucket.ts";
import { PinholeError } from "../../core/errors.ts";
import { readS3Error, type S3Error } from "./answers.ts";
import { type S3HttpAnswer, type S3HttpRequest, wholeText } from "./http.ts";
import type { CredentialSource, S3Ports } from "./ports.ts";
import { addressOf, type Credentials, signedHeaders } from "./sign.ts";
import { type Standing, unavailable } from "./standing.ts";

/** One question to the bucket. */
export interface S3Question {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Below the bucket's prefix; empty: the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: S3HttpRequest["body"];
  /** Tries in all; 3 unless given. */
  readonly tries?: number;
  /** Time from one chunk sent to the next, and from the last to the answer's head; milliseconds. */
  readonly headMs?: number;
  /** True: the good answer's body is read by the caller; else it is read whole. */
  readonly isStream?: boolean;
}

/** A bucket's answer: a success, or a refusal that another try would not change. */
export interface S3Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, but for a stream's. */
  readonly text: string;
  /** Undefined: it is a success. */
  readonly error: S3Error | undefined;
  readonly body: AsyncIterable<Buffer>;
}

/** The parts that speaking to one bucket needs. */
export interface S3ClientParts {
  readonly bucket: Bucket;
  readonly credentials: CredentialSource;
  readonly ports: S3Ports;
  readonly standing: Standing;
}

/** Speaks to one bucket. */
export interface S3Client extends S3ClientParts {
  /**
   * Asks until there is an answer, a few times at most: every question here may be asked twice. Throws
   * storage_unavailable where none comes.
   */
  ask(question: S3Question): Promise<S3Reply>;
}

const connectMs = 3_000;
const headMsUsual = 5_000;
/** Time to send a body of no bytes, and the pace of a picture that has its sixteenth of a slow line. */
const sendingMsLeast = 20_000;
const slowBytesPerMs = 64;
/** A stream lasts as long as its reader takes. */
const streamMsMax = 3_600_000;
const triesUsual = 3;
const firstPauseMs = 150;

/** Statuses that say that the server is not well, rather than what is wrong with the question. */
const passingStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const passingCodes: ReadonlySet<string> = new Set([
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "ServiceUnavailable",
  "SlowDown",
]);

export function createS3Client(parts: S3ClientParts): S3Client {
  return { ...parts, ask: (question) => ask(parts, question) };
}

async function ask(parts: S3ClientParts, question: S3Question): Promise<S3Reply> {
  const { ports, standing, credentials } = parts;
  const { tries = triesUsual, headMs = headMsUsual } = question;
  // Whoever waits for an answer waits for that of two tries at most.
  const begunAt = ports.uptime();
  const until = begunAt + 1.5 * headMs;
  let problem = "";
  let mayRenew = true;
  for (let count = 1; count <= tries && ports.uptime() < until; count += 1) {
    if (count > 1) await ports.wait(firstPauseMs * 4 ** (count - 2) * (0.5 + ports.random()));
    const used = await credentials.current().catch(missing(standing, begunAt));
    const reply = await askOnce(parts, question, used);
    if (typeof reply === "string") {
      problem = reply;
    } else if (reply.status === 403 && mayRenew) {
      mayRenew = false;
      // Credentials may end before they said they would. Asked again once, beyond the tries.
      if (!(await credentials.renew(used).catch(() => false))) return settled(standing, reply);
      count -= 1;
    } else {
      return settled(standing, reply);
    }
  }
  standing.lost(problem, begunAt);
  throw unavailable(problem);
}

function missing(standing: Standing, begunAt: number): (thrown: unknown) => never {
  return (thrown) => {
    const problem = `there are no credentials for the bucket: ${wordsOf(thrown)}`;
    standing.lost(problem, begunAt);
    throw unavailable(problem, thrown);
  };
}

function settled(standing: Standing, reply: S3Reply): S3Reply {
  standing.heard();
  return reply;
}

/** One try; a text says why there was no answer that counts. */
async function askOnce(
  parts: S3ClientParts,
  question: S3Question,
  credentials: Credentials,
): Promise<S3Reply | string> {
  const { method, isStream = false } = question;
  try {
    const answer = await send(parts, question, credentials);
    const { status, headers, body } = answer;
    const isGood = status >= 200 && status < 300;
    if (isGood && isStream) return { status, headers, text: "", error: undefined, body };
    const text = await wholeText(answer);
    // Servers that have begun to answer well may still find that they cannot.
    const error = readS3Error(text) ?? (isGood ? undefined : unsaid(status));
    const isPassing =
      passingStatuses.has(status) || (error !== undefined && passingCodes.has(error.code));
    if (isPassing || (isGood && error !== undefined))
      return `${method} answered HTTP ${status}${error === undefined ? "" : ` ${error.code}: ${error.message}`}`;
    return { status, headers, text, error, body };
  } catch (thrown) {
    // No file is left for a connection, or the picture itself cannot be read: no fault of the bucket's.
    if (thrown instanceof PinholeError) throw thrown;
    return `${method} failed: ${wordsOf(thrown)}`;
  }
}

async function send(
  { bucket, ports }: S3ClientParts,
  { method, key, query = {}, headers = {}, body, headMs = headMsUsual, isStream }: S3Question,
  credentials: Credentials,
): Promise<S3HttpAnswer> {
  const url = addressOf(bucket, key);
  url.search = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
  return ports.http.open({
    method,
    url,
    headers: await signedHeaders(bucket, credentials, { method, url, headers }, ports.now()),
    body,
    connectMs,
    headMs,
    wholeMs: isStream === true ? streamMsMax : connectMs + headMs * 2 + sendingMs(body),
  });
}

/** Time for a body that goes on being taken, however slowly. */
function sendingMs(body: S3HttpRequest["body"]): number {
  return body === undefined ? 0 : sendingMsLeast + body.byteLength / slowBytesPerMs;
}

function unsaid(status: number): S3Error {
  return { code: `HTTP ${status}`, message: "", region: undefined };
}

function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
