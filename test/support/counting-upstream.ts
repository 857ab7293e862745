import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { bigPng } from "./big-png.ts";

/** What the upstream does with one call. Absent fields: it makes a picture at once. */
export interface Behaviour {
  /** Before it makes anything. */
  readonly delayMs?: number;
  /** Resolves when it may go on; with `delayMs`, after it. */
  readonly until?: Promise<void>;
  /** Refuses or fails with this status, and makes nothing. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** About how large its picture is; a small one unless given. */
  readonly pictureBytes?: number;
}

/** One logical call as the upstream knows it: by its prompt. */
export interface Tally {
  /** Times it was asked. */
  readonly asked: number;
  /** Pictures that it made, and billed. */
  readonly made: number;
}

/** An upstream of the OpenAI dialect that counts what it makes, as a bill would. */
export interface CountingUpstream {
  readonly port: number;
  readonly url: string;
  tally(prompt: string): Tally;
  /** SHA-256 of the newest picture made for a prompt, hex. */
  digest(prompt: string): string | undefined;
  /** All prompts together. */
  total(): Tally;
  /** `asked` counts this prompt's calls from 1. */
  behave(rule: (prompt: string, asked: number) => Behaviour): void;
  /** What a prompt's calls meet, one after the other; above the rule. */
  script(prompt: string, behaviours: readonly Behaviour[]): void;
  close(): Promise<void>;
}

/** Starts it on a free port of loopback. No connection is used twice, so that a fault proxy sees each call as one. */
export async function startCountingUpstream(): Promise<CountingUpstream> {
  const tallies = new Map<string, { asked: number; made: number }>();
  const digests = new Map<string, string>();
  const scripts = new Map<string, readonly Behaviour[]>();
  let big: Buffer = Buffer.alloc(0);
  /** Made once: it takes longer than a call. */
  const bigPicture = (bytes: number): Buffer => {
    if (big.length < bytes) big = bigPng(bytes);
    return big;
  };
  let rule: (prompt: string, asked: number) => Behaviour = () => ({});
  let pictures = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const prompt = promptOf(await bodyOf(request));
    const tally = tallies.get(prompt) ?? { asked: 0, made: 0 };
    tallies.set(prompt, tally);
    tally.asked += 1;
    const behaviour = scripts.get(prompt)?.[tally.asked - 1] ?? rule(prompt, tally.asked);
    if (behaviour.delayMs !== undefined) await sleep(behaviour.delayMs);
    await behaviour.until;
    const headers = { "content-type": "application/json", connection: "close" };
    if (behaviour.status !== undefined) {
      response.writeHead(behaviour.status, { ...headers, ...behaviour.headers });
      response.end(
        JSON.stringify({ error: { message: "It did not work.", type: "server_error" } }),
      );
      return;
    }
    pictures += 1;
    tally.made += 1;
    const { pictureBytes } = behaviour;
    const png = pictureBytes === undefined ? await numberedPng(pictures) : bigPicture(pictureBytes);
    digests.set(prompt, createHash("sha256").update(png).digest("hex"));
    const b64 = png.toString("base64");
    response.writeHead(200, headers);
    response.end(JSON.stringify({ created: 1_795_348_800, data: [{ b64_json: b64 }] }));
  };
  const server = createServer((request, response) => {
    // A client that is cut off by a fault is no fault of the upstream.
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/v1`,
    tally: (prompt) => ({ asked: 0, made: 0, ...tallies.get(prompt) }),
    digest: (prompt) => digests.get(prompt),
    total: () => {
      const all = [...tallies.values()];
      return {
        asked: all.reduce((sum, tally) => sum + tally.asked, 0),
        made: all.reduce((sum, tally) => sum + tally.made, 0),
      };
    },
    behave(next) {
      rule = next;
    },
    script: (prompt, behaviours) => void scripts.set(prompt, behaviours),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  // A request stream without an encoding yields buffers.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}

/** The prompt of a JSON body or of a form. */
function promptOf(body: string): string {
  const found = body.startsWith("{")
    ? (JSON.parse(body) as { prompt?: string }).prompt
    : /name="prompt"\r\n\r\n([^\r]*)/.exec(body)?.[1];
  return found ?? "";
}

/** A picture that no other call gets: the number is in its colour. Not compressed, so that an answer can be cut within it. */
function numberedPng(number: number): Promise<Buffer> {
  const background = { r: number % 256, g: (number >> 8) % 256, b: 77 };
  return sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}
