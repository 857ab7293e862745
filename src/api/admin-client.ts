import { type ClientOptions, GatewayError, refusal, unreachable } from "./client.ts";

/** One call of the admin API. */
export interface AdminCall {
  readonly method: string;
  /** With its ids in it: `/admin/v1/teams/art`. */
  readonly path: string;
  /** Undefined ones are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** The `If-Match` of a change. */
  readonly ifMatch?: string | undefined;
}

/** An answer of the admin API. */
export interface AdminAnswer {
  readonly text: string;
  /** The text as JSON; undefined where it is none, such as CSV. */
  readonly json: unknown;
  readonly etag: string | undefined;
}

/** A gateway's admin API as a function. It throws `GatewayError`. */
export type AdminClient = (call: AdminCall) => Promise<AdminAnswer>;

/** The client of the admin API of the gateway at an address, with or without `/v1` at its end. */
export function createAdminClient(options: {
  readonly url: string;
  readonly token: string;
  readonly fetch: ClientOptions["fetch"];
}): AdminClient {
  const origin = options.url.replace(/\/+$/, "").replace(/\/v1$/, "");
  return async ({ method, path, query = {}, body, ifMatch }) => {
    const asked = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    );
    const search = asked.length === 0 ? "" : `?${new URLSearchParams(asked).toString()}`;
    const url = `${origin}${path}${search}`;
    const headers: Record<string, string> = { authorization: `Bearer ${options.token}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (ifMatch !== undefined) headers["if-match"] = ifMatch;
    let answer: Response;
    try {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      answer = await options.fetch(url, { method, headers, ...sent });
    } catch (error) {
      throw unreachable(url, error);
    }
    if (!answer.ok) throw await refusal(answer);
    const text = await answer.text();
    return { text, json: asJson(answer, text), etag: answer.headers.get("etag") ?? undefined };
  };
}

function asJson(answer: Response, text: string): unknown {
  if (!/json/.test(answer.headers.get("content-type") ?? "")) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatewayError("The server's answer is no JSON document; check the address.", {
      status: answer.status,
      code: "unreadable_answer",
      cause,
    });
  }
}
