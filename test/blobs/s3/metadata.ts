import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { CredentialPorts } from "../../../src/blobs/s3/ports.ts";
import { createPlainHttp } from "../../../src/net/egress.ts";

/** A service that hands out credentials, on a loopback address. */
export interface Metadata {
  readonly url: string;
  /** What was asked: method and path. */
  readonly asked: string[];
  /** The credentials that are handed out now. */
  next: { readonly id: string; readonly endsAt: number };
  /** Status of every answer; 200 unless set. */
  status: number;
}

const roles = "/latest/meta-data/iam/security-credentials/";

/** One server for a virtual machine's metadata, a container's credentials (below /v1) and a token service (POST). */
export async function startMetadata(): Promise<Metadata> {
  const server = createServer((request, response) => void answer(metadata, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const metadata: Metadata = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    next: { id: "A1", endsAt: 0 },
    status: 200,
  };
  return metadata;
}

/** Ports whose clock stands at a time of the test. */
export function credentialPorts(now: () => number): CredentialPorts & { readonly lines: string[] } {
  const http = createPlainHttp({ now: () => Date.now(), userAgent: "pinhole" });
  onTestFinished(() => http.close());
  const lines: string[] = [];
  const note = (_fields: object, message: string): void => void lines.push(message);
  return { http, now, log: { info: note, warn: note, error: note }, lines };
}

async function answer(
  metadata: Metadata,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "", url = "", headers } = request;
  metadata.asked.push(`${method} ${url}`);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const end = (status: number, text: string): void => void response.writeHead(status).end(text);
  if (metadata.status !== 200) return end(metadata.status, "no");
  const { id, endsAt } = metadata.next;
  const expiration = new Date(endsAt).toISOString();
  const json = JSON.stringify({
    AccessKeyId: id,
    SecretAccessKey: `secret of ${id}`,
    Token: `token of ${id}`,
    Expiration: expiration,
  });
  if (method === "PUT" && url === "/latest/api/token") {
    const isAsked = headers["x-aws-ec2-metadata-token-ttl-seconds"] !== undefined;
    return end(isAsked ? 200 : 400, "session-1");
  }
  if (url.startsWith(roles)) {
    if (headers["x-aws-ec2-metadata-token"] !== "session-1") return end(401, "");
    return end(200, url === roles ? "web-role\n" : json);
  }
  if (url.startsWith("/v1")) return end(headers.authorization === "pod-token" ? 200 : 401, json);
  const form = new URLSearchParams(body);
  const isRight =
    form.get("Action") === "AssumeRoleWithWebIdentity" &&
    form.get("RoleArn") === "arn:aws:iam::1:role/pin" &&
    form.get("WebIdentityToken") === "a.b.c";
  if (!isRight)
    return end(
      403,
      "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not authorized</Message></Error></ErrorResponse>",
    );
  return end(
    200,
    `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>secret of ${id}</SecretAccessKey><SessionToken>token of ${id}</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
  );
}
