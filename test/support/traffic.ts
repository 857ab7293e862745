import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BlobStore } from "../../src/blobs/types.ts";
import type { Payer } from "../../src/core/budget.ts";
import type { ErrorCode, Evidence } from "../../src/core/errors.ts";
import { openStore } from "../../src/store/open.ts";
import type {
  AttemptOutcome,
  NewAttempt,
  NewRequest,
  PictureRecord,
  RequestOutcome,
} from "../../src/store/request-records.ts";
import type { Store } from "../../src/store/store.ts";
import { type SeedPicture, openSeedBlobs, putSeed } from "./gallery-seed.ts";

/** Keys of the file that the traffic is of. */
export const trafficKeys = [
  { id: "studio", name: "Studio" },
  { id: "shop", name: "Shop pictures" },
  { id: "newsletter", name: "Newsletter" },
  { id: "mobile", name: "Mobile app" },
].map((key) => ({ ...key, key: `key-of-${key.id}-0123456789` }));

/** A model with what a picture of it costs, in nano-dollars, and how long it takes. */
interface TrafficModel {
  readonly name: string;
  readonly nano: number;
  readonly ms: number;
  readonly channel: string;
  readonly provider: string;
  readonly weight: number;
}

const models: readonly TrafficModel[] = [
  model("gpt-image-2.6-flare", 63_000_000, 9000, "openai-main", "openai", 40),
  model("seedream-5-0-pro-260628", 45_000_000, 5200, "ark", "ark", 25),
  model("flux-2-pro", 55_000_000, 7400, "bfl", "bfl", 15),
  model("gemini-3-pro-image", 134_000_000, 14_100, "vertex-eu", "vertex", 8),
  model("our-sdxl", 4_000_000, 3300, "workshop", "openai-compatible", 12),
];

function model(
  name: string,
  nano: number,
  ms: number,
  channel: string,
  provider: string,
  weight: number,
): TrafficModel {
  return { name, nano, ms, channel, provider, weight };
}

/** The users and teams that keys belong to. */
const owners: Readonly<Record<string, Pick<Payer, "userId" | "userName" | "teamId" | "teamName">>> =
  {
    studio: owner("mira", "Mira Lindqvist", "design", "Design"),
    shop: owner(null, null, "shop", "Shop"),
    newsletter: owner("jonas", "Jonas Weber", "shop", "Shop"),
    mobile: owner(null, null, "apps", "Apps"),
  };

function owner(
  userId: string | null,
  userName: string | null,
  teamId: string,
  teamName: string,
): Pick<Payer, "userId" | "userName" | "teamId" | "teamName"> {
  return { userId, userName, teamId, teamName };
}

/** Texts of the requests of the traffic. */
export const trafficPrompts = [
  "A fox in the snow, seen through frosted glass",
  "A harbour in the fog, long exposure",
  "Three pears on a linen cloth, morning light",
  "A poster for a jazz evening in two colours",
  "The shop's new mug on a walnut desk",
  "A lighthouse at dawn, gouache",
];

const failures: readonly (readonly [ErrorCode, Evidence, string])[] = [
  ["upstream_rate_limited", "refused", "429 rate_limit_exceeded: Slow down."],
  ["upstream_timeout", "unknown", "no answer began within 120000 ms"],
  ["moderation_blocked", "caller", "400 moderation_blocked: The prompt was refused."],
  ["upstream_failed", "unknown", "502 Bad Gateway"],
];

const dayMs = 86_400_000;

/** A row of numbers from 0 to 1 that is the same each time (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function drawn<T extends { readonly weight: number }>(list: readonly T[], random: () => number): T {
  let point = random() * list.reduce((sum, { weight }) => sum + weight, 0);
  const found = list.find(({ weight }) => (point -= weight) < 0) ?? list[0];
  if (found === undefined) throw new Error("nothing to draw from");
  return found;
}

/** Pictures that the last days' requests have. */
interface TrafficPictures {
  readonly blobs: BlobStore;
  readonly all: readonly SeedPicture[];
}

/** Time for which the pictures of requests rest. */
const restMs = 5 * dayMs;

