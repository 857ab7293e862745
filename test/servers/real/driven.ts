import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, type TestContext } from "vitest";
import { runCommand, temporaryFolder } from "../../cli/run-command.ts";
import { postJson, startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { rgbaOf } from "../../support/pictures.ts";
import { type RealServer, realServer, type ServerVariables } from "./real-server.ts";

/** A kind of server as the tests drive it. */
export interface DrivenServer extends ServerVariables {
  readonly provider: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Fields of the model's card beside those of the provider's own. */
  readonly card: Readonly<Record<string, unknown>>;
  /** A size that it makes quickly, whose sides 64 divides. */
  readonly side: number;
  /** `provider_options` of edits: as much change as there can be, and a mask with a hard edge. */
  readonly editOptions: Readonly<Record<string, unknown>>;
  /** True: it shows previews; false: it has none, and the client is told. */
  readonly previews: boolean;
  /** The server's queue, where a job that waits can be taken back. Both speak to the server itself. */
  readonly queue?: {
    /** Gives the server work for some seconds. */
    occupy(url: string): Promise<void>;
    /** Jobs that wait behind the one that is at work. */
    waiting(url: string): Promise<number>;
  };
  /** Requests that are the caller's mistake, with the field that the refusal names. */
  readonly mistakes: readonly {
    readonly name: string;
    readonly body: Readonly<Record<string, unknown>>;
    readonly param: string | null;
  }[];
}

/** A server with a gateway in front. */
export interface Chain {
  readonly server: RealServer;
  readonly gateway: TestGateway;
}

/** The chain with a channel of this timeout. `models` are the upstream's own names. */
export async function startChain(
  driven: DrivenServer,
  server: RealServer,
  total = "240s",
): Promise<TestGateway> {
  const [model] = await listedModels(driven, server.url);
  if (model === undefined) throw new Error("the server lists no model");
  return startTestGateway({
    channels: [
      {
        id: "real",
        provider: driven.provider,
        settings: { ...driven.settings, base_url: server.url },
        limits: { concurrency: 1 },
        timeout: { total },
        models: [{ name: "real", upstream: model, card: driven.card }],
      },
    ],
  });
}

/** The names that `pinhole channels models` prints for the server. */
export async function listedModels(driven: DrivenServer, url: string): Promise<readonly string[]> {
  const outcome = await channels(driven, url, ["models", "real", "--json"]);
  expect(outcome.err).toBe("");
  // The command's own document.
  return (JSON.parse(outcome.out) as { models: string[] }).models;
}

/** Runs `pinhole channels …` with a channel for the server. */
export async function channels(driven: DrivenServer, url: string, argv: readonly string[]) {
  using folder = temporaryFolder();
  const settings = JSON.stringify({ ...driven.settings, base_url: url });
  writeFileSync(
    join(folder.path, "pinhole.yaml"),
    `channels: [{ id: real, provider: ${driven.provider}, settings: ${settings}, models: [some] }]`,
  );
  return await runCommand(["channels", ...argv], { cwd: folder.path });
}

/** The chain of one file's tests, begun by the first of them. */
export function chainOf(driven: DrivenServer): {
  get(context: TestContext): Promise<Chain>;
  close(): Promise<void>;
} {
  let chain: Promise<Chain> | undefined;
  return {
    async get(context) {
      const begin = async (): Promise<Chain> => {
        const server = await realServer(context, driven);
        try {
          return { server, gateway: await startChain(driven, server) };
        } catch (thrown) {
          await server.kill?.();
          throw thrown;
        }
      };
      // A skip is thrown, so that each test skips for itself.
      if (process.env[driven.address] === undefined) return begin();
      chain ??= begin();
      return chain;
    },
    async close() {
      const begun = await chain?.catch(() => undefined);
      await begun?.gateway.close();
      await begun?.server.kill?.();
    },
  };
}

/** An answer of the images API, as far as these tests look. */
export interface Answer {
  readonly status: number;
  readonly pictures: readonly Buffer[];
  readonly warnings: readonly { readonly param: string; readonly code: string }[];
  readonly error: { readonly message: string; readonly param: string | null } | undefined;
}

async function answerOf(response: Response): Promise<Answer> {
  // The documents of the contract, which the schema tests check.
  const document = (await response.json()) as {
    data?: { b64_json: string }[];
    error?: { message: string; param: string | null };
  };
  const warnings = response.headers.get("x-pinhole-warnings");
  return {
    status: response.status,
    pictures: (document.data ?? []).map(({ b64_json }) => Buffer.from(b64_json, "base64")),
    warnings: warnings === null ? [] : (JSON.parse(warnings) as Answer["warnings"]),
    error: document.error,
  };
}

/** What all requests say. */
const asked = { model: "real", prompt: "a paper boat", response_format: "b64_json" };

/** Asks for pictures from words. */
export async function generate(gateway: TestGateway, body: object): Promise<Answer> {
  return answerOf(await postJson(gateway, "/v1/images/generations", { ...asked, ...body }));
}

/** Asks for an edit by a form, as OpenAI's clients do. */
export async function edit(
  gateway: TestGateway,
  files: Readonly<Record<string, Buffer>>,
  fields: Readonly<Record<string, string>>,
): Promise<Answer> {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...asked, ...fields })) body.append(name, value);
  for (const [name, bytes] of Object.entries(files))
    body.append(name, new Blob([new Uint8Array(bytes)], { type: "image/png" }), `${name}.png`);
  const headers = { authorization: `Bearer ${gateway.key}` };
  const response = await fetch(`${gateway.url}/v1/images/edits`, { method: "POST", headers, body });
  return answerOf(response);
}

/** A picture of one colour, which an autoencoder gives back nearly as it was. */
export async function flatPng(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: "#c87880" } })
    .png()
    .toBuffer();
}

/** The pixels of a picture between two shares of its width, without the alpha. */
export async function columns(picture: Buffer, from: number, to: number): Promise<Uint8Array> {
  const { width, height, rgba } = await rgbaOf(picture);
  const [left, right] = [Math.round(width * from), Math.round(width * to)];
  const rows = Array.from({ length: height }, (_, y) =>
    rgba.subarray((y * width + left) * 4, (y * width + right) * 4),
  );
  return Buffer.concat(rows).filter((_, at) => at % 4 !== 3);
}

/** The mean of the differences of two lists of pixels, from 0 to 255. */
export function distance(one: Uint8Array, other: Uint8Array): number {
  expect(one.byteLength).toBe(other.byteLength);
  return one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? 0)), 0) / one.length;
}
