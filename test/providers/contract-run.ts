import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { z } from "zod";
import { asPinholeError, type PinholeError } from "../../src/core/errors.ts";
import { defineCard, type ModelCard } from "../../src/core/model-card.ts";
import type { Nano } from "../../src/core/money.ts";
import type { PictureSpool } from "../../src/core/picture.ts";
import type {
  AuthorizeInput,
  BaseSettings,
  CallFacts,
  Provider,
  ProviderEvent,
  ProviderTools,
} from "../../src/core/provider.ts";
import { type FittedRequest, parseSize, type Usage } from "../../src/core/request.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Egress } from "../../src/net/egress.ts";
import { inputImageLimits, upstreamImageLimits } from "../../src/pictures/limits.ts";
import { fillJson, type Fill } from "./contract-compare.ts";
import { spooledPicture } from "./contract-pictures.ts";
import type { Fixture } from "./fixture.ts";

/** One replay's surroundings. */
export interface Stage {
  readonly provider: Provider;
  readonly egress: Egress;
  readonly spool: PictureSpool;
  readonly fill: Fill;
  readonly signal: AbortSignal;
  /** True: the fixture's settings are used as they are given. */
  readonly given?: boolean;
  /** The real waiting of live calls; replays do not wait. */
  readonly pacing?: Pick<ProviderTools, "poll" | "sleep" | "alongside">;
}

type PictureEvent = Extract<ProviderEvent, { readonly revisedPrompt?: unknown }>;

/** What one call of `generate` came to. */
export interface Outcome {
  readonly pictures: readonly PictureEvent[];
  readonly usage: Usage | undefined;
  readonly charge: Nano | undefined;
  /** What the adapter reports for prices besides, in the order in which it does. */
  readonly facts: readonly CallFacts[];
  /** What was thrown, as it was thrown. */
  readonly thrown: unknown;
  readonly error: PinholeError | undefined;
}

/** The card by which a fixture's model is known at this provider; undefined where it has none. */
export function cardOf(provider: Provider, fixture: Fixture, model: string): ModelCard | undefined {
  if (fixture.card !== undefined) return fixture.card;
  const known = provider.models.find(({ name, also }) => name === model || also.includes(model));
  if (known !== undefined) return known;
  const settings = provider.settings.safeParse(fixture.settings);
  const own = settings.success ? provider.cardFor?.({ settings: settings.data, model }) : undefined;
  if (own !== undefined) return own;
  return provider.defaultCard === undefined
    ? undefined
    : defineCard({ ...provider.defaultCard, name: model });
}

export async function settingsOf(
  provider: Provider,
  fixture: Fixture,
  fill: Fill,
): Promise<BaseSettings> {
  const { base_url: base = "{{base}}", ...rest } = fixture.settings;
  const given = await fillJson(fill.shipped ? rest : { base_url: base, ...rest }, fill);
  return provider.settings.parse(given);
}

/** Runs the adapter on a fixture's request to its end, whatever that is. */
export async function runFixture(stage: Stage, fixture: Fixture): Promise<Outcome> {
  const { provider, fill } = stage;
  const settings =
    stage.given === true
      ? provider.settings.parse(fixture.settings)
      : await settingsOf(provider, fixture, fill);
  const pictures: PictureEvent[] = [];
  let usage: Usage | undefined;
  let charge: Nano | undefined;
  const facts: CallFacts[] = [];
  const outcome = (thrown?: unknown): Outcome => {
    const error = thrown === undefined ? undefined : asPinholeError(thrown);
    return { pictures, usage, charge, facts, thrown, error };
  };
  try {
    const events = provider.generate({
      ...toolsFor(stage, settings),
      request: await fittedRequest(stage, fixture),
      model: fill.model,
      card: cardOf(provider, fixture, fill.model),
      settings,
      options: provider.options.parse(await fillJson(fixture.options, fill)),
    });
    for await (const event of events) {
      if ("picture" in event) pictures.push(event);
      else if ("usage" in event) usage = event.usage;
      else if ("charge" in event) charge = event.charge;
      else if ("facts" in event) facts.push(event.facts);
    }
    return outcome();
  } catch (thrown) {
    return outcome(thrown);
  }
}