/** Writes the requests of two months, so many in all, into the database of a gateway that has not begun; with pictures, those of the last days have them. */
export async function writeTraffic(
  folder: string,
  requests: number,
  now: number,
  pictures: readonly SeedPicture[] = [],
): Promise<void> {
  await mkdir(join(folder, "data"), { recursive: true });
  const store = await openStore({
    url: `sqlite:${join(folder, "data/pinhole.db")}`,
    now: () => now,
  });
  const random = numbers(7);
  const resting = { blobs: await openSeedBlobs(folder, now), all: pictures };
  const writing: Promise<void>[] = [];
  for (let at = 0; at < requests; at += 1) {
    // More of late, on working days and by day.
    const ago = 60 * (random() < 0.6 ? random() : 1 - Math.sqrt(random()));
    const day = new Date(now - Math.floor(ago) * dayMs);
    if ([0, 6].includes(day.getUTCDay()) && random() < 0.55) continue;
    const hour = 7 + 12 * ((random() + random()) / 2);
    const began =
      Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()) + hour * 3_600_000;
    if (began > now - 600_000) continue;
    writing.push(
      writeOne(store, `req_01seed${String(at).padStart(6, "0")}`, Math.round(began), random, {
        ...resting,
        all: began > now - restMs ? pictures : [],
      }),
    );
  }
  await Promise.all(writing);
  await store.close();
}

/** A request as it is written: what it asks, what becomes of it, and its attempts. */
interface Drawn {
  readonly id: string;
  readonly began: number;
  readonly model: TrafficModel;
  readonly key: (typeof trafficKeys)[number];
  readonly n: number;
  readonly tookMs: number;
  readonly fails: boolean;
  /** By attempt; undefined: it succeeded. */
  readonly attempts: readonly ((typeof failures)[number] | undefined)[];
  readonly rows: readonly NewAttempt[];
}

async function writeOne(
  store: Store,
  id: string,
  began: number,
  random: () => number,
  { blobs, all }: TrafficPictures,
): Promise<void> {
  const one = drawnRequest(id, began, random);
  const picture = all.length === 0 ? undefined : all[Math.floor(random() * all.length)];
  await store.requests.begin(requestOf(one, random, picture?.prompt), one.rows);
  const outcome = outcomeOf(one);
  const shown =
    picture === undefined ? outcome.pictures : outcome.pictures.map(resting(one, picture));
  if (picture !== undefined)
    for (const { blobId } of shown)
      if (blobId !== null) await putSeed(blobs, blobId, picture, began + restMs);
  await store.requests.finish({ ...outcome, pictures: shown });
}

/** Gives the record of a picture its bytes. */
function resting({ id, began }: Drawn, { width, height, webp }: SeedPicture) {
  return (record: PictureRecord): PictureRecord => ({
    ...record,
    blobId: `${id.slice(4)}00000000${record.index}`,
    format: "webp",
    width,
    height,
    byteLength: webp.length,
    urlUntil: began + restMs,
    keptUntil: began + restMs,
  });
}

function drawnRequest(id: string, began: number, random: () => number): Drawn {
  const model = drawn(models, random);
  const key = trafficKeys[Math.floor(random() ** 1.7 * trafficKeys.length)] ?? trafficKeys[0];
  if (key === undefined) throw new Error("there are keys");
  const n = random() < 0.2 ? 2 : 1;
  const tookMs = Math.round(model.ms * (0.6 + random() + (random() < 0.05 ? 4 * random() : 0)));
  const failure = random() < 0.035 ? failures[Math.floor(random() * failures.length)] : undefined;
  const fails = failure !== undefined && random() < 0.7;
  const attempts = [...(failure === undefined ? [] : [failure]), ...(fails ? [] : [undefined])];
  const rows = attempts.map((failed, at) => {
    const isOther = failed !== undefined && at === 0 && !fails;
    return {
      id: `${id}-${at}`,
      requestId: id,
      call: 0,
      attempt: at + 1,
      channelId: isOther ? "azure-eu" : model.channel,
      providerId: isOther ? "azure-openai" : model.provider,
      upstreamModel: model.name,
      startedAt: began + 3 + at * 1400,
      boundNano: model.nano * n,
    };
  });
  return { id, began, model, key, n, tookMs, fails, attempts, rows };
}

