import type { TestGateway } from "./gateway.ts";

/** A JSON answer of the admin API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One who asks the admin API: headers that go with each request. */
export interface Asker {
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

/** The holder of a token. */
export function withToken(gateway: Pick<TestGateway, "url">, token: string): Asker {
  return asker(gateway.url, { authorization: `Bearer ${token}` });
}

/** A browser's page of the gateway, with the cookie of a session, if it has one. */
export function withCookie(gateway: Pick<TestGateway, "url">, cookie?: string): Asker {
  return asker(gateway.url, {
    origin: gateway.url,
    ...(cookie === undefined ? {} : { cookie }),
  });
}

function asker(url: string, own: Record<string, string>): Asker {
  return {
    async ask(method, path, body, headers) {
      const answer = await fetch(url + path, {
        method,
        redirect: "manual",
        headers: {
          ...own,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: answer.headers,
        // What the admin API answers with is an object, or nothing.
        body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>,
      };
    },
  };
}

export const goodPassword = "correct horse battery";

/** A person who has come in by their link. */
export interface Joined extends Asker {
  readonly id: string;
  readonly cookie: string;
}

/** Invites a person with the admin token and lets them in. */
export async function join(
  gateway: TestGateway,
  wanted: { readonly login: string; readonly role: string } & Record<string, unknown>,
): Promise<Joined> {
  const admin = withToken(gateway, gateway.adminToken);
  const invited = await admin.ask("POST", "/admin/v1/people", { name: wanted.login, ...wanted });
  const { code } = invited.body["invitation"] as { code: string };
  const accepted = await withCookie(gateway).ask("POST", "/admin/v1/invitation", {
    code,
    password: goodPassword,
  });
  if (accepted.status !== 201) throw new Error(JSON.stringify(accepted.body));
  const cookie = cookieOf(accepted);
  return { id: String(invited.body["id"]), cookie, ...withCookie(gateway, cookie) };
}

/** The cookie that an answer sets, as a browser sends it back. */
export function cookieOf({ headers }: Answer): string {
  return (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}
