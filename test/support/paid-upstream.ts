import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bigPng } from "./big-png.ts";
import { samplePng } from "./pictures.ts";

/**
 * An upstream of the OpenAI dialect that answers all shapes of requests, streams with previews too, and says what tokens it
 * took. Prompts with "one fails" have every third call refused, "one is missing" gets a picture less, and the stream of
 * "cut short" ends after two; "large" makes pictures that are relayed as they come.
 */
export interface PaidUpstream {
  /** Ends in /v1. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startPaidUpstream(): Promise<PaidUpstream> {
  const small = (await samplePng(32, 32)).toString("base64");
  const large = bigPng(300_000).toString("base64");
  let calls = 0;
  const server = createServer((request, response) => {
    void fieldsOf(request).then((fields) => {
      calls += 1;
      const picture = fields.prompt.includes("large") ? large : small;
      answer(response, { ...fields, calls, picture });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Fields {
  readonly prompt: string;
  readonly n: number;
  readonly stream: boolean;
  readonly previews: number;
  readonly isEdit: boolean;
}

async function fieldsOf(request: IncomingMessage): Promise<Fields> {
  let body = "";
  for await (const chunk of request.setEncoding("latin1")) body += String(chunk);
  // Fields of a JSON body, or of a form: those that are read here are texts, numbers and flags.
  const json = body.startsWith("{")
    ? (JSON.parse(body) as Record<string, string | number | boolean>)
    : undefined;
  const field = (name: string): string =>
    String(json?.[name] ?? new RegExp(`name="${name}"\r\n\r\n([^\r]*)`).exec(body)?.[1] ?? "");
  return {
    prompt: field("prompt"),
    n: Number(field("n") || 1),
    stream: field("stream") === "true",
    previews: Number(field("partial_images") || 0),
    isEdit: request.url?.endsWith("/edits") === true,
  };
}

/** Tokens that so many pictures took: figures that no price divides evenly. */
const usageOf = (images: number) => ({
  input_tokens: 13 + 101,
  output_tokens: 1357 * images,
  total_tokens: 114 + 1357 * images,
  input_tokens_details: { text_tokens: 13, image_tokens: 101 },
});

function answer(
  response: ServerResponse,
  asked: Fields & { readonly calls: number; readonly picture: string },
): void {
  const { prompt, calls, picture, n, stream } = asked;
  if (prompt.includes("one fails") && calls % 3 === 0) {
    response.writeHead(400, { "content-type": "application/json" });
    const error = { code: "moderation_blocked", type: "image_generation_user_error" };
    response.end(
      JSON.stringify({ error: { ...error, message: "Rejected by the safety system." } }),
    );
    return;
  }
  if (stream) {
    sendEvents(response, asked);
    return;
  }
  const count = prompt.includes("one is missing") ? n - 1 : n;
  const data = Array.from({ length: count }, () => ({ b64_json: picture }));
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ created: 1_795_348_800, data, usage: usageOf(count) }));
}

function sendEvents(
  response: ServerResponse,
  { prompt, n, previews, picture, isEdit }: Fields & { readonly picture: string },
): void {
  const send = (kind: string, fields: object): void => {
    const type = `${isEdit ? "image_edit" : "image_generation"}.${kind}`;
    const known = { type, b64_json: picture, created_at: 1_795_348_800, size: "32x32" };
    const more = { quality: "low", background: "opaque", output_format: "png" };
    response.write(`event: ${type}\ndata: ${JSON.stringify({ ...known, ...more, ...fields })}\n\n`);
  };
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (let made = 0; made < n; made += 1) {
    if (prompt.includes("cut short") && made === 2) {
      // What was written before is there.
      response.write(": cut short\n\n", () => void response.destroy());
      return;
    }
    for (let at = 0; at < previews; at += 1) send("partial_image", { partial_image_index: at });
    send("completed", { usage: usageOf(1) });
  }
  response.end();
}