function requestOf(
  { id, began, model, key, n }: Drawn,
  random: () => number,
  prompt = trafficPrompts[Math.floor(random() * trafficPrompts.length)],
): NewRequest {
  return {
    id,
    // As a key of the file is called in the database.
    keyId: `file:${key.id}`,
    clientRequestId: null,
    operation: "generation",
    model: random() < 0.1 ? "fox" : model.name,
    n,
    fields: JSON.stringify({
      model: model.name,
      prompt,
      n,
      size: "1536x1024",
      quality: "high",
      response_format: "url",
      images: [],
      more: {},
    }),
    createdAt: began,
    holdNano: model.nano * n,
    holdLeaseUntil: began + 600_000,
    idempotencyKey: null,
    fingerprint: null,
    owner: null,
    prices: [],
    newPrices: [],
  };
}

function outcomeOf(one: Drawn): RequestOutcome {
  const { id, began, model, n, tookMs, fails, attempts, rows } = one;
  const nano = fails ? 0 : model.nano * n;
  const finishedAt = began + tookMs + (attempts.length - 1) * 1400;
  const payer = payerOf(one);
  const booking = { payer, heldAt: began, model: model.name, channelId: model.channel, images: n };
  return {
    id,
    state: fails ? "failed" : "succeeded",
    errorCode: fails ? (attempts[0]?.[0] ?? null) : null,
    errorMessage: fails ? "The upstream did not make the image; see what it answered." : null,
    errorParam: null,
    answer: fails
      ? null
      : {
          created: Math.floor(finishedAt / 1000),
          form: { url: true, base64: false },
          shape: "full",
          channelId: model.channel,
          price: "priced",
          pictures: [],
        },
    replayable: false,
    doubtful: false,
    costNano: nano,
    settledNano: nano,
    ...(fails ? {} : { booking }),
    usage: null,
    warnings: [],
    pictures: fails ? [] : Array.from({ length: n }, (_, index) => pictureOf(index)),
    attempts: rows.map((_, at) => attemptEnd(one, at, nano, finishedAt)),
    trace: traceOf(began, rows, tookMs, fails),
    servedModel: fails ? null : model.name,
    finishedAt,
  };
}

function payerOf({ key, began }: Drawn) {
  return {
    keyId: `file:${key.id}`,
    keyName: key.name,
    ...(owners[key.id] ?? owner(null, null, "apps", "Apps")),
    day: new Date(began).toISOString().slice(0, 10),
  };
}

function pictureOf(index: number): PictureRecord {
  return {
    index,
    blobId: null,
    format: "png",
    width: 1536,
    height: 1024,
    byteLength: 1_400_000,
    revisedPrompt: null,
    urlUntil: null,
    keptUntil: null,
  };
}

function attemptEnd(
  { id, attempts, rows }: Drawn,
  at: number,
  nano: number,
  finishedAt: number,
): AttemptOutcome {
  const failed = attempts[at];
  return {
    id: rows[at]?.id ?? id,
    state: failed === undefined ? "succeeded" : "failed",
    errorCode: failed?.[0] ?? null,
    evidence: failed?.[1] ?? null,
    detail: failed?.[2] ?? null,
    providerNano: failed === undefined ? Math.round(nano * 0.8) : null,
    finishedAt: at === rows.length - 1 ? finishedAt : (rows[at]?.startedAt ?? 0) + 1300,
  };
}

function traceOf(
  began: number,
  rows: readonly { readonly call: number; readonly attempt: number; readonly startedAt: number }[],
  tookMs: number,
  fails: boolean,
): string {
  const last = rows.length - 1;
  return JSON.stringify({
    received_at: new Date(began).toISOString(),
    fitted_ms: 0.6,
    chosen_ms: 1.1,
    recorded_ms: 2.8,
    ...(fails
      ? {}
      : { stored_ms: tookMs + last * 1400 - 60, delivered_ms: tookMs + last * 1400 - 20 }),
    attempts: rows.map(({ call, attempt, startedAt }, at) => {
      const begun = startedAt - began;
      const ended = at === last ? tookMs + last * 1400 - 120 : begun + 1300;
      return {
        call,
        attempt,
        begun_ms: begun,
        sent_ms: begun + 38,
        first_byte_ms: begun + (ended - begun) * 0.8,
        ended_ms: ended,
        ...(at === last && !fails ? { made_ms: ended - 5 } : {}),
        ...(at === 0
          ? {
              passed_over: [
                { channel: "workshop", model: "sdxl", reason: "cooling", wait_ms: 41_000 },
              ],
            }
          : {}),
      };
    }),
  });
}