async function fittedRequest({ spool, fill }: Stage, fixture: Fixture): Promise<FittedRequest> {
  const { size, images, mask, more, ...rest } = fixture.request;
  const take = (spec: string) => spooledPicture(spec, spool, inputImageLimits);
  return {
    ...rest,
    size: size === undefined || size === "auto" ? size : parseSize(size),
    stream: false,
    partial_images: 0,
    images: await Promise.all(images.map(take)),
    mask: mask === undefined ? undefined : await take(mask),
    more: z.record(z.string(), z.unknown()).parse(await fillJson(more, fill)),
  };
}

/** What chance gives in replays, so that a fixture can say it. */
const chosenUuid = "5f0c2a9e-7d41-4a36-9b1c-0e6d8f3a7c52";
const chosenNumber = 4711;

/** The most reads of one polled job: a fixture's conversation is short. */
const pollsMax = 100;

function toolsFor(stage: Stage, settings: BaseSettings): ProviderTools {
  const { provider, egress, spool, signal } = stage;
  const noPixels = async (): Promise<never> => {
    throw new Error("an adapter of an upstream does not touch pixels");
  };
  return {
    http: egress.upstream({
      provider,
      settings,
      spool,
      limits: upstreamImageLimits,
      signal,
      deadline: Date.now() + (stage.pacing === undefined ? 60_000 : 600_000),
      connectMs: 5_000,
      retryDownloads: 1,
      lateLinksMs: 0,
    }),
    // A websocket is no conversation of requests and answers; providers that use one are tested with real ones.
    socket: async () => undefined,
    chance: { uuid: () => chosenUuid, below: () => chosenNumber },
    // Without the waits, so that replays are quick; the real pace is tested with net.
    async poll(read) {
      for (let count = 0; count < pollsMax; count += 1) {
        signal.throwIfAborted();
        const found = await read();
        if (found !== undefined) return found;
        await setImmediate();
      }
      throw new Error(`polled ${pollsMax} times without an end`);
    },
    async sleep() {
      signal.throwIfAborted();
      await setImmediate();
    },
    // oxlint-disable-next-line require-yield -- fixtures have no previews
    async *alongside(work) {
      return work();
    },
    raster: { decode: noPixels, encode: noPixels },
    ...stage.pacing,
  };
}

/** The token that fixtures' identity providers give; its answer is one for every kind of OAuth client. */
const accessToken = { access_token: "test-secret-access-token", expires_in: 3600 };

/** As the egress would give it, with an identity provider that always gives a token. */
export function authorizeInput(settings: BaseSettings): AuthorizeInput<BaseSettings> {
  return {
    settings,
    request: { url: "/" },
    method: "GET",
    url: `${settings.base_url}/`,
    bodySha256: async () => createHash("sha256").digest("hex"),
    http: { post: async () => accessToken },
    cache: { get: async (_key, make) => (await make()).value },
    now: Date.now,
  };
}

/** Every credential in a channel's settings, and what `authorize` puts on the wire of it. */
export async function secretsOf(provider: Provider, settings: BaseSettings): Promise<string[]> {
  const headers = await provider.authorize(authorizeInput(settings));
  const sent = Object.entries(headers)
    .filter(([name]) => name.toLowerCase() === "authorization")
    .flatMap(([, value]) => value.split(" ").at(-1) ?? []);
  return [...new Set([...revealed(settings), ...sent])];
}

function revealed(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(revealed);
}

/** Everything that a log could print of a thrown value. */
export function printed(thrown: unknown): string {
  const fields = thrown instanceof Error ? JSON.stringify(thrown) : "";
  return inspect(thrown, { depth: 12, showHidden: true, maxStringLength: null }) + fields;
}
