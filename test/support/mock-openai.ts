import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";

/** A request as the mock upstream got it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** The parsed body, where it was JSON. */
  readonly json: Record<string, unknown> | undefined;
}

export interface MockOpenAi {
  readonly url: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

/**
 * An upstream that speaks OpenAI's images API and answers every request with real pictures of the
 * asked size and format. `answer` may take a request over, `before` hold it up.
 */
export async function startMockOpenAi(
  answer?: (
    request: SeenRequest,
  ) => { status: number; headers?: Record<string, string>; body: string } | undefined,
  before?: (request: SeenRequest) => Promise<void>,
): Promise<MockOpenAi> {
  const seen: SeenRequest[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      void (async () => {
        const body = Buffer.concat(chunks);
        const isJson = request.headers["content-type"]?.includes("json") === true;
        const json = isJson
          ? (JSON.parse(body.toString("utf8")) as Record<string, unknown>)
          : undefined;
        const one: SeenRequest = {
          method: request.method ?? "",
          path: request.url ?? "",
          headers: request.headers,
          body,
          json,
        };
        seen.push(one);
        await before?.(one);
        const taken = answer?.(one);
        if (taken !== undefined) {
          response.writeHead(taken.status, {
            "content-type": "application/json",
            ...taken.headers,
          });
          response.end(taken.body);
          return;
        }
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(await pictures(one)));
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function pictures(request: SeenRequest): Promise<unknown> {
  const text = request.body.toString("latin1");
  const part = (name: string): string | undefined =>
    new RegExp(`name="${name}"\r\n\r\n([^\r]*)`).exec(text)?.[1];
  const field = (name: string): string | undefined => {
    const value = request.json?.[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : part(name);
  };
  const [width, height] =
    (field("size") ?? "auto") === "auto" ? [64, 64] : String(field("size")).split("x").map(Number);
  const format = (field("output_format") ?? "png") as "png" | "jpeg" | "webp";
  const bytes = await sharp({
    create: {
      width: width ?? 64,
      height: height ?? 64,
      channels: 3,
      background: { r: 200, g: 80, b: 20 },
    },
  })
    .toFormat(format)
    .toBuffer();
  const n = Number(field("n") ?? 1);
  return {
    created: 1_795_348_800,
    data: Array.from({ length: n }, () => ({ b64_json: bytes.toString("base64") })),
    usage: {
      input_tokens: 10,
      output_tokens: 100,
      total_tokens: 110,
      input_tokens_details: { text_tokens: 10, image_tokens: 0 },
    },
  };
}
