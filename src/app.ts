import type { FastifyBaseLogger } from "fastify";
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bind } from "./app/bind.ts";
import { openCluster } from "./app/cluster.ts";
import { openEgress } from "./app/egress.ts";
import { createExamine } from "./app/examination/examination.ts";
import { gatewaySettings } from "./app/gateway-settings.ts";
import { takeFolders } from "./app/folders.ts";
import { type FirstRun, beginAdministration, requireSettings } from "./app/first-run.ts";
import { identityProvider } from "./app/identity-provider.ts";
import { openImageStore, type SharedImages } from "./app/image-store.ts";
import { openDatabase } from "./app/database.ts";
import { createDatabaseClock } from "./app/database-clock.ts";
import type { DatabaseClock } from "./app/database-clock.ts";
import { ownProgram, ownVersion } from "./app/program.ts";
import { createProviderShelf } from "./app/provider-shelf.ts";
import { openSpools } from "./app/spools.ts";
import { openSecret, secretConcern } from "./app/secret.ts";
import { secretPorts, urlSigner } from "./app/secret-keys.ts";
import { asStartFault } from "./app/start-faults.ts";
import { type Telemetry, listenForMetrics, openTelemetry } from "./app/telemetry.ts";
import { connectionsFor, finishMsOf } from "./app/serving-limits.ts";
import { startUpkeep, upkeepTasks } from "./app/upkeep.ts";
import { ColourBook } from "./pictures/average.ts";
import { createThumbnails } from "./pictures/thumbnails.ts";
import { hostedAnswer } from "./blobs/hosting/hosted.ts";
import { type Config, readState, runningSettings } from "./config.ts";
import { newId, pooledRandom } from "./core/keys.ts";
import { type GatewayPorts, createGateway } from "./gateway/gateway.ts";
import { createIdentity } from "./identity/identity.ts";
import { watchDescriptors } from "./runtime/descriptors.ts";
import { watchEventLoop } from "./runtime/event-loop.ts";
import type { HostedImages } from "./http/open/hosted-routes.ts";
import { type ServerParts, createServer } from "./http/server.ts";
import { createClientWatch } from "./http/server/client-watch.ts";
import { shutDown } from "./http/server/shutdown.ts";
import { type RelayPatience, usualPatience } from "./http/v1/relay-answer.ts";
import type { Resolve } from "./net/egress.ts";
import type { OpenedStore } from "./store/open.ts";
import { createSettlementJournal } from "./store/settlement-journal.ts";

export interface App {
  /** The listening address, for people: http://127.0.0.1:8080 */
  readonly url: string;
  readonly firstRun: FirstRun;
  /** Takes channels, keys, aliases and the default model of another configuration; requests that run keep theirs. */
  reload(next: Config): Promise<void>;
  /**
   * Not ready at once; with `grace`, new connections are taken for `server.shutdown_grace`; requests in flight
   * finish, as long as a channel may take; then everything is closed.
   */
  close(options?: { readonly grace: boolean }): Promise<void>;
}

/** Stand-ins of tests for the machine's own parts. */
export interface OutsideParts {
  /** Resolves host names of URLs that strangers gave; the system's resolver unless given. */
  readonly resolve?: Resolve;
  /** Of the relay with slow clients; the usual one unless given. */
  readonly relayPatience?: RelayPatience;
}

/** Composes and starts the gateway. Throws `StartError` with one clear line. */
export async function startApp(
  config: Config,
  logger: FastifyBaseLogger,
  { relayPatience = usualPatience, ...outside }: OutsideParts = {},
): Promise<App> {
  const undo: (() => Promise<void> | void)[] = [];
  try {
    requireSettings(config);
    const telemetry = await openTelemetry(config, logger);
    undo.push(() => telemetry.close());
    const { observer } = telemetry;
    const opened = await openPorts(config, logger, { ...outside, observer }, undo);
    const { ports, shared, hosted, clock, filesMax, nodeBefore } = opened;
    const gateway = createGateway(ports, gatewaySettings(config), config);
    await gateway.countTotals();
    telemetry.watch({ ...ports, ...opened, counters: opened.store.counters, gateway });
    undo.push(() => telemetry.sendLast());
    // Before those are taken for lost that an earlier process left running.
    await gateway.settleLeft();
    await gateway.nodes.begin(nodeBefore);
    undo.push(() => gateway.nodes.end());
    const identity = createIdentity(
      { ...ports, randomBytes },
      identityProvider(config, ports.egress),
    );
    const { sendTraces } = telemetry;
    const tasks = upkeepTasks({ ...ports, shared, clock, gateway, identity, sendTraces });
    const upkeep = startUpkeep(tasks, logger);
    undo.push(() => upkeep.stop());
    const firstRun = await beginAdministration(config, gateway, identity);
    await gateway.refreshBudgets();
    undo.push(await listenForMetrics(config, telemetry.page, logger));
    const parts = {
      gateway,
      identity,
      examine: createExamine({
        ...ports,
        ...opened,
        config,
        channels: () => gateway.channels(),
        entryFaults: () => gateway.administration.entryFaults(),
      }),
      providers: createProviderShelf(),
      hosted,
      clients: createClientWatch(ports.now),
      relayPatience,
      observer,
      metrics: config.metrics.token === undefined ? undefined : telemetry.page,
    };
    return await listen(config, logger, parts, { firstRun, undo, filesMax, now: ports.now });
  } catch (thrown) {
    for (const step of undo.toReversed()) await step();
    throw asStartFault(thrown);
  }
}

