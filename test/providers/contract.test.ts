import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorRow } from "../../src/core/errors.ts";
import { wholeBytes } from "../../src/core/picture.ts";
import type { Provider } from "../../src/core/provider.ts";
import { createEgress, type Egress } from "../../src/net/egress.ts";
import { createSpools, type Spools } from "../../src/pictures/spool.ts";
import { shippedProviders } from "../../scripts/docs/pages.ts";
import { hostMatches } from "../../src/core/hosts.ts";
import { failuresNotShown, hostsNotShown, loadClaims, unsaid } from "./claims.ts";
import { compareRequest, type Fill, fillText, fixtureReply } from "./contract-compare.ts";
import { type Fault, faults } from "./contract-faults.ts";
import { fitFaults } from "./contract-fit.ts";
import { pictureBytes } from "./contract-pictures.ts";
import {
  cardOf,
  type Outcome,
  printed,
  runFixture,
  secretsOf,
  settingsOf,
} from "./contract-run.ts";
import { type ContractServer, exchangeScript, startContractServer } from "./contract-server.ts";
import { type Fixture, fixtureModels, loadFixtures, type LoadedFixture } from "./fixture.ts";

let server: ContractServer;
let egress: Egress;
/** Leads every name to the test server. */
let ledEgress: Egress;
let spools: Spools;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "pinhole-contract-"));
  let count = 0;
  spools = createSpools({
    directory,
    memoryBytesMax: 1_000_000,
    randomName: () => `picture-${(count += 1)}`,
  });
  egress = createEgress({ now: Date.now });
  server = await startContractServer();
  ledEgress = createEgress({
    now: Date.now,
    allowPrivate: { hosts: [], cidrs: ["127.0.0.1/32"], http: false, ports: [] },
    connect: (_target, callback) => {
      const socket = connect(Number(new URL(server.base).port), "127.0.0.1");
      socket.once("connect", () => callback(null, socket));
      socket.once("error", (error) => callback(error, null));
    },
  });
});

afterAll(async () => {
  await server.close();
  await Promise.all([egress.close(), ledEgress.close()]);
  rmSync(directory, { recursive: true, force: true });
});

interface Replay {
  readonly provider: Provider;
  readonly fixture: Fixture;
  readonly model: string;
  /** The `base_url` that ships, where the vendors' names are led to the test server. */
  readonly shippedBase?: string;
}

const fillOf = ({ model, shippedBase }: Replay): Fill => ({
  base: shippedBase === undefined ? server.base : new URL(shippedBase).origin,
  model,
  shipped: shippedBase !== undefined,
});

/** Whether a request asked for an exchange's path; of the API's own with the path of `base_url` in front. */
function fitsOf(replay: Replay): (path: string, asked: string) => boolean {
  const fill = fillOf(replay);
  const front =
    replay.shippedBase === undefined ? "" : new URL(replay.shippedBase).pathname.replace(/\/$/, "");
  return (path, asked) => {
    const filled = fillText(path, fill);
    return asked === filled || asked === front + filled;
  };
}

/** Runs a fixture and looks at the outcome while its pictures are still there. */
async function onStage(
  replay: Replay,
  signal: AbortSignal,
  look: (outcome: Outcome) => Promise<void> | void,
): Promise<void> {
  const spool = spools.open();
  try {
    const { provider, fixture, shippedBase } = replay;
    const way = shippedBase === undefined ? egress : ledEgress;
    await look(
      await runFixture({ provider, egress: way, spool, fill: fillOf(replay), signal }, fixture),
    );
  } finally {
    spool.dispose();
  }
}

/** What the server was asked since the script began. */
const asked = (): string[] => server.seen.map(({ method, path }) => `${method} ${path}`);

const neverAborted = (): AbortSignal => new AbortController().signal;

