import type { Channel } from "../../core/channel.ts";
import { asPinholeError, PinholeError, publicCode } from "../../core/errors.ts";
import { channelTestKeyPrefix, type KeyRecord, mayDoEverything } from "../../core/key.ts";
import { knownNano, usdText } from "../../core/money.ts";
import { freeCheck } from "../../core/provider-check.ts";
import { type ImageRequest, parseSize } from "../../core/request.ts";
import { type CheapCall, cheapestCall } from "../../money/cheapest-call.ts";
import { upstreamImageLimits } from "../../pictures/limits.ts";
import type { Spools } from "../../pictures/spool.ts";
import { buildCatalog } from "../catalog/catalog.ts";
import type { Client } from "./run.ts";
import type { RequestParts } from "./parts.ts";
import { serveObserved } from "./serve-observed.ts";

/** The time that an upstream may take for what is free. */
const freeMsMax = 30_000;

/** A test of a channel, as somebody asks for it. */
export interface AskedChannelTest {
  readonly channelId: string;
  /** True: a real picture may be bought. */
  readonly paid: boolean;
  /** The model of that picture; undefined: the cheapest. */
  readonly model: string | undefined;
}

/** One step of a test. */
interface TestStep {
  /** `check`: the provider's free check with one credential; `picture`: one real picture. */
  readonly name: "check" | "picture";
  /** The credential that was checked, from 0. */
  readonly credential?: number;
  readonly ok: boolean;
  /** A sentence; null: it failed. */
  readonly found: string | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly detail: string | null;
  } | null;
}

/** The outcome of a test. Its steps end with the first that failed. */
export interface ChannelTest {
  readonly channel: string;
  readonly ok: boolean;
  /** True: a picture was asked for, which may have cost something. */
  readonly paid: boolean;
  readonly steps: readonly TestStep[];
  readonly model: string | null;
  /** Decimal dollars; null: nothing was bought, or nobody knows. */
  readonly costUsd: string | null;
  /** The record of the picture. */
  readonly requestId: string | null;
}

/** The use case that tests channels. */
export interface ChannelTestCases {
  /**
   * Asks a channel's upstream what it answers free of charge, and where that is allowed for one picture, which is booked as a
   * test. Throws not_found, and conflict with model and price where only a paid test could tell.
   */
  testChannel(asked: AskedChannelTest): Promise<ChannelTest>;
}

interface TestParts extends RequestParts {
  readonly spools: Pick<Spools, "open">;
  /** All channels, those that are not enabled too. */
  readonly channels: () => readonly Channel[];
}

export function channelTestCases(parts: TestParts): ChannelTestCases {
  return { testChannel: (asked) => testChannel(parts, asked) };
}

async function testChannel(parts: TestParts, asked: AskedChannelTest): Promise<ChannelTest> {
  const channel = parts.channels().find(({ id }) => id === asked.channelId);
  if (channel === undefined)
    throw new PinholeError("not_found", { message: "There is no channel with this id." });
  const call = cheapestCall(channel, parts.now(), asked.model);
  if (asked.model !== undefined && call === undefined) throw noModel(channel, asked.model);
  const checks = await checkAll(parts, channel);
  const isFree = call?.estimate.state === "free";
  const done = { channel: channel.id, model: null, costUsd: null, requestId: null };
  if (checks.some(({ ok }) => !ok)) return { ...done, ok: false, paid: false, steps: checks };
  const buys = asked.paid || (isFree && checks.length === 0);
  if (!buys && checks.length > 0) return { ...done, ok: true, paid: false, steps: checks };
  if (call === undefined) throw noModel(channel, undefined);
  if (!buys) throw unpaid(channel, call);
  return makePicture(parts, channel, call, checks);
}

/** The free checks of all credentials, up to the first that fails; empty: the provider has none. */
async function checkAll(parts: TestParts, channel: Channel): Promise<readonly TestStep[]> {
  const { provider, timeout } = channel;
  const steps: TestStep[] = [];
  for (const [credential, settings] of channel.credentials.entries()) {
    const spool = parts.spools.open(channelTestKeyPrefix + channel.id);
    const http = parts.egress.upstream({
      provider,
      settings,
      spool,
      limits: upstreamImageLimits,
      signal: new AbortController().signal,
      deadline: parts.now() + freeMsMax,
      connectMs: timeout.connectMs,
      retryDownloads: 0,
    });
    try {
      const found = await freeCheck(provider, { settings, http });
      if (found === undefined) return [];
      steps.push({ name: "check", credential, ok: true, found, error: null });
    } catch (thrown) {
      return [...steps, { ...failed("check", thrown), credential }];
    } finally {
      spool.dispose();
    }
  }
  return steps;
}

