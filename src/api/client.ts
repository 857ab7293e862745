import { z } from "zod";

/** A refusal of the gateway, or the fact that no gateway answered. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  /** HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** The contract's code, for example `model_not_found`; `unreachable` where there was no answer. */
  readonly code: string;
  readonly param: string | undefined;
  readonly requestId: string | undefined;
  /** The answer's whole body, for what only some errors have; undefined where there is none. */
  readonly told: unknown;

  constructor(
    message: string,
    fields: {
      readonly status?: number | undefined;
      readonly code: string;
      readonly param?: string | undefined;
      readonly requestId?: string | undefined;
      readonly told?: unknown;
      readonly cause?: unknown;
    },
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.status = fields.status;
    this.code = fields.code;
    this.param = fields.param;
    this.requestId = fields.requestId;
    this.told = fields.told;
  }
}

const warningSchema = z.object({ param: z.string(), code: z.string(), message: z.string() });
/** One entry of `x-pinhole-warnings`. */
export type GatewayWarning = z.infer<typeof warningSchema>;

const modelSchema = z.object({
  id: z.string(),
  owned_by: z.string().nullish(),
  alias_of: z.array(z.string()).nullish(),
  retires_at: z.string().nullish(),
  successor: z.string().nullish(),
  capabilities: z
    .looseObject({
      operations: z.array(z.string()).nullish(),
      sizes: z.array(z.string()).nullish(),
      size_rule: z.looseObject({ edge_max: z.number().nullish() }).nullish(),
      aspect_ratios: z.array(z.string()).nullish(),
      mask: z.boolean().nullish(),
    })
    .nullish(),
  pricing: z.unknown().optional(),
  markup: z.unknown().optional(),
});
/** One entry of `GET /v1/models`. */
export type ModelEntry = z.infer<typeof modelSchema>;

const imagesSchema = z.object({
  data: z.array(z.object({ url: z.string().nullish(), revised_prompt: z.string().nullish() })),
  size: z.string().nullish(),
  quality: z.string().nullish(),
  background: z.string().nullish(),
  output_format: z.string().nullish(),
  usage: z.unknown().optional(),
});

const amount = z.string();
const boundsSchema = z.object({ min: amount, max: amount.nullable() });
const estimateSchema = boundsSchema.extend({
  currency: z.literal("usd"),
  targets: z.array(boundsSchema.extend({ model: z.string(), priced: z.boolean() })),
});
/** The answer of `POST /v1/images/estimate`: US dollars as decimals. */
export type CostEstimate = z.infer<typeof estimateSchema>;

const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    code: z.string().nullish(),
    param: z.string().nullish(),
  }),
});

/** Pictures that a gateway made: addresses to download, and what its headers say. */
export interface MadeImages extends z.infer<typeof imagesSchema> {
  readonly requestId: string | undefined;
  /** The model that really ran. */
  readonly model: string | undefined;
  /** US dollars as a decimal; undefined where the model has no price. */
  readonly costUsd: string | undefined;
  readonly warnings: readonly GatewayWarning[];
}

/** Fields of a request by their wire names; undefined ones are left out. */
export type ImageFields = Readonly<Record<string, unknown>>;

/** A file to upload. */
export interface NamedFile {
  readonly name: string;
  readonly blob: Blob;
}

/** A picture as it arrives. */
export interface Download {
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array>;
}

/** A gateway's API as functions. Every one throws `GatewayError`. */
export interface GatewayClient {
  models(): Promise<readonly ModelEntry[]>;
  /** One of them; its name may contain slashes. */
  model(name: string): Promise<ModelEntry>;
  /** The least and the most that a request with these fields would cost. */
  estimate(fields: ImageFields): Promise<CostEstimate>;
  /** Asks for addresses, so that no picture ever passes through JSON. */
  generate(fields: ImageFields): Promise<MadeImages>;
  /** As `generate`; files are read while they are sent. */
  edit(input: {
    readonly fields: ImageFields;
    readonly images: readonly NamedFile[];
    readonly mask?: NamedFile | undefined;
  }): Promise<MadeImages>;
  /** The bytes of a made picture. The key is not sent: a signed address needs none. */
  download(url: string): Promise<Download>;
}

/** The gateway's address and the caller's key. */
export interface ClientOptions {
  /** With or without `/v1` at its end. */
  readonly url: string;
  readonly key: string;
  readonly fetch: typeof fetch;
}

