import { onTestFinished } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";

export const model = "some-model";

export interface Setup {
  readonly gateway: TestGateway;
  readonly upstream: HeldUpstream;
}

/** A gateway in front of a held upstream; both end with the test. */
export async function setUp(
  settings: Record<string, unknown> = {},
  channels: readonly Record<string, unknown>[] = [],
): Promise<Setup> {
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  const gateway = await startTestGateway({
    ...settings,
    channels: [channelAt(upstream), ...channels],
  });
  onTestFinished(async () => {
    upstream.answerAll();
    await gateway.close();
  });
  return { gateway, upstream };
}

/** A channel at a held upstream. */
export function channelAt(upstream: HeldUpstream, id = "held"): Record<string, unknown> {
  return {
    id,
    provider: "openai-compatible",
    settings: { base_url: upstream.url, api_key: "upstream-key" },
    models: [model],
  };
}

export const asked = { model, prompt: "a fox", response_format: "b64_json" };

/** Asks for one picture. */
export function ask(
  gateway: TestGateway,
  headers: Record<string, string> = {},
  body: unknown = asked,
): Promise<Response> {
  return postJson(gateway, "/v1/images/generations", body, headers);
}

interface Answer {
  readonly data?: readonly { readonly url?: string; readonly b64_json?: string }[];
  readonly error?: { readonly code: string; readonly message: string };
}

/** An answer's JSON. */
export async function json(response: Response): Promise<Answer> {
  // The tests compare what they use of it.
  return (await response.json()) as Answer;
}

/** The first picture of an answer. */
export async function pictureOf(response: Response): Promise<Buffer> {
  const { data, error } = await json(response);
  if (error !== undefined) throw new Error(`${response.status} ${error.code}: ${error.message}`);
  const [first] = data ?? [];
  if (first?.url === undefined) return Buffer.from(first?.b64_json ?? "", "base64");
  return Buffer.from(await (await fetch(first.url)).arrayBuffer());
}
