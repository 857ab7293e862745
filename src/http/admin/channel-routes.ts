import type { FastifyInstance } from "fastify";
import type { ChannelView, Gateway, HealthView } from "../../gateway/gateway.ts";
import { resourceHandlers } from "./resource-handlers.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}

/** /admin/v1/channels, /admin/v1/channels/{id} and /admin/v1/health/channels. */
export function channelRoutes(
  app: FastifyInstance,
  gateway: Pick<Gateway, "channels" | "administration">,
): void {
  const channel = resourceHandlers(gateway.administration.channels);
  app.get("/admin/v1/channels", channel.list);
  app.post("/admin/v1/channels", channel.create);
  app.get<OfOne>("/admin/v1/channels/:id", channel.show);
  app.put<OfOne>("/admin/v1/channels/:id", channel.put);
  app.patch<OfOne>("/admin/v1/channels/:id", channel.change);
  app.delete<OfOne>("/admin/v1/channels/:id", channel.remove);
  app.get("/admin/v1/health/channels", () => ({
    object: "list",
    data: gateway.channels().map(channelHealthJson),
  }));
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
