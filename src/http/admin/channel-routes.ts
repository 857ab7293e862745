import type { FastifyInstance } from "fastify";
import type { ChannelView, Gateway, HealthView } from "../../gateway/gateway.ts";

/** GET /admin/v1/channels and /admin/v1/health/channels, on the plugin that asks for the admin token. */
export function channelRoutes(app: FastifyInstance, gateway: Pick<Gateway, "channels">): void {
  app.get("/admin/v1/channels", () => ({
    object: "list",
    data: gateway.channels().map(channelJson),
  }));
  app.get("/admin/v1/health/channels", () => ({
    object: "list",
    data: gateway.channels().map(channelHealthJson),
  }));
}

function channelJson({ channel }: ChannelView): Record<string, unknown> {
  return {
    id: channel.id,
    provider: channel.provider.id,
    models: channel.models.map((model) => ({ name: model.name, upstream: model.upstream })),
    priority: channel.priority,
    weight: channel.weight,
    credentials: channel.credentials.length,
  };
}

function channelHealthJson(view: ChannelView): Record<string, unknown> {
  const { channel } = view;
  return {
    id: channel.id,
    provider: channel.provider.id,
    ...healthJson(view),
    in_flight: view.inFlight,
    waiting: view.waiting,
    credentials: view.credentials.map((one, index) => ({ index, ...healthJson(one) })),
    models: view.models.map((one) => ({ upstream: one.model, ...healthJson(one) })),
  };
}

/** `next_probe` is null for what is healthy, and while the probe is under way. */
function healthJson(view: HealthView): Record<string, unknown> {
  return {
    state: view.state,
    why: view.why ?? null,
    since: new Date(view.since).toISOString(),
    next_probe: view.nextProbe === undefined ? null : new Date(view.nextProbe).toISOString(),
    last_minute: { succeeded: view.succeeded, failed: view.failed },
  };
}
