import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** One call as the upstream got it, to be answered when and how the test says. */
export interface ScriptedCall {
  /** The JSON body; empty where it was a form. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** Answers with a JSON document. */
  answer(document: unknown, status?: number): void;
  /** Sends one event of a stream; `fields` become its data, beside its type. */
  event(type: string, fields: object): void;
  /** Ends a stream. */
  end(): void;
  /** Breaks the connection. */
  drop(): void;
}

/** An upstream of the OpenAI dialect whose calls wait for the test. */
export interface ScriptedUpstream {
  /** Ends in /v1. */
  readonly url: string;
  readonly calls: readonly ScriptedCall[];
  /** Resolves with the call of this number, from 0, once it is there. */
  arrived(index: number): Promise<ScriptedCall>;
  /** Takes every call from now on. */
  each(play: (call: ScriptedCall, index: number) => void): void;
}

/** Starts one on a free port; it ends with the test. */
export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  const calls: ScriptedCall[] = [];
  const waiting = new Map<number, ((call: ScriptedCall) => void)[]>();
  let play: ((call: ScriptedCall, index: number) => void) | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const isJson = request.headers["content-type"]?.includes("json") === true;
      const call = callOf(Buffer.concat(chunks).toString("latin1"), isJson, response);
      const index = calls.push(call) - 1;
      for (const tell of waiting.get(index) ?? []) tell(call);
      play?.(call, index);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls,
    arrived: (index) =>
      new Promise((resolve) => {
        const here = calls[index];
        if (here === undefined) waiting.set(index, [...(waiting.get(index) ?? []), resolve]);
        else resolve(here);
      }),
    each(next) {
      play = next;
    },
  };
}

function callOf(body: string, isJson: boolean, response: ServerResponse): ScriptedCall {
  return {
    json: isJson ? (JSON.parse(body) as Record<string, unknown>) : {},
    body,
    answer(document, status = 200) {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(document));
    },
    event(type, fields) {
      if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
    },
    end: () => response.end(),
    drop: () => response.destroy(),
  };
}
