import type { FastifyInstance } from "fastify";
import type { KeyRecord } from "../../core/key.ts";
import type { Gateway, RateView } from "../../gateway/gateway.ts";

/** `x-ratelimit-*` on every answer of the plugin, as far as the key has limits. */
export function rateLimitHeaders(app: FastifyInstance, gateway: Pick<Gateway, "rates">): void {
  app.addHook("onSend", (request, reply, _payload, done) => {
    const headers = headersFor(gateway, request.gatewayKey);
    if (headers !== none) void reply.headers(headers);
    done();
  });
}

const none: Readonly<Record<string, string>> = {};

/** The headers as they stand now; also for answers whose head passes no hook. */
export function headersFor(
  gateway: Pick<Gateway, "rates">,
  key: KeyRecord | undefined,
): Readonly<Record<string, string>> {
  if (key === undefined) return none;
  const { requests, images } = gateway.rates(key);
  if (requests === undefined && images === undefined) return none;
  return { ...headersOf("requests", requests), ...headersOf("images", images) };
}

function headersOf(name: string, view: RateView | undefined): Record<string, string> {
  if (view === undefined) return {};
  return {
    [`x-ratelimit-limit-${name}`]: String(view.limit),
    [`x-ratelimit-remaining-${name}`]: String(view.remaining),
    [`x-ratelimit-reset-${name}`]: goDuration(view.resetMs),
  };
}

/** A duration as OpenAI writes it in these headers, which is Go's form: `0s`, `120ms`, `1s`, `6m0s`, `1h0m0s`. */
export function goDuration(ms: number): string {
  if (ms > 0 && ms < 1000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
