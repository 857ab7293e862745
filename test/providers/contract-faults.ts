import type { ErrorCode } from "../../src/core/errors.ts";
import type { Reply } from "./contract-server.ts";

/** A way in which any upstream can fail, and what it must be taken for. */
export interface Fault {
  readonly name: string;
  /** The codes that are right; more than one where the provider's own words may say more. */
  readonly codes: readonly ErrorCode[];
  readonly retryAfterSeconds?: number;
  /** The answer, with the channel's secrets in it as careless servers send them. */
  reply(secrets: string): Reply;
}

/** An error body that each known error reader finds something in. */
function said(status: number, headers: Readonly<Record<string, string>> = {}) {
  return (secrets: string): Reply => {
    const text = `refused for ${secrets}`;
    const body = { error: { message: text, type: "x", code: "x" }, detail: text, message: text };
    return {
      status,
      headers: { "content-type": "application/json", "x-echo": secrets, ...headers },
      body: JSON.stringify(body),
    };
  };
}

const page = (status: number) => (secrets: string) => ({
  status,
  headers: { "content-type": "text/html" },
  body: `<html><body><h1>${status}</h1><pre>authorization: ${secrets}</pre></body></html>`,
});

const json = (body: string) => () => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body,
});

/** DESIGN §4 and §6; CONTRACT, errors. */
export const faults: readonly Fault[] = [
  { name: "401", codes: ["upstream_credentials"], reply: said(401) },
  { name: "402", codes: ["upstream_credentials"], reply: said(402) },
  { name: "403", codes: ["upstream_credentials"], reply: said(403) },
  { name: "404", codes: ["upstream_model_missing", "upstream_refused"], reply: said(404) },
  {
    name: "429 with Retry-After",
    codes: ["upstream_rate_limited"],
    retryAfterSeconds: 7,
    reply: said(429, { "retry-after": "7" }),
  },
  { name: "500", codes: ["upstream_failed"], reply: said(500) },
  { name: "502 of a proxy", codes: ["upstream_failed"], reply: page(502) },
  // Only the provider's own 503 says that nothing was begun.
  { name: "503 of a proxy", codes: ["upstream_failed"], reply: page(503) },
  { name: "504 of a proxy", codes: ["upstream_timeout"], reply: page(504) },
  { name: "200 that is no JSON", codes: ["upstream_bad_answer"], reply: json('{"data": [{"b64') },
  { name: "200 with a page", codes: ["upstream_bad_answer"], reply: page(200) },
  { name: "200 without a picture", codes: ["upstream_bad_answer"], reply: json("{}") },
];