/** The typed client of the public API. */
export function createClient(options: ClientOptions): GatewayClient {
  const origin = options.url.replace(/\/+$/, "").replace(/\/v1$/, "");
  const authorization = `Bearer ${options.key}`;
  const call = async (url: string, init: RequestInit = {}): Promise<Response> => {
    let answer: Response;
    try {
      answer = await options.fetch(url, init);
    } catch (error) {
      throw unreachable(url, error);
    }
    if (!answer.ok) throw await refusal(answer);
    return answer;
  };
  const post = async (path: string, body: string | FormData): Promise<MadeImages> => {
    const headers: Record<string, string> = { authorization };
    if (typeof body === "string") headers["content-type"] = "application/json";
    return readImages(await call(`${origin}${path}`, { method: "POST", headers, body }));
  };
  return {
    async models() {
      const answer = await call(`${origin}/v1/models`, { headers: { authorization } });
      const list = z.object({ data: z.array(modelSchema) });
      return (await readJson(answer, list)).data;
    },
    async model(name) {
      const path = name.split("/").map(encodeURIComponent).join("/");
      const url = `${origin}/v1/models/${path}`;
      return readJson(await call(url, { headers: { authorization } }), modelSchema);
    },
    async estimate(fields) {
      const headers = { authorization, "content-type": "application/json" };
      const body = JSON.stringify(fields);
      const answer = await call(`${origin}/v1/images/estimate`, { method: "POST", headers, body });
      return readJson(answer, estimateSchema);
    },
    generate: (fields) =>
      post("/v1/images/generations", JSON.stringify({ ...fields, response_format: "url" })),
    edit({ fields, images, mask }) {
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...fields, response_format: "url" })) {
        if (value !== undefined) form.append(name, formText(value));
      }
      const field = images.length === 1 ? "image" : "image[]";
      for (const { blob, name } of images) form.append(field, blob, name);
      if (mask !== undefined) form.append("mask", mask.blob, mask.name);
      return post("/v1/images/edits", form);
    },
    async download(url) {
      const answer = await call(new URL(url, `${origin}/`).href);
      if (answer.body === null) throw unreadable(answer);
      const contentType = answer.headers.get("content-type") ?? "application/octet-stream";
      return { contentType, body: answer.body };
    },
  };
}

function formText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function readImages(answer: Response): Promise<MadeImages> {
  const images = await readJson(answer, imagesSchema);
  const header = (name: string): string | undefined => answer.headers.get(name) ?? undefined;
  return {
    ...images,
    requestId: header("x-request-id"),
    model: header("x-pinhole-model"),
    costUsd: header("x-pinhole-cost"),
    warnings: readWarnings(header("x-pinhole-warnings")),
  };
}

function readWarnings(text: string | undefined): readonly GatewayWarning[] {
  const read = z.array(warningSchema).safeParse(parseJson(text ?? "[]"));
  return read.success ? read.data : [];
}

async function readJson<S extends z.ZodType>(answer: Response, schema: S): Promise<z.output<S>> {
  const read = schema.safeParse(parseJson(await answer.text()));
  if (!read.success) throw unreadable(answer);
  return read.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The gateway's own words where it has some; a proxy in front of it may answer without them. */
export async function refusal(answer: Response): Promise<GatewayError> {
  const body = parseJson(await answer.text().catch(() => ""));
  const read = errorSchema.safeParse(body);
  const requestId = answer.headers.get("x-request-id") ?? undefined;
  const { status } = answer;
  if (!read.success) {
    const message = `The server answered with status ${status} and no explanation; is it a Pinhole?`;
    return new GatewayError(message, { status, code: `http_${status}`, requestId });
  }
  const { message, code, param } = read.data.error;
  return new GatewayError(message, {
    status,
    code: code ?? `http_${status}`,
    param: param ?? undefined,
    requestId,
    told: body,
  });
}

function unreadable(answer: Response): GatewayError {
  return new GatewayError("The server's answer is none that a Pinhole gives; check the address.", {
    status: answer.status,
    code: "unreadable_answer",
    requestId: answer.headers.get("x-request-id") ?? undefined,
  });
}

export function unreachable(url: string, error: unknown): GatewayError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  const origin = URL.parse(url)?.origin ?? url;
  return new GatewayError(`No answer from ${origin}${code}; is the gateway running there?`, {
    code: "unreachable",
    cause: error,
  });
}
