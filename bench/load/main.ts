import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { type Connection, openConnection } from "./connection.ts";
import type {
  BurstJob,
  FromLoad,
  Job,
  JobResult,
  RateJob,
  ThroughputJob,
  UploadJob,
  WireRequest,
} from "./jobs.ts";
import { createPictureCheck } from "./picture-check.ts";

/** The load generator: a child process, so that its work is not the measured process's. Jobs come over IPC. */

/** What all jobs count. */
interface Tally {
  requests: number;
  bodyBytes: number;
  readonly times: number[];
  readonly faults: Record<string, number>;
}

function newTally(): Tally {
  return { requests: 0, bodyBytes: 0, times: [], faults: {} };
}

function blame(tally: Tally, words: string): void {
  tally.faults[words] = (tally.faults[words] ?? 0) + 1;
}

function resultOf(tally: Tally, seconds: number): JobResult {
  const times = Float64Array.from(tally.times).toSorted();
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  const { requests, bodyBytes, faults } = tally;
  return { requests, bodyBytes, seconds, p50: at(0.5), p99: at(0.99), faults };
}

function wire(job: { host: string; port: number }, request: WireRequest): Buffer {
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = Buffer.byteLength(request.body);
  return Buffer.from(
    `${request.method} ${request.path} HTTP/1.1\r\nhost: ${job.host}:${job.port}\r\n${headers.join("")}content-length: ${length}\r\n\r\n${request.body}`,
  );
}

async function one(
  tally: Tally,
  connection: Connection,
  bytes: Buffer,
  began: number,
): Promise<void> {
  try {
    const { status, bodyBytes } = await connection.ask(bytes);
    tally.requests += 1;
    tally.bodyBytes += bodyBytes;
    tally.times.push(performance.now() - began);
    if (status !== 200) blame(tally, `status ${status}`);
  } catch (error) {
    blame(tally, error instanceof Error ? error.message : String(error));
  }
}

async function throughput(job: ThroughputJob): Promise<JobResult> {
  const tally = newTally();
  const bytes = wire(job, job.request);
  const began = performance.now();
  const until = began + job.seconds * 1000;
  await Promise.all(
    Array.from({ length: job.connections }, async () => {
      const connection = openConnection(job.host, job.port);
      while (performance.now() < until) await one(tally, connection, bytes, performance.now());
      connection.close();
    }),
  );
  return resultOf(tally, (performance.now() - began) / 1000);
}

/** Latency counts from when a request was due, so that a stall is not hidden by its own waiting. */
async function rate(job: RateJob): Promise<JobResult> {
  const tally = newTally();
  const bytes = wire(job, job.request);
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const take = (): Connection => {
    const free = idle.pop();
    if (free !== undefined) return free;
    const made = openConnection(job.host, job.port);
    all.push(made);
    return made;
  };
  const began = performance.now();
  const waiting: Promise<void>[] = [];
  let started = 0;
  while (started < job.count) {
    const due = Math.min(
      job.count,
      Math.floor(((performance.now() - began) / 1000) * job.perSecond),
    );
    for (; started < due; started += 1) {
      const connection = take();
      waiting.push(
        // Timers are coarse; a request begins when it is written, at most a millisecond after it was due.
        one(tally, connection, bytes, performance.now()).then(() => void idle.push(connection)),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(waiting);
  for (const connection of all) connection.close();
  return resultOf(tally, (performance.now() - began) / 1000);
}

async function burst(job: BurstJob): Promise<JobResult> {
  const tally = newTally();
  const began = performance.now();
  const urls: { readonly path: string; readonly digest: string }[] = [];
  const ask = async (index: number): Promise<void> => {
    const variant = index % job.digests.length;
    const wanted = job.digests[variant] ?? "";
    const body = JSON.stringify({ ...job.fields, prompt: `variant ${variant}` });
    const request = { method: "POST", path: job.path, headers: job.headers, body };
    const check = createPictureCheck();
    let text = "";
    const connection = openConnection(job.host, job.port);
    try {
      const { status, bodyBytes } = await connection.ask(wire(job, request), (chunk) => {
        if (job.answers === "base64") check.take(chunk);
        else text += chunk.toString("latin1");
      });
      tally.requests += 1;
      tally.bodyBytes += bodyBytes;
      tally.times.push(performance.now() - began);
      const url = /"url":"([^"]+)"/.exec(text)?.[1];
      if (status !== 200) blame(tally, `status ${status}`);
      else if (job.answers === "url" && url === undefined) blame(tally, "no URL");
      else if (url !== undefined)
        urls.push({ path: new URL(url).pathname + new URL(url).search, digest: wanted });
      else if (check.digest() !== wanted) blame(tally, "another picture");
    } catch (error) {
      blame(tally, error instanceof Error ? error.message : String(error));
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: job.count }, (_, index) => ask(index)));
  const seconds = (performance.now() - began) / 1000;
  await fetchAll(job, tally, urls);
  return resultOf(tally, seconds);
}

/** Hosted pictures, a few at a time: that they are right is asked here, not how fast they come. */
async function fetchAll(
  job: BurstJob,
  tally: Tally,
  urls: readonly { readonly path: string; readonly digest: string }[],
): Promise<void> {
  const left = [...urls];
  const work = async (): Promise<void> => {
    const connection = openConnection(job.host, job.port);
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const hash = createHash("sha256");
      const request = { method: "GET", path: next.path, headers: {}, body: "" };
      const { status } = await connection.ask(wire(job, request), (chunk) => hash.update(chunk));
      if (status !== 200) blame(tally, `status ${status} for a hosted picture`);
      else if (hash.digest("hex") !== next.digest) blame(tally, "another hosted picture");
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

async function upload(job: UploadJob): Promise<JobResult> {
  const tally = newTally();
  const picture = Buffer.allocUnsafeSlow(statSync(job.pictureFile).size);
  const file = openSync(job.pictureFile, "r");
  readSync(file, picture, 0, picture.length, 0);
  closeSync(file);
  const boundary = "pinhole-bench-boundary";
  const texts = Object.entries(job.fields).map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const before = `${texts.join("")}--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n`;
  const after = `\r\n--${boundary}--\r\n`;
  const headers = Object.entries(job.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = Buffer.byteLength(before) + picture.length + Buffer.byteLength(after);
  const head = `POST ${job.path} HTTP/1.1\r\nhost: ${job.host}:${job.port}\r\n${headers.join("")}content-type: multipart/form-data; boundary=${boundary}\r\ncontent-length: ${length}\r\n\r\n`;
  const bytes = Buffer.concat([Buffer.from(head + before), picture, Buffer.from(after)]);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: job.count }, async () => {
      const connection = openConnection(job.host, job.port);
      await one(tally, connection, bytes, began);
      connection.close();
    }),
  );
  return resultOf(tally, (performance.now() - began) / 1000);
}

function run(job: Job): Promise<JobResult> {
  switch (job.kind) {
    case "throughput":
      return throughput(job);
    case "rate":
      return rate(job);
    case "burst":
      return burst(job);
    case "upload":
      return upload(job);
    default:
      return job satisfies never;
  }
}

function answer(message: FromLoad): void {
  process.send?.(message);
}

// Only the bench's own main process is at the other end.
process.on("message", (job: Job) => {
  run(job).then(
    (result) => answer({ result }),
    (error: unknown) =>
      answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
answer({ ready: true });
