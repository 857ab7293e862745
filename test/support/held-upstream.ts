import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";

/** One execution at the upstream: what is counted, and would be billed. */
export interface Execution {
  readonly body: Buffer;
  /** The picture that this execution makes, unlike any other's. */
  readonly picture: Buffer;
  /** Answers with the picture as base64. */
  answer(): void;
  /** Answers with another status. */
  refuse(status: number, body: unknown): void;
  /** Resets the connection without an answer. */
  reset(): void;
}

/** An upstream of OpenAI's dialect that answers when the test says so, and counts what was asked of it. */
export interface HeldUpstream {
  readonly url: string;
  readonly executions: readonly Execution[];
  /** Resolves with the execution of this number, from 0, once it has arrived whole. */
  arrived(index: number): Promise<Execution>;
  /** From now on what arrives is answered at once. */
  answerAll(): void;
  close(): Promise<void>;
}

export async function startHeldUpstream(): Promise<HeldUpstream> {
  const executions: Execution[] = [];
  const waiting: { readonly index: number; resolve(execution: Execution): void }[] = [];
  let atOnce = false;
  const take = async (body: Buffer, response: ServerResponse): Promise<void> => {
    const execution = executionOf(body, await picture(executions.length), response);
    executions.push(execution);
    for (const waiter of waiting)
      if (waiter.index === executions.length - 1) waiter.resolve(execution);
    if (atOnce) execution.answer();
  };
  let queue = Promise.resolve();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      // One after another, since a picture's number is its place in the list.
      queue = queue.then(() => take(Buffer.concat(chunks), response));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // It listens on TCP, so its address is no path.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    executions,
    arrived: (index) =>
      new Promise((resolve) => {
        const here = executions[index];
        if (here === undefined) waiting.push({ index, resolve });
        else resolve(here);
      }),
    answerAll() {
      atOnce = true;
      for (const execution of executions) execution.answer();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function executionOf(body: Buffer, made: Buffer, response: ServerResponse): Execution {
  const send = (status: number, document: unknown): void => {
    if (response.headersSent) return;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(document));
  };
  return {
    body,
    picture: made,
    answer: () => send(200, { created: 1, data: [{ b64_json: made.toString("base64") }] }),
    refuse: send,
    reset: () => response.socket?.resetAndDestroy(),
  };
}

/** Noise of a seed: some 200 KB, so that an answer is more than one write. */
async function picture(seed: number): Promise<Buffer> {
  let state = seed + 1;
  const pixels = Buffer.alloc(256 * 256 * 3);
  for (let at = 0; at < pixels.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[at] = state >>> 24;
  }
  return sharp(pixels, { raw: { width: 256, height: 256, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}