async function replays(replay: Replay): Promise<void> {
  const { fixture } = replay;
  const fill = fillOf(replay);
  const { script, used } = exchangeScript(fixture.exchanges, fitsOf(replay), ({ response }) =>
    fixtureReply(response, fill),
  );
  server.play(script);
  await onStage(replay, neverAborted(), async (outcome) => {
    for (const [exchange, came] of used) await compareRequest(exchange.request, came, fill);
    expect(server.unexpected.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    await compareOutcome(outcome, fixture.expect);
    const unused = fixture.exchanges.filter((exchange) => !used.has(exchange));
    expect(unused.map(({ request }) => `${request.method} ${request.path}`)).toEqual([]);
    await expectNoSecret(replay, outcome);
  });
}

/** A fixture must be a request that the gateway could really hand to the adapter for this model. */
function misfits({ provider, fixture, model }: Replay): string[] {
  const card = cardOf(provider, fixture, model);
  return card === undefined
    ? []
    : fitFaults(fixture.request, card, provider.forwardsUnknown ?? false);
}

const saidBy = ({ error }: Outcome): string | undefined =>
  error === undefined ? undefined : `${error.message} (${error.detail ?? "no detail"})`;

async function compareOutcome(outcome: Outcome, wanted: Fixture["expect"]): Promise<void> {
  // First, since an unforeseen error says more than a missing picture; its text is shown beside it.
  const { error } = outcome;
  const said = saidBy(outcome);
  expect({ code: error?.code, said }).toEqual({ code: wanted.error?.code, said });
  if (wanted.error !== undefined && error !== undefined) {
    const { message, param, retryAfterSeconds, evidence } = wanted.error;
    if (message !== undefined) expect(error.message).toBe(message);
    expect(error.param).toBe(param);
    expect(error.retryAfterSeconds).toBe(retryAfterSeconds);
    if (evidence !== undefined) expect(errorRow(error.code).evidence).toBe(evidence);
  }
  const ordered = outcome.pictures.toSorted((a, b) => a.index - b.index);
  expect(ordered.map(({ index }) => index)).toEqual(wanted.pictures.map((_, index) => index));
  for (const [position, { picture: spec, ...facts }] of wanted.pictures.entries()) {
    const event = ordered[position];
    expect(`${event?.picture.format} ${event?.picture.width}x${event?.picture.height}`).toBe(
      spec.split(" ").slice(0, 2).join(" "),
    );
    const bytes =
      event === undefined ? undefined : await wholeBytes(event.picture.bytes, 10_000_000);
    expect(bytes?.equals(await pictureBytes(spec)), `the bytes of picture ${position}`).toBe(true);
    const { revisedPrompt, quality, background, seed } = event ?? {};
    expect({ revisedPrompt, quality, background, seed }).toEqual({
      revisedPrompt: undefined,
      quality: undefined,
      background: undefined,
      seed: undefined,
      ...facts,
    });
  }
  expect(outcome.usage).toEqual(wanted.usage);
  expect(outcome.charge).toBe(wanted.charge);
  expect(Object.assign({}, ...outcome.facts)).toEqual(wanted.facts ?? {});
}

async function expectNoSecret(replay: Replay, outcome: Outcome): Promise<void> {
  if (outcome.thrown === undefined) return;
  const text = printed(outcome.thrown);
  const { provider, fixture } = replay;
  const settings = await settingsOf(provider, fixture, fillOf(replay));
  for (const secret of await secretsOf(provider, settings)) expect(text).not.toContain(secret);
}

/** Secrets that were seen on their way to a host that is neither the API's own nor one that credentials may go to. */
async function secretsAstray(replay: Replay): Promise<string[]> {
  const { provider, fixture } = replay;
  const settings = await settingsOf(provider, fixture, fillOf(replay));
  const secrets = await secretsOf(provider, settings);
  const trusted = [new URL(settings.base_url).hostname, ...(provider.credentialHosts ?? [])];
  return server.seen.flatMap(({ headers, path, query }) => {
    const host = (headers["host"] ?? "").replace(/:\d+$/, "");
    if (hostMatches(host, trusted)) return [];
    const sent = JSON.stringify([headers, path, query]);
    return secrets.some((secret) => sent.includes(secret)) ? [`${host}${path}`] : [];
  });
}

/** The address that ships, for fixtures whose settings leave it to the provider. */
function shippedBaseOf(provider: Provider, fixture: Fixture): string | undefined {
  const { base_url: given, ...rest } = fixture.settings;
  const read = provider.settings.safeParse(rest);
  if (!read.success || !read.data.base_url.startsWith("https://")) return undefined;
  const path = new URL(read.data.base_url).pathname.replace(/\/$/, "");
  const isTheSame = given === undefined || given === `{{base}}${path}`;
  return isTheSame ? read.data.base_url : undefined;
}

/** Those that show other hosts of the vendor's, and one for each operation. */
function replaysAsShipped(provider: Provider, loaded: readonly LoadedFixture[]): Replay[] {
  const chosen = new Set(samples(provider, loaded).map(({ fixture }) => fixture));
  return loaded.flatMap(({ fixture }) => {
    const shippedBase = shippedBaseOf(provider, fixture);
    const isTelling = chosen.has(fixture) || JSON.stringify(fixture).includes("{{https://");
    if (shippedBase === undefined || !isTelling) return [];
    return [{ provider, fixture, model: fixtureModels(fixture)[0] ?? "", shippedBase }];
  });
}

/** The first call of a fixture that would have succeeded meets a fault instead. */
async function meetsFault(replay: Replay, fault: Fault): Promise<void> {
  const { provider, fixture } = replay;
  const fill = fillOf(replay);
  const settings = await settingsOf(provider, fixture, fill);
  const secrets = await secretsOf(provider, settings);
  const { script } = exchangeScript(
    fixture.exchanges,
    fitsOf(replay),
    async ({ response }, _request, position) =>
      position === 0 ? fault.reply(secrets.join(" ")) : fixtureReply(response, fill),
  );
  server.play(script);
  await onStage(replay, neverAborted(), async (outcome) => {
    expect(outcome.pictures).toEqual([]);
    const { error } = outcome;
    const code = fault.codes.find((one) => one === error?.code) ?? fault.codes[0];
    const said = saidBy(outcome);
    expect({ code: error?.code, said }).toEqual({ code, said });
    expect(error?.retryAfterSeconds).toBe(fault.retryAfterSeconds);
    await expectNoSecret(replay, outcome);
  });
}

/** Aborted while the exchange at `position` waits for its answer. Returns how many requests there were until then. */
async function stopsAt(replay: Replay, position: number): Promise<number> {
  const fill = fillOf(replay);
  const { script } = exchangeScript(
    replay.fixture.exchanges,
    fitsOf(replay),
    async ({ response }, _request, at) => (at === position ? "hang" : fixtureReply(response, fill)),
  );
  server.play(script);
  const controller = new AbortController();
  const run = onStage(replay, controller.signal, (outcome) => {
    expect(outcome.error, "an aborted call ends in an error").toBeDefined();
  });
  // Whichever comes first: a run that ends before it hangs fails below instead of waiting forever.
  await Promise.race([server.hanging(), run]);
  const before = server.seen.length;
  controller.abort();
  await run;
  await server.hungUp();
  await setImmediate();
  return before;
}

/** For each operation the successful fixture with the shortest conversation. */
function samples(provider: Provider, loaded: readonly LoadedFixture[]): Replay[] {
  const byOperation = new Map<string, Fixture>();
  for (const { fixture } of loaded) {
    if (fixture.expect.error !== undefined) continue;
    const { operation } = fixture.request;
    const found = byOperation.get(operation);
    if (found === undefined || fixture.exchanges.length < found.exchanges.length)
      byOperation.set(operation, fixture);
  }
  return [...byOperation.values()].map((fixture) => ({
    provider,
    fixture,
    model: fixtureModels(fixture)[0] ?? "",
  }));
}

/** `model operation` of each card, and of the provider's models without one, that no successful fixture holds for. */
function withoutFixture(provider: Provider, loaded: readonly LoadedFixture[]): string[] {
  const held = new Set<string>();
  for (const { fixture } of loaded) {
    if (fixture.expect.error !== undefined) continue;
    for (const model of fixtureModels(fixture)) {
      const known = provider.models.some(({ name }) => name === model);
      held.add(`${known ? model : "any other model"} ${fixture.request.operation}`);
    }
  }
  const wanted = provider.models.flatMap(({ name, operations }) =>
    operations.map((operation) => `${name} ${operation}`),
  );
  const others = provider.defaultCard?.operations ?? (provider.openEnded ? ["generation"] : []);
  const open = provider.openEnded ? others.map((operation) => `any other model ${operation}`) : [];
  return [...wanted, ...open].filter((one) => !held.has(one));
}

for (const { line, provider } of await shippedProviders()) {
  if (line.builtIn === true) continue;
  const loaded = loadFixtures(provider.id);
  const chosen = samples(provider, loaded);
  describe(`provider ${provider.id}`, () => {
    for (const { file, fixture } of loaded) {
      for (const model of fixtureModels(fixture)) {
        test(`${file}: ${fixture.name}: ${model}`, async () => {
          expect(misfits({ provider, fixture, model })).toEqual([]);
          await replays({ provider, fixture, model });
        });
      }
    }
    for (const replay of chosen) {
      const { operation } = replay.fixture.request;
      test.each(faults)(`${operation} meets $name`, async (fault) => {
        await meetsFault(replay, fault);
        // A try of its own could buy a second image: what comes next is the gateway's choice.
        expect(asked()).toHaveLength(1);
      });
      for (const [position, { request }] of replay.fixture.exchanges.entries()) {
        const call = `${position + 1}: ${request.method} ${request.path}`;
        test(`${operation} aborted at call ${call}`, async () => {
          const before = await stopsAt(replay, position);
          expect(asked(), "requests after the abort").toHaveLength(before);
        });
      }
    }
    for (const replay of replaysAsShipped(provider, loaded)) {
      test(`with the addresses that ship: ${replay.fixture.name}`, async () => {
        await replays(replay);
        expect(await secretsAstray(replay), "credentials that went astray").toEqual([]);
      });
    }
    describe("its claims", () => {
      const claims = loadClaims(provider.id);

      test("every request says n, size, watermark and safety where the upstream has them", () => {
        const silent = loaded.map(({ file, fixture }) => ({
          fixture: `${file}: ${fixture.name}`,
          unsaid: unsaid(fixture, claims),
        }));
        expect(silent.filter((one) => one.unsaid.length > 0)).toEqual([]);
      });

      test("there is a fixture for each failure that the upstream can have", () => {
        expect(failuresNotShown(loaded, claims)).toEqual([]);
      });

      test("its facts rest on documentation of a day, or on live calls", () => {
        const days = [provider.facts?.documentation, ...Object.values(provider.facts?.live ?? {})];
        for (const day of days) expect(day).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
      });

      test("each host that the definition names is shown", () => {
        expect(hostsNotShown(provider, loaded, claims)).toEqual([]);
      });
    });
    test("each card has a fixture of each of its operations, and a refusal has one too", () => {
      expect(withoutFixture(provider, loaded)).toEqual([]);
      expect(loaded.some(({ fixture }) => fixture.expect.error !== undefined)).toBe(true);
      expect(new Set(loaded.map(({ file, fixture }) => `${file} ${fixture.name}`)).size).toBe(
        loaded.length,
      );
    });
  });
}