interface OpenedPorts {
  readonly ports: GatewayPorts;
  /** The store of images, where other nodes share it. */
  readonly shared: SharedImages | undefined;
  readonly hosted: HostedImages;
  readonly clock: DatabaseClock;
  readonly store: OpenedStore;
  /** The fault of the secret, a sentence; undefined: it has none. */
  readonly secretConcern: string | undefined;
  /** Files and sockets that the process may have open. */
  readonly filesMax: number;
  /** The node that had the data folder before this process. */
  readonly nodeBefore: string | undefined;
}

/** Opens all that the gateway stands on; `undo` closes what has been opened, the last first. */
async function openPorts(
  config: Config,
  log: FastifyBaseLogger,
  outside: Pick<OutsideParts, "resolve"> & Pick<Telemetry, "observer">,
  undo: (() => Promise<void> | void)[],
): Promise<OpenedPorts> {
  const machine = (): number => Date.now();
  const uptime = (): number => performance.now();
  const random = pooledRandom(randomBytes);
  const folders = await takeFolders(config, newId("node", machine, random), machine);
  undo.push(folders.release);
  const secret = await openSecret(config);
  const { observer, ...machineParts } = outside;
  const store = await openDatabase(config, machine, observer?.command);
  undo.push(() => store.close());
  const clock = createDatabaseClock({ serverTime: () => store.serverTime(), machine, uptime, log });
  await clock.measure();
  const now = (): number => clock.now();
  const concern = await secretConcern(config, secret, store, now);
  if (concern !== undefined) log.warn(concern);
  const { spools, converter } = await openSpools(config.dataFolder);
  const clocks = { now, machine, uptime };
  const { blobs, shared, kept, close } = await openImageStore(config, store, log, clocks, observer);
  undo.push(close);
  const { egress, notices } = openEgress(config, machine, machineParts, undo);
  const loop = watchEventLoop(now);
  undo.push(() => loop.stop());
  const descriptors = watchDescriptors(now);
  const signer = urlSigner(secret, now);
  const ports: GatewayPorts = {
    node: folders.node,
    program: ownProgram(),
    cluster: await openCluster(config, folders.node, { uptime, log, undo }),
    store,
    journal: createSettlementJournal(join(config.dataFolder, "settlements")),
    blobs,
    kept,
    signer,
    spools,
    converter,
    colourBook: new ColourBook(),
    egress,
    readState,
    sight: config.console.pictures,
    ...secretPorts(secret),
    eventLoopDelayMs: () => loop.delayMs(),
    filesLeft: () => descriptors.left(),
    log,
    observer,
    now,
    uptime,
    notices,
    checkClock: () => clock.check(),
    clockWrongMs: () => clock.wrongMs(),
    host: hostname(),
    random: Math.random,
    newId: (prefix) => newId(prefix, now, random),
    newSeed: () => random(4).readUInt32LE() % seedsMax,
    newBlobId: () => random(16).toString("hex"),
  };
  const lead = config.images.serve === "redirect" ? shared?.presign : undefined;
  const { thumbnail } = createThumbnails(ports.converter, ports.colourBook);
  const hosted: HostedImages = (request) =>
    hostedAnswer({ signer, blobs, now, thumbnail, lead, request });
  const { nodeBefore } = folders;
  const filesMax = descriptors.max;
  return { ports, store, secretConcern: concern, shared, hosted, clock, filesMax, nodeBefore };
}

/** The console's build, seen from `src/app.ts` and from the bundle's parts alike. */
const consoleFolder = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../dist/web/" : "../../dist/web/", import.meta.url),
);

/** Seeds that are drawn stay below it: servers read 31 bits, and each picture of a request has the next one. */
const seedsMax = 2 ** 31 - 16;

/** The parts of the server that are made before it listens. */
type OwnParts = Pick<
  ServerParts,
  | "gateway"
  | "identity"
  | "hosted"
  | "clients"
  | "relayPatience"
  | "observer"
  | "metrics"
  | "examine"
  | "providers"
>;

async function listen(
  config: Config,
  logger: FastifyBaseLogger,
  parts: OwnParts,
  started: Pick<App, "firstRun"> & {
    readonly undo: readonly (() => Promise<void> | void)[];
    /** Files and sockets that this process may have open at once. */
    readonly filesMax: number;
    readonly now: () => number;
  },
): Promise<App> {
  const { gateway } = parts;
  const stop = new AbortController();
  let stopping = false;
  let current = config;
  const { publicUrl, bodyBytesMax, heartbeatMs, interim102 } = config.server;
  const { app, connections } = createServer(
    {
      ...parts,
      consoleFolder,
      settings: () => ({ version: ownVersion(), ...runningSettings(config, current) }),
      publicUrl,
      bodyBytesMax,
      exposeChannel: config.exposeChannel,
      heartbeatMs,
      interimMs: interim102 ? heartbeatMs : undefined,
      stopped: stop.signal,
      stopping: () => stopping,
    },
    {
      logger,
      connectionsMax: connectionsFor(started.filesMax),
      now: started.now,
      ...config.server,
    },
  );
  const url = await bind(app, config);
  return {
    url,
    firstRun: started.firstRun,
    async reload(next) {
      await gateway.offer(next);
      await gateway.administration.keys.declare(next.keys, next.owners);
      await gateway.refreshBudgets();
      await gateway.reviewNotices();
      current = next;
    },
    async close({ grace } = { grace: false }) {
      stopping = true;
      await shutDown({
        app,
        connections,
        log: logger,
        graceMs: grace ? config.server.shutdownGraceMs : 0,
        finishMsMax: finishMsOf(current),
        // Also those whose client has gone: what may have been paid for is finished and kept.
        background: () => gateway.idle(),
        abort: () => stop.abort(),
      });
      for (const step of started.undo.toReversed()) await step();
    },
  };
}
