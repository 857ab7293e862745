import type { FastifyInstance } from "fastify";
import { channelTestBody } from "../../api/admin/channels.ts";
import { withoutNulls } from "../../core/entry-paths.ts";
import { PinholeError } from "../../core/errors.ts";
import type { ChannelTest, ChannelView, Gateway, HealthView } from "../../gateway/gateway.ts";
import { read } from "./read-checked.ts";
import { resourceHandlers } from "./resource-handlers.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}

/** /admin/v1/channels, /admin/v1/channels/{id}, /admin/v1/health/channels and /admin/v1/health/node. */
export function channelRoutes(
  app: FastifyInstance,
  gateway: Pick<Gateway, "channels" | "administration" | "testChannel" | "standing">,
): void {
  const channel = resourceHandlers(gateway.administration.channels);
  app.get("/admin/v1/channels", channel.list);
  app.post("/admin/v1/channels", channel.create);
  app.get<OfOne>("/admin/v1/channels/:id", channel.show);
  app.put<OfOne>("/admin/v1/channels/:id", channel.put);
  app.patch<OfOne>("/admin/v1/channels/:id", channel.change);
  app.delete<OfOne>("/admin/v1/channels/:id", channel.remove);
  app.post<OfOne>("/admin/v1/channels/:id/test", async ({ params, body }) =>
    testJson(await test(gateway, params.id, body)),
  );
  app.get("/admin/v1/health/channels", () => ({
    object: "list",
    data: gateway.channels().map(channelHealthJson),
  }));
  app.get("/admin/v1/health/node", () => {
    const { why, ...standing } = gateway.standing();
    return { object: "node_health", ...standing, why: why ?? null };
  });
}

/** Tests a channel. Throws not_found, or conflict where there is none that could be tested. */
async function test(
  { administration, testChannel }: Pick<Gateway, "administration" | "testChannel">,
  id: string,
  body: unknown,
): Promise<ChannelTest> {
  const { paid, model } = read(channelTestBody, withoutNulls(body));
  const { fault, removedAt } = await administration.channels.get(id);
  if (removedAt !== null)
    throw new PinholeError("conflict", { message: `The channel \`${id}\` was deleted.` });
  if (fault !== null)
    throw new PinholeError("conflict", { message: `The channel is faulty: ${fault}` });
  return testChannel({ channelId: id, paid, model });
}

function testJson({ costUsd, requestId, ...test }: ChannelTest): Record<string, unknown> {
  return { object: "channel_test", ...test, cost_usd: costUsd, request_id: requestId };
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
