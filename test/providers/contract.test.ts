import { mkdtempSync, rmSync } from "node:fs";
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
});

afterAll(async () => {
  await server.close();
  await egress.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Replay {
  readonly provider: Provider;
  readonly fixture: Fixture;
  readonly model: string;
}

const fillOf = ({ model }: Replay): Fill => ({ base: server.base, model });

/** Runs a fixture and looks at the outcome while its pictures are still there. */
async function onStage(
  replay: Replay,
  signal: AbortSignal,
  look: (outcome: Outcome) => Promise<void> | void,
): Promise<void> {
  const spool = spools.open();
  try {
    const { provider, fixture } = replay;
    await look(
      await runFixture({ provider, egress, spool, fill: fillOf(replay), signal }, fixture),
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
  const { script, used } = exchangeScript(
    fixture.exchanges,
    (path) => fillText(path, fill),
    ({ response }) => fixtureReply(response, fill),
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

/** The first call of a fixture that would have succeeded meets a fault instead. */
async function meetsFault(replay: Replay, fault: Fault): Promise<void> {
  const { provider, fixture } = replay;
  const fill = fillOf(replay);
  const settings = await settingsOf(provider, fixture, fill);
  const secrets = await secretsOf(provider, settings);
  const { script } = exchangeScript(
    fixture.exchanges,
    (path) => fillText(path, fill),
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
    (path) => fillText(path, fill),
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
    test("each card has a fixture of each of its operations, and a refusal has one too", () => {
      expect(withoutFixture(provider, loaded)).toEqual([]);
      expect(loaded.some(({ fixture }) => fixture.expect.error !== undefined)).toBe(true);
      expect(new Set(loaded.map(({ file, fixture }) => `${file} ${fixture.name}`)).size).toBe(
        loaded.length,
      );
    });
  });
}
