import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { StartError, openDataFolder } from "./app/data-folder.ts";
import { openImageStore } from "./app/image-store.ts";
import { startUpkeep } from "./app/upkeep.ts";
import { createSigner } from "./blobs/hosting/sign.ts";
import type { Config } from "./config.ts";
import { deriveKey } from "./core/derive.ts";
import { newId, pooledRandom } from "./core/keys.ts";
import {
  type FirstCredentials,
  type KeyAdministration,
  administerKeys,
  createAdminCheck,
  makeFirstCredentials,
} from "./gateway/administration/keys.ts";
import { type Catalog, buildCatalog } from "./gateway/catalog/catalog.ts";
import type { GatewayParts } from "./gateway/gateway.ts";
import { createKeyRing } from "./gateway/keys/key-ring.ts";
import { createAdmission } from "./gateway/limits/admission.ts";
import { watchEventLoop } from "./gateway/limits/event-loop.ts";
import { createKeyLimiter } from "./gateway/limits/key-limits.ts";
import { createRegistry } from "./gateway/requests/registry.ts";
import { createRouting } from "./gateway/routing/routing.ts";
import type { HttpParts, RelayPatience } from "./http/parts.ts";
import { createServer } from "./http/server.ts";
import { createClientWatch } from "./http/server/client-watch.ts";
import { shutDown } from "./http/server/shutdown.ts";
import { usualPatience } from "./http/v1/relay-answer.ts";
import { type EgressOptions, type Resolve, createEgress } from "./net/egress.ts";
import { createConverter } from "./pictures/convert.ts";
import { createSpools } from "./pictures/spool.ts";
import { openStore } from "./store/open.ts";

export interface App {
  /** Where it listens, for people: http://127.0.0.1:8080 */
  readonly url: string;
  readonly firstRun: FirstCredentials;
  /** Takes channels, keys, aliases and the default model of another configuration; requests that run keep theirs. */
  reload(next: Config): Promise<void>;
  /**
   * Not ready at once; with `grace`, new connections are taken for `server.shutdown_grace`; requests in flight
   * finish, as long as a channel may take; then everything is closed.
   */
  close(options?: { readonly grace: boolean }): Promise<void>;
}

/** What tests put in the place of the machine's own. */
export interface OutsideParts {
  /** Resolves host names of URLs that strangers gave; the system's resolver unless given. */
  readonly resolve?: Resolve;
  /** Of the relay with slow clients; the usual one unless given. */
  readonly relayPatience?: RelayPatience;
}

/** Pictures in memory before they go to spool files, all requests together. */
const spoolMemoryBytesMax = 32 * 1024 * 1024;

/** How far the clocks of machines that share a secret may be apart. */
const clockToleranceSeconds = 60;

/** Composes and starts the gateway. Throws `StartError` with one clear line. */
export async function startApp(
  config: Config,
  logger: FastifyBaseLogger,
  { relayPatience = usualPatience, ...outside }: OutsideParts = {},
): Promise<App> {
  const now = (): number => Date.now();
  const secret = await openDataFolder(config);
  const store = await openStore({ url: `sqlite:${config.database.path}`, now });
  const undo: (() => Promise<void> | void)[] = [() => store.close()];
  try {
    const stop = new AbortController();
    const spoolFiles = {
      directory: join(config.dataFolder, "spool"),
      randomName: () => randomBytes(16).toString("hex"),
    };
    const spools = createSpools({ ...spoolFiles, memoryBytesMax: spoolMemoryBytesMax });
    await spools.sweepLeftovers();
    const { blobs, kept, close } = await openImageStore(config, store, logger, now);
    undo.push(close);
    const upkeep = startUpkeep(store, kept, now, logger);
    undo.push(() => clearInterval(upkeep));
    const egress = createEgress({ now, ...outside, ...egressOptions(config) });
    undo.push(() => egress.close());
    let catalog = catalogOf(config);
    const pepper = deriveKey(secret, "api key digests");
    const ring = createKeyRing(pepper, now);
    const random = pooledRandom(randomBytes);
    const gateway: GatewayParts = {
      catalog: () => catalog,
      routing: createRouting({ now, random: Math.random, log: logger }),
      keys: ring,
      keyLimits: createKeyLimiter(now),
      policy: config.policy,
      images: { ttlMs: config.images.ttlMs, defaultDelivery: config.images.responseFormat },
      store,
      blobs,
      kept,
      registry: createRegistry({ store, log: logger, now }),
      retryWindowMs: config.server.retryWindowMs,
      signer: createSigner({
        toleranceSeconds: clockToleranceSeconds,
        keys: [{ kid: "1", secret: deriveKey(secret, "hosted image urls") }],
        now,
      }),
      spools,
      converter: createConverter(spoolFiles),
      egress,
      log: logger,
      now,
      random: Math.random,
      newId: (prefix) => newId(prefix, now, random),
      newBlobId: () => random(16).toString("hex"),
    };
    const keys = administerKeys(gateway, config.keys, pepper);
    await keys.refresh();
    const configured = config.adminToken;
    const firstRun = await makeFirstCredentials(gateway, keys, pepper, configured !== undefined);
    const isAdmin = await createAdminCheck(gateway, pepper, configured);
    const serve = (next: Config): void => {
      catalog = catalogOf({ ...next, policy: config.policy });
    };
    const running = { keys, isAdmin, firstRun, stop, undo, serve, relayPatience };
    return await listen(config, logger, gateway, running);
  } catch (thrown) {
    for (const step of undo.toReversed()) await step();
    throw thrown;
  }
}

