import { wholeBytes } from "../../src/core/picture.ts";
import type { Fixture } from "../../test/providers/fixture.ts";
import type { Outcome } from "../../test/providers/contract-run.ts";
import type { Recorded } from "./recorder.ts";
import { redactJson, redactQuery, redactText, type Redaction } from "./redact.ts";

/** A fixture as it is written to a file. */
export type WrittenFixture = Readonly<Record<string, unknown>>;

/** Headers of an answer that an adapter may read. Ids, dates and cookies are nobody's business. */
const tellingHeader =
  /^(retry-after|x-.*(cost|credit|billable|units?|seed|finish|moderat).*|finish-reason|seed)$/;

/** Bytes of a made picture that a fixture holds; larger ones are an accident. */
const pictureBytesMax = 100_000_000;

/** Everything that a live call is told by. */
export interface LiveCall {
  readonly name: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** The fixture as it was asked for, with the real settings. */
  readonly asked: Fixture;
  readonly exchanges: readonly Recorded[];
  readonly outcome: Outcome;
  /** The path of `base_url` where that is the provider's own, which fixtures leave out. */
  readonly basePath: string;
  readonly redaction: Redaction;
}

/** The fixture of a live call, with its secrets and bytes redacted. */
export async function fixtureOf(call: LiveCall): Promise<WrittenFixture> {
  const { name, day, asked, redaction } = call;
  const exchanges: unknown[] = [];
  for (const one of withoutRepeats(call.exchanges)) exchanges.push(await exchangeOf(one, call));
  const { operation, n, images, more, ...request } = asked.request;
  return {
    name,
    source: `live call, ${day}`,
    model: asked.model,
    settings: await redactJson(asked.settings, redaction),
    ...(Object.keys(asked.options).length === 0 ? {} : { options: asked.options }),
    request: {
      ...(operation === "generation" ? {} : { operation }),
      ...request,
      ...(n === 1 ? {} : { n }),
      ...(images.length === 0 ? {} : { images }),
      ...(Object.keys(more).length === 0 ? {} : { more }),
    },
    exchanges,
    expect: await expectation(call),
  };
}

/** Of the same question asked many times in a row, the first and the last: a job's states between them say nothing new. */
function withoutRepeats(exchanges: readonly Recorded[]): Recorded[] {
  const same = (a: Recorded | undefined, b: Recorded): boolean =>
    a !== undefined &&
    a.method === "GET" &&
    a.method === b.method &&
    a.origin + a.path === b.origin + b.path;
  return exchanges.filter((one, index) => {
    const [before, after] = [exchanges[index - 1], exchanges[index + 1]];
    return !(same(before, one) && after !== undefined && same(after, one));
  });
}

async function exchangeOf(one: Recorded, call: LiveCall): Promise<unknown> {
  const { redaction, basePath } = call;
  const url = new URL(one.path, one.origin);
  const isOwn = url.origin === redaction.base && url.pathname.startsWith(basePath);
  const path = isOwn ? url.pathname.slice(basePath.length) : url.pathname;
  const query = redactQuery(url.searchParams, redaction);
  return {
    request: {
      method: one.method,
      path: redactText(path, redaction),
      ...(query.length === 0 ? {} : { query: Object.fromEntries(query) }),
      headers: await signedHeaders(one, call),
      ...(await bodyOf(one, call)),
    },
    response: await responseOf(one, call),
  };
}

/** Headers in which a secret travels as it is; what is computed from one, such as a signature, is new with each call. */
async function signedHeaders(
  one: Recorded,
  { redaction }: LiveCall,
): Promise<Record<string, string>> {
  const entries = Object.entries(one.headers).flatMap(([name, value]) => {
    const safe = [...redaction.secrets].reduce(
      (text, [secret, word]) => text.replaceAll(secret, word),
      value,
    );
    return safe === value ? [] : [[name, safe] as const];
  });
  return Object.fromEntries(entries);
}

async function bodyOf(one: Recorded, { redaction }: LiveCall): Promise<object> {
  const type = one.headers["content-type"] ?? "";
  if (one.body.length === 0) return {};
  if (type.includes("json"))
    return { json: await redactJson(JSON.parse(one.body.toString("utf8")), redaction) };
  if (type.startsWith("multipart/form-data")) {
    const answer = new Response(new Uint8Array(one.body), { headers: { "content-type": type } });
    const form: unknown[] = [];
    for (const [name, value] of await answer.formData()) {
      if (typeof value === "string") {
        form.push({ name, value: redactText(value, redaction) });
        continue;
      }
      const picture = await redaction.pictures.name(Buffer.from(await value.arrayBuffer()));
      form.push({ name, picture: picture ?? "png 1x1" });
    }
    return { form };
  }
  if (type.startsWith("application/x-www-form-urlencoded")) {
    const fields = [...new URLSearchParams(one.body.toString("utf8"))];
    const safe = fields.map(([name, value]) => [name, redactText(value, redaction)] as const);
    return { urlencoded: Object.fromEntries(safe) };
  }
  const picture = await redaction.pictures.name(one.body);
  return picture === undefined ? {} : { picture };
}

async function responseOf(one: Recorded, { redaction }: LiveCall): Promise<object> {
  const headers = Object.entries(one.answerHeaders).filter(([name]) => tellingHeader.test(name));
  const head = {
    ...(one.status === 200 ? {} : { status: one.status }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
  };
  const picture = await redaction.pictures.name(one.answer);
  if (picture !== undefined) return { ...head, picture };
  const text = one.answer.toString("utf8");
  try {
    return { ...head, json: await redactJson(JSON.parse(text), redaction) };
  } catch {
    return { ...head, text: redactText(text, redaction).slice(0, 2000) };
  }
}

async function expectation({ outcome, redaction }: LiveCall): Promise<object> {
  const pictures: unknown[] = [];
  for (const event of outcome.pictures) {
    const bytes = await wholeBytes(event.picture.bytes, pictureBytesMax);
    const picture = await redaction.pictures.name(bytes);
    const { revisedPrompt, quality, background, seed } = event;
    pictures.push({ picture, revisedPrompt, quality, background, seed });
  }
  const { error, usage, charge } = outcome;
  const facts = Object.assign({}, ...outcome.facts) as object;
  return {
    pictures,
    ...(usage === undefined ? {} : { usage }),
    ...(charge === undefined ? {} : { charge }),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
    ...(error === undefined
      ? {}
      : {
          error: {
            code: error.code,
            param: error.param,
            retryAfterSeconds: error.retryAfterSeconds,
          },
        }),
  };
}
