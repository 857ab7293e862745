import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { addressOf, signedHeaders } from "../../src/blobs/s3/sign.ts";
import type { Bucket } from "../../src/core/bucket.ts";
import { Secret } from "../../src/core/secret.ts";
import { freePort } from "./postgres.ts";

/** The credentials of every S3 server of a test. */
export const s3Keys = { accessKeyId: "PINHOLETEST", secretAccessKey: "a+secret/of-a-test" };

/** The same in the form that the store takes. */
export const s3Credentials = {
  accessKeyId: s3Keys.accessKeyId,
  secretAccessKey: new Secret(s3Keys.secretAccessKey),
  sessionToken: undefined,
  endsAt: undefined,
};

/** A server that speaks S3, with a bucket `images` on it. */
export interface TestS3 {
  readonly endpoint: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** The names of the programs that are tried. */
export const s3Servers = ["weed", "rclone"] as const;
export type S3Server = (typeof s3Servers)[number];

/** The program of .ci/requirements-s3.txt, beside the Python that PINHOLE_TEST_S3 names. */
export function s3Program(name: S3Server): string | undefined {
  const python = process.env["PINHOLE_TEST_S3"];
  const program = python === undefined ? undefined : join(dirname(python), name);
  return program !== undefined && existsSync(program) ? program : undefined;
}

/** The bucket `images` of a server of a test. */
export function testBucket(endpoint: string, more: Partial<Bucket> = {}): Bucket {
  return {
    name: "images",
    prefix: "",
    region: "us-east-1",
    endpoint,
    publicEndpoint: undefined,
    isPathStyle: true,
    putHeaders: {},
    ...more,
  };
}

/** Starts the program on free ports of this machine, and makes the bucket; again where another has taken a port meanwhile. */
export async function startS3(name: S3Server, program: string): Promise<TestS3> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(name, program);
    } catch (thrown) {
      if (tries === 3) throw thrown;
    }
  }
}

async function startOnce(name: S3Server, program: string): Promise<TestS3> {
  const folder = mkdtempSync(join(tmpdir(), "pinhole-s3-"));
  const port = await freePort();
  const args = name === "weed" ? await weedArguments(folder, port) : rcloneArguments(folder, port);
  const child = spawn(program, args, { cwd: folder, stdio: "ignore", env: { HOME: folder } });
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  // A test file that cannot even be loaded ends nothing itself.
  process.once("exit", () => child.kill("SIGKILL"));
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await makeBucket(endpoint, () => child.exitCode !== null);
    return { endpoint, child, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function weedArguments(folder: string, port: number): Promise<string[]> {
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = s3Keys;
  const actions = ["Admin", "Read", "Write", "List", "Tagging"];
  const identity = { name: "test", credentials: [{ accessKey, secretKey }], actions };
  const config = join(folder, "s3.json");
  writeFileSync(config, JSON.stringify({ identities: [identity] }));
  const ports: string[] = [];
  for (const part of ["master", "volume", "filer"])
    ports.push(`-${part}.port=${await freePort()}`, `-${part}.port.grpc=${await freePort()}`);
  // Others have fixed ports, which two servers at once would both want; and nothing is told to anybody.
  ports.push("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false");
  ports.push(`-s3.port=${port}`, `-s3.port.grpc=${await freePort()}`);
  const here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", `-dir=${folder}`];
  return ["server", "-s3", `-s3.config=${config}`, "-volume.max=20", ...here, ...ports];
}

function rcloneArguments(folder: string, port: number): string[] {
  const root = join(folder, "root");
  mkdirSync(root);
  const keys = `${s3Keys.accessKeyId},${s3Keys.secretAccessKey}`;
  const cache = ["--vfs-cache-mode", "off", "--config", join(folder, "none.conf")];
  return ["serve", "s3", root, "--addr", `127.0.0.1:${port}`, "--auth-key", keys, ...cache];
}

/** Asks for the bucket until the server, which may still be starting, has made it and lists it. */
async function makeBucket(endpoint: string, isOver: () => boolean): Promise<void> {
  let said = "";
  for (let tries = 0; tries < 600 && !isOver(); tries += 1) {
    try {
      const made = await ask(endpoint, "PUT");
      if (made.ok || made.status === 409) {
        const listed = await ask(endpoint, "GET");
        if (listed.ok) return;
        said = `${listed.status} ${await listed.text()}`;
      } else {
        said = `${made.status} ${await made.text()}`;
      }
    } catch (thrown) {
      said = String(thrown);
    }
    await setTimeout(100);
  }
  throw new Error(`the S3 server did not make its bucket: ${said}`);
}

async function ask(endpoint: string, method: "GET" | "PUT"): Promise<Response> {
  const bucket = testBucket(endpoint);
  const url = addressOf(bucket, "");
  const unsigned = { method, url, headers: {} };
  const headers = await signedHeaders(bucket, s3Credentials, unsigned, Date.now());
  return fetch(url, { method, headers });
}