function catalogOf({ channels, aliases, policy, retired }: Config): Catalog {
  return buildCatalog(channels, aliases, retired, policy.successors);
}

interface Running {
  readonly keys: KeyAdministration;
  readonly isAdmin: (token: string) => boolean;
  readonly firstRun: FirstCredentials;
  readonly stop: AbortController;
  readonly undo: (() => Promise<void> | void)[];
  /** Serves the channels of another configuration. */
  readonly serve: (next: Config) => void;
  readonly relayPatience: RelayPatience;
}

/** Beyond the longest time of a channel, how long a stop waits for requests in flight. */
const finishSlackMs = 10_000;

async function listen(
  config: Config,
  logger: FastifyBaseLogger,
  gateway: GatewayParts,
  running: Running,
): Promise<App> {
  let stopping = false;
  let current = config;
  const loop = watchEventLoop(gateway.now);
  running.undo.push(() => loop.stop());
  const parts: HttpParts = {
    gateway,
    admission: createAdmission({
      limits: config.admission,
      spooledBytes: () => gateway.spools.bytesInUse(),
      eventLoopDelayMs: () => loop.delayMs(),
      random: gateway.random,
    }),
    defaultModel: () => current.defaultModel,
    publicUrl: config.server.publicUrl,
    bodyBytesMax: config.server.bodyBytesMax,
    exposeChannel: config.exposeChannel,
    heartbeatMs: config.server.heartbeatMs,
    clients: createClientWatch(gateway.now),
    relayPatience: running.relayPatience,
    interimMs: config.server.interim102 ? config.server.heartbeatMs : undefined,
    stopped: running.stop.signal,
    stopping: () => stopping,
    isAdmin: running.isAdmin,
    keys: running.keys,
  };
  const { requestTimeoutMs, readTimeoutMs, trustedProxies, cors, shutdownGraceMs } = config.server;
  const options = { logger, requestTimeoutMs, readTimeoutMs, trustedProxies, cors };
  const { app, connections } = createServer(parts, options);
  const url = await bind(app, config);
  return {
    url,
    firstRun: running.firstRun,
    async reload(next) {
      running.serve(next);
      await running.keys.declare(next.keys);
      current = next;
    },
    async close({ grace } = { grace: false }) {
      stopping = true;
      await shutDown({
        app,
        connections,
        log: logger,
        graceMs: grace ? shutdownGraceMs : 0,
        finishMsMax: longestMs(current) + finishSlackMs,
        // Also those whose client has gone: what may have been paid for is finished and kept.
        background: () => gateway.registry.idle(),
        abort: () => running.stop.abort(),
      });
      for (const step of running.undo.toReversed()) await step();
    },
  };
}

/** The longest that a request may take on any channel. */
function longestMs(config: Config): number {
  return Math.max(0, ...config.channels.map((channel) => channel.timeout.totalMs));
}

async function bind(server: FastifyInstance, config: Config): Promise<string> {
  const { host, port } = config.server;
  try {
    return await server.listen({ host, port });
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    const why =
      code === "EADDRINUSE"
        ? `port ${port} on ${host} is in use; stop the other program or choose another with --port or server.port`
        : code === "EACCES"
          ? `port ${port} on ${host} needs more rights; choose one above 1023 with --port or server.port`
          : code === "EADDRNOTAVAIL"
            ? `${host} is no address of this machine; set --host or server.host`
            : `cannot listen on ${host}:${port}: ${String(thrown)}`;
    throw new StartError(why, { cause: thrown });
  }
}

function egressOptions(config: Config): Pick<EgressOptions, "allowPrivate" | "proxy"> {
  const { allowPrivate, proxyFilters: filters } = config.egress;
  const { http, https } = config.proxy;
  const isDirect = http === undefined && https === undefined;
  return { allowPrivate, ...(isDirect ? {} : { proxy: { ...config.proxy, filters } }) };
}
