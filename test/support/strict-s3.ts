import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { refusalOfSignature, type SignedBy } from "./verify-s3.ts";

/** A fault that the fake shows instead of an answer, or in the middle of one. */
export type S3Fault =
  | { readonly kind: "hang" | "reset" | "cut" | "error under 200" }
  | { readonly kind: "answer"; readonly status: number; readonly code: string };

export interface StrictObject {
  readonly body: Buffer;
  readonly contentType: string;
  modifiedAt: number;
}

/** A request as the fake saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly key: string;
  readonly query: string;
  readonly headers: IncomingMessage["headers"];
  readonly accessKeyId: string | undefined;
}

/** A server of S3 that refuses whatever one of R2, B2 and MinIO refuses. */
export interface StrictS3 {
  readonly endpoint: string;
  readonly objects: Map<string, StrictObject>;
  readonly seen: SeenRequest[];
  /** Who may sign; and the region and the clock that signatures are held against. */
  readonly signers: SignedBy;
  /** Objects on one page of a listing. */
  pageSize: number;
  /** Asked for each request before it is answered. */
  fault: (request: SeenRequest) => S3Fault | undefined;
  /** Headers beginning `x-amz-` that it knows besides those of the signature. */
  readonly knownHeaders: Set<string>;
  stop(): Promise<void>;
}

/** Headers of a signature, which every server knows. */
const signatureHeaders = ["x-amz-date", "x-amz-content-sha256", "x-amz-security-token"];
const knownQueries = new Set(["list-type", "prefix", "max-keys", "continuation-token"]);

