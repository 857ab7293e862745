import type { FastifyInstance } from "fastify";
import type { HealthView } from "../../gateway/channels/health.ts";
import type { ChannelView } from "../../gateway/channels/view.ts";
import type { HttpParts } from "../parts.ts";

/** GET /admin/health/channels, on the plugin that asks for the admin token. */
export function channelHealthRoutes(app: FastifyInstance, parts: HttpParts): void {
  app.get("/admin/health/channels", () => {
    const { catalog, routing } = parts.gateway;
    const channels = new Map(
      catalog()
        .entries.flatMap((entry) => entry.targets)
        .map(({ channel }) => [channel.id, channel]),
    );
    return {
      object: "list",
      data: [...channels.values()].map((channel) => channelJson(routing.states.view(channel))),
    };
  });
}

function channelJson(view: ChannelView): Record<string, unknown> {
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
