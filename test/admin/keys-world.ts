import { onTestFinished } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";

/** A key as the admin API shows it; the tests compare what they use of it. */
export interface ShownKey {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly version: number;
  readonly budget: readonly Record<string, unknown>[] | null;
  readonly previous: { readonly until: string; readonly last_used_at: string | null } | null;
  readonly [field: string]: unknown;
}

/** An answer of the admin API. */
export interface AdminAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ShownKey & {
    readonly error?: { readonly code: string; readonly message: string; readonly param: unknown };
    readonly data?: readonly ShownKey[];
  };
}

/** The parts of a gateway that runs already. */
type Running = Pick<TestGateway, "url" | "adminToken">;

/** A gateway whose sandbox costs ten cents a picture, with what an operator and a client do with it. */
export interface KeyWorld {
  readonly gateway: Running;
  admin(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<AdminAnswer>;
  /** A new key with its secret. */
  make(body?: Record<string, unknown>): Promise<ShownKey>;
  /** The status of a request for a picture, and the code of its error. */
  paint(key: string, model?: string): Promise<readonly [number, string | undefined]>;
  /** The status of a request that costs nothing. */
  open(key: string, headers?: Record<string, string>): Promise<number>;
}

export async function keyWorld(settings: Record<string, unknown> = {}): Promise<KeyWorld> {
  const gateway = await startTestGateway({
    channels: [
      {
        id: "painter",
        provider: "sandbox",
        models: [
          { name: "sandbox-fast", price: { per_image_usd: 0.1 } },
          { name: "sandbox-edit", price: "free" },
        ],
      },
    ],
    ...settings,
  });
  onTestFinished(() => gateway.close());
  return worldOf(gateway);
}

export function worldOf(gateway: Running): KeyWorld {
  const admin: KeyWorld["admin"] = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${gateway.url}/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${gateway.adminToken}`,
        // Tests that are about versions say their own.
        ...(method === "PATCH" || path.endsWith("/rotate") ? { "if-match": "*" } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const { status, headers: told } = answer;
    return { status, headers: told, body: (await answer.json()) as AdminAnswer["body"] };
  };
  return {
    gateway,
    admin,
    async make(body = {}) {
      const made = await admin("POST", "/keys", { name: "made", ...body });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return made.body;
    },
    async paint(key, model = "sandbox-fast") {
      const answer = await fetch(`${gateway.url}/v1/images/generations`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model, prompt: "a fox" }),
      });
      const { error } = (await answer.json()) as { error?: { code: string } };
      return [answer.status, error?.code];
    },
    async open(key, headers = {}) {
      const answer = await fetch(`${gateway.url}/v1/models`, {
        headers: { authorization: `Bearer ${key}`, ...headers },
      });
      await answer.arrayBuffer();
      return answer.status;
    },
  };
}