export async function startStrictS3(bucket = "images"): Promise<StrictS3> {
  const server = createServer((request, response) => {
    answer(fake, bucket, request, response).catch((thrown: unknown) => {
      if (!response.destroyed) response.destroy(thrown instanceof Error ? thrown : undefined);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const fake: StrictS3 = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    seen: [],
    signers: { keys: new Map(), region: "us-east-1", now: () => Date.now() },
    pageSize: 1_000,
    fault: () => undefined,
    knownHeaders: new Set(),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return fake;
}

async function answer(
  fake: StrictS3,
  bucket: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", fake.endpoint);
  const [, name = "", ...rest] = url.pathname.split("/");
  const key = rest.join("/");
  const { method = "", headers } = request;
  const signature = refusalOfSignature(fake.signers, request, url);
  const { accessKeyId } = signature;
  const seen: SeenRequest = { method, key, query: url.search.slice(1), headers, accessKeyId };
  fake.seen.push(seen);
  const fault = fake.fault(seen);
  const body = await bodyOf(request, fault);
  if (fault?.kind === "hang") return;
  if (fault?.kind === "reset") {
    request.socket.resetAndDestroy();
    return;
  }
  if (fault?.kind === "answer") return refuse(response, fault.status, fault.code);
  if (fault?.kind === "error under 200") return refuse(response, 200, "InternalError");
  const refused = refusalOf(fake, request, url) ?? signature.refusal;
  if (refused !== undefined)
    return refuse(response, ...refused, `<Region>${fake.signers.region}</Region>`);
  if (name !== bucket) return refuse(response, 404, "NoSuchBucket");
  if (key === "") list(fake, url, response);
  else if (method === "PUT") put(fake, key, body, request, response);
  else if (method === "DELETE") remove(fake, key, response);
  else read(fake, key, request, response, fault?.kind === "cut");
}

async function bodyOf(request: IncomingMessage, fault: S3Fault | undefined): Promise<Buffer> {
  if (fault?.kind === "hang" || fault?.kind === "reset") return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Whatever R2, B2 or MinIO would not take, and what the store has no business to send. */
function refusalOf(
  fake: StrictS3,
  { method = "", headers }: IncomingMessage,
  url: URL,
): readonly [number, string] | undefined {
  const isPut = method === "PUT";
  if (!["GET", "PUT", "DELETE"].includes(method)) return [405, "MethodNotAllowed"];
  if (headers["transfer-encoding"] !== undefined) return [411, "MissingContentLength"];
  if (isPut && !/^\d+$/.test(headers["content-length"] ?? "")) return [411, "MissingContentLength"];
  if (headers["content-encoding"] !== undefined || headers["trailer"] !== undefined)
    return [501, "NotImplemented"];
  if (String(headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING"))
    return [501, "NotImplemented"];
  if (headers["expect"] !== undefined) return [417, "ExpectationFailed"];
  for (const header of Object.keys(headers)) {
    const isOwn = header.startsWith("x-amz-") || header.startsWith("x-id");
    const isKnown = signatureHeaders.includes(header) || fake.knownHeaders.has(header);
    if (isOwn && !isKnown) return [501, "NotImplemented"];
    if (header === "content-md5" && !fake.knownHeaders.has(header)) return [501, "NotImplemented"];
  }
  for (const name of url.searchParams.keys())
    if (!knownQueries.has(name) && !/^x-amz-/i.test(name)) return [501, "NotImplemented"];
  return undefined;
}

function put(
  { objects, signers }: StrictS3,
  key: string,
  body: Buffer,
  { headers }: IncomingMessage,
  response: ServerResponse,
): void {
  if (body.length !== Number(headers["content-length"])) {
    refuse(response, 400, "IncompleteBody");
    return;
  }
  const contentType = headers["content-type"] ?? "binary/octet-stream";
  objects.set(key, { body, contentType, modifiedAt: signers.now() });
  response.writeHead(200, { etag: etagOf(body), "content-length": 0 }).end();
}

function remove({ objects }: StrictS3, key: string, response: ServerResponse): void {
  objects.delete(key);
  response.writeHead(204).end();
}

function read(
  { objects }: StrictS3,
  key: string,
  { headers }: IncomingMessage,
  response: ServerResponse,
  isCut: boolean,
): void {
  const object = objects.get(key);
  if (object === undefined) {
    refuse(response, 404, "NoSuchKey");
    return;
  }
  const all = object.body.length;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
  const start = Number(first ?? 0);
  const end = last === undefined ? all : Math.min(Number(last) + 1, all);
  if (start >= end) {
    refuse(response, 416, "InvalidRange");
    return;
  }
  const part = object.body.subarray(start, end);
  response.writeHead(first === undefined ? 200 : 206, {
    "content-type": object.contentType,
    "content-length": part.length,
    etag: etagOf(object.body),
    ...(first === undefined ? {} : { "content-range": `bytes ${start}-${end - 1}/${all}` }),
  });
  if (!isCut) {
    response.end(part);
    return;
  }
  response.write(part.subarray(0, Math.floor(part.length / 2)), () => {
    setImmediate(() => response.destroy());
  });
}

function list({ objects, pageSize }: StrictS3, url: URL, response: ServerResponse): void {
  const query = url.searchParams;
  const prefix = query.get("prefix") ?? "";
  const after = query.get("continuation-token") ?? "";
  const most = Math.min(pageSize, Number(query.get("max-keys") ?? pageSize));
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after);
  const page = keys.toSorted().slice(0, most);
  const isCut = page.length < keys.length;
  const contents = page.map((key) => {
    const { body, modifiedAt } = objects.get(key) ?? { body: Buffer.alloc(0), modifiedAt: 0 };
    const modified = new Date(modifiedAt).toISOString();
    return `<Contents><Key>${key}</Key><LastModified>${modified}</LastModified><ETag>&quot;${etagOf(body)}&quot;</ETag><Size>${body.length}</Size></Contents>`;
  });
  const next = isCut ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${isCut}</IsTruncated>${contents.join("")}${next}</ListBucketResult>`;
  response.writeHead(200, { "content-type": "application/xml" }).end(text);
}

function etagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

function refuse(response: ServerResponse, status: number, code: string, more = ""): void {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>The fake says ${code}.</Message>${more}</Error>`;
  response.writeHead(status, {
    "content-type": "application/xml",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