async function makePicture(
  parts: TestParts,
  channel: Channel,
  call: CheapCall,
  checks: readonly TestStep[],
): Promise<ChannelTest> {
  const requestId = parts.newId("req");
  const { client, leave } = waitingClient();
  // Nothing else serves the name there, and a channel that is off may be tried as well.
  const catalog = buildCatalog([channel.enabled ? channel : { ...channel, enabled: true }], {});
  const done = { channel: channel.id, paid: true, model: call.model, requestId };
  try {
    const outcome = await serveObserved(
      { ...parts, catalog: () => catalog },
      {
        requestId,
        clientRequestId: undefined,
        key: testKey(channel),
        request: requestOf(call),
        strict: false,
        spool: parts.spools.open(channelTestKeyPrefix + channel.id),
        // Two tests are two pictures, however soon the second follows.
        idempotencyKey: requestId,
        signal: new AbortController().signal,
        client,
        sdkRetry: false,
      },
    );
    const nano = knownNano(outcome.cost);
    const costUsd = nano === undefined ? null : usdText(nano);
    const cost = costUsd === null ? "at a cost that is not known" : `for $${costUsd}`;
    const found = `it made a picture with ${call.model} in ${Math.round(outcome.upstreamMs)} ms ${cost}`;
    const step = { name: "picture", ok: true, found, error: null } as const;
    return { ...done, ok: true, steps: [...checks, step], costUsd };
  } catch (thrown) {
    const steps = [...checks, failed("picture", thrown)];
    return { ...done, ok: false, steps, costUsd: null };
  } finally {
    leave();
  }
}

function failed(name: TestStep["name"], thrown: unknown): TestStep {
  const { code, message, detail = null } = asPinholeError(thrown);
  return { name, ok: false, found: null, error: { code: publicCode(code), message, detail } };
}

/** A client that has the answer once it leaves. */
function waitingClient(): { readonly client: Client; readonly leave: () => void } {
  const listeners: ((end: "sent") => void)[] = [];
  let hasLeft = false;
  return {
    client: {
      onEnd(listener) {
        if (hasLeft) listener("sent");
        else listeners.push(listener);
      },
    },
    leave() {
      hasLeft = true;
      for (const listener of listeners.splice(0)) listener("sent");
    },
  };
}

/** The key that tests of a channel are booked by; no secret opens it. */
function testKey({ id }: Channel): KeyRecord {
  return {
    id: channelTestKeyPrefix + id,
    name: `test of the channel ${id}`,
    digest: "",
    ...mayDoEverything,
    labels: ["test"],
  };
}

function requestOf({ model, prompt, size, quality }: CheapCall): ImageRequest {
  return {
    operation: "generation",
    model,
    prompt,
    n: 1,
    size: size === undefined ? undefined : parseSize(size),
    quality,
    response_format: "b64_json",
    stream: false,
    partial_images: 0,
    images: [],
    more: {},
    unknown: {},
    provider_options: {},
  };
}

function noModel({ id }: Channel, model: string | undefined): PinholeError {
  const which = model === undefined ? "no model" : `no model \`${model}\``;
  return new PinholeError("conflict", {
    message: `The channel \`${id}\` has ${which} that makes pictures from words alone.`,
    param: model === undefined ? undefined : "model",
  });
}

function unpaid({ id, provider }: Channel, { model, estimate }: CheapCall): PinholeError {
  const { state, least, most } = estimate;
  const isKnown = state !== "unknown" && most !== undefined;
  const price = isKnown
    ? `${least === most ? "" : "at most "}$${usdText(most)}`
    : "a price that is not known here";
  return new PinholeError("conflict", {
    message: `${provider.name} has no free check; send {"paid": true} to test the channel \`${id}\` with one real picture of ${model} for ${price}.`,
    param: "paid",
    more: { test: { model, most_usd: isKnown ? usdText(most) : null } },
  });
}
