import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";

/** An upstream of the OpenAI dialect that edits pictures badly: it changes every pixel of the upper half, whatever the mask says. */
export interface Retoucher {
  /** Ends in /v1. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one on a free port. */
export async function startRetoucher(): Promise<Retoucher> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const type = request.headers["content-type"] ?? "";
      retouched(Buffer.concat(chunks), type).then(
        (b64_json) => {
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify({ created: 1, data: [{ b64_json }] }));
        },
        () => response.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function retouched(body: Buffer, type: string): Promise<string> {
  const answer = new Response(new Uint8Array(body), { headers: { "content-type": type } });
  const form = await answer.formData();
  const image = form.get("image") ?? form.get("image[]");
  if (!(image instanceof File)) throw new Error("no image came");
  const bytes = Buffer.from(await image.arrayBuffer());
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  // Far from what it was, however bright that is.
  for (let at = 0; at < data.length / 2; at += 1) data[at] = (data[at] ?? 0) ^ 0x80;
  const { width, height, channels } = info;
  const png = await sharp(data, { raw: { width, height, channels } }).png().toBuffer();
  return png.toString("base64");
}
