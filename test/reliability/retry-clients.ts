import { execFile, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import OpenAI, { APIConnectionError, APIError } from "openai";

/** What the user of a client is left with. */
export interface Finding {
  /** SHA-256 of the picture, hex. */
  readonly image?: string;
  readonly status?: number | undefined;
  readonly code?: string | null | undefined;
  readonly shouldRetry?: string | null | undefined;
  /** The call ended without any answer. */
  readonly broken?: string;
}

export interface Job {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly prompt: string;
}

/** A client with its own way of retrying, as its users run it. */
export interface RetryingClient {
  call(job: Job): Promise<Finding>;
  close(): Promise<void>;
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The official Node SDK with its defaults: two retries. */
export function nodeSdk(): RetryingClient {
  return {
    async call({ url, key, model, prompt }) {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key });
      try {
        const wanted = { model, prompt, response_format: "b64_json" as const };
        const answer = await client.images.generate(wanted);
        return { image: digest(Buffer.from(answer.data?.[0]?.b64_json ?? "", "base64")) };
      } catch (thrown) {
        if (thrown instanceof APIConnectionError) return { broken: String(thrown) };
        if (!(thrown instanceof APIError)) return { broken: String(thrown) };
        const status: unknown = thrown.status;
        const code = thrown.code ?? null;
        const shouldRetry = (thrown.headers as Headers | undefined)?.get("x-should-retry");
        return { status: Number(status), code, shouldRetry };
      }
    },
    close: () => Promise.resolve(),
  };
}

/** The official Python SDK with its defaults, in a process that takes one call after the other. */
export function pythonSdk(python: string): RetryingClient {
  const script = join(import.meta.dirname, "retry-clients.py");
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async call(job) {
      child.stdin.write(`${JSON.stringify(job)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error("the Python client has ended");
      // Written by the script beside this file.
      return JSON.parse(line.value) as Finding;
    },
    async close() {
      child.stdin.end();
      await new Promise((resolve) => child.once("exit", resolve));
    },
  };
}

/** curl --retry: it retries whatever happens, so its user sends an Idempotency-Key. */
export function curl(): RetryingClient {
  return {
    async call({ url, key, model, prompt }) {
      const folder = await mkdtemp(join(tmpdir(), "pinhole-curl-"));
      const [body, head] = [join(folder, "body"), join(folder, "head")];
      try {
        const flags = "--silent --retry 1 --retry-all-errors --retry-delay 1 -w %{http_code}";
        const headers = [
          `Authorization: Bearer ${key}`,
          "Content-Type: application/json",
          `Idempotency-Key: ${randomUUID()}`,
        ].flatMap((header) => ["-H", header]);
        const data = JSON.stringify({ model, prompt, response_format: "b64_json" });
        const target = `${url}/v1/images/generations`;
        const args = [...flags.split(" "), ...headers, "-o", body, "-D", head, "-d", data, target];
        const { stdout } = await promisify(execFile)("curl", args);
        return await curlFinding(Number(stdout), body, head);
      } catch (thrown) {
        return { broken: String(thrown) };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    close: () => Promise.resolve(),
  };
}

async function curlFinding(status: number, bodyPath: string, headPath: string): Promise<Finding> {
  const body = await readFile(bodyPath, "utf8");
  if (status === 200) {
    // The gateway's own answer; where it is not whole, this throws and the call is broken.
    const answer = JSON.parse(body) as { data: { b64_json: string }[] };
    return { image: digest(Buffer.from(answer.data[0]?.b64_json ?? "", "base64")) };
  }
  const head = await readFile(headPath, "utf8");
  const shouldRetry = [...head.matchAll(/^x-should-retry: (\w+)/gim)].at(-1)?.[1];
  const code = body.startsWith("{")
    ? (JSON.parse(body) as { error: { code: string } }).error.code
    : undefined;
  return { status, code, shouldRetry };
}
