import { z } from "zod";
import { statedNano } from "../../core/money.ts";
import { defineProvider, type ProviderEvent } from "../../core/provider.ts";
import type { ErrorCode } from "../../core/errors.ts";
import type { UpstreamFault, WireAnswer, WireError } from "../../core/wire.ts";
import { type FaultReader, faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { readOpenAiUsage } from "../../dialects/openai-images/index.ts";
import { valuesAt } from "../../dialects/picture-places.ts";
import { callOf, type Input, keyQuery, saysCount, takes } from "./request.ts";
import { codeOf, type Settings, settings } from "./settings.ts";

const options = z.record(
  z.string().max(64),
  z.union([z.string().max(10_000), z.number(), z.boolean()]),
);

/** Of each channel's settings, which stay while the configuration does. */
const readers = new WeakMap<Settings, FaultReader>();

function readerOf(given: Settings): FaultReader {
  const known = readers.get(given);
  if (known !== undefined) return known;
  const { errors } = given;
  const reader = faultReader({
    codeAt: errors.code,
    messageAt: errors.message,
    codes: byCode(errors.words, (word) => word),
    sentences: byCode(errors.sentences, (pattern) => new RegExp(pattern, "i")),
    statuses: Object.fromEntries(
      Object.entries(errors.statuses).map(([status, word]) => [status, codeOf(word)]),
    ),
    fine: errors.fine,
  });
  readers.set(given, reader);
  return reader;
}

type Meaning = Parameters<typeof codeOf>[0];

function byCode<T>(
  meanings: Readonly<Partial<Record<Meaning, readonly string[]>>>,
  read: (word: string) => T,
): Partial<Record<ErrorCode, T[]>> {
  return Object.fromEntries(
    // The schema's keys are meanings and nothing else.
    Object.entries(meanings).map(([word, all]) => [codeOf(word as Meaning), all.map(read)]),
  );
}

/** Rules for reading an answer that every call is sent with, besides its fields. */
function answerRules(given: Settings): {
  readonly lift: readonly string[];
  readonly refused?: (answer: WireError) => UpstreamFault | undefined;
} {
  const lift = given.result.pictures;
  return given.errors.with_good_status ? { lift, refused: readerOf(given).refused } : { lift };
}

function jobRules(given: Settings, jobs: NonNullable<Settings["jobs"]>): JobRules {
  const query = keyQuery(given);
  const at = (path: string) => (id: string) => ({
    url: path.replace("{id}", encodeURIComponent(id)),
    query,
  });
  return {
    idAt: jobs.id,
    ...(jobs.path === undefined ? {} : { byId: at(jobs.path) }),
    ...(jobs.url === undefined ? {} : { urlAt: jobs.url }),
    query,
    hosts: given.credential_hosts,
    statusAt: jobs.status,
    done: jobs.done,
    failed: jobs.failed,
    failure: readerOf(given).refused,
    ...(jobs.progress === undefined ? {} : { progress: jobs.progress }),
    ...(jobs.result_url === undefined ? {} : { resultAt: jobs.result_url }),
    ...(jobs.result_path === undefined ? {} : { resultById: at(jobs.result_path) }),
    lift: given.result.pictures,
    pace: { firstMs: jobs.first_ms, maxMs: jobs.max_ms },
  };
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const given = input.settings;
  const submission = { ...callOf(input), ...answerRules(given) };
  let answers: WireAnswer[];
  if (given.jobs === undefined) {
    answers = [await input.http.call(submission)];
  } else {
    const { accepted, result } = yield* runJob(input, jobRules(given, given.jobs), submission);
    answers = [result, accepted];
  }
  const [answer] = answers;
  if (answer === undefined) return;
  yield* costIn(answers, given);
  const { pictures, refuse, revised_prompt: prompt, seed } = given.result;
  yield* madePictures(input.http, answer, {
    at: pictures,
    refuse: (item) => {
      const found = refuse.find(({ at, is }) => valuesAt(item, at).includes(is));
      return found === undefined ? undefined : { code: codeOf(found.means) };
    },
    facts: (item) => ({
      revisedPrompt: prompt === undefined ? undefined : textIn(valuesAt(item, prompt)),
      seed: seed === undefined ? undefined : wholeIn(valuesAt(item, seed)),
    }),
  });
}

function textIn([value]: readonly unknown[]): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function wholeIn([value]: readonly unknown[]): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

/** The call's cost as its answers state it, the last one first. */
function* costIn(
  answers: readonly WireAnswer[],
  { cost, result }: Settings,
): Generator<ProviderEvent> {
  if (result.usage) {
    const usage = answers
      .flatMap(({ json }) => valuesAt(json, "usage"))
      .map(readOpenAiUsage)
      .find((one) => one !== undefined);
    if (usage !== undefined) yield { usage };
  }
  if (cost === undefined) return;
  const said = answers.flatMap(({ json, headers }) => [
    ...(cost.at ?? []).flatMap((place) => valuesAt(json, place)),
    ...(cost.header === undefined ? [] : [headers[cost.header.toLowerCase()]]),
  ]);
  const charge = said
    .map((amount) => statedNano(amount, cost.unit_usd))
    .find((one) => one !== undefined);
  if (charge !== undefined) yield { charge };
}

export default defineProvider({
  id: "custom",
  name: "An upstream of your own description",
  docs: "https://developer.mozilla.org/docs/Web/HTTP",
  facts: { documentation: "2026-11-26" },
  about:
    "Any HTTP API that makes pictures, wholly described in settings; docs/custom.md has the words and recipes.",
  example: {
    settings:
      '{ base_url: "https://images.example.com", api_key: "${UPSTREAM_KEY}", generation: { path: /v1/images, fields: { prompt: "{prompt}", n: "{n}", size: "{size|1024x1024}" } } }',
    models: "[some-model]",
  },
  settings,
  options,
  models: [],
  openEnded: true,
  configuredResultHosts: ({ result_hosts: hosts }) => hosts,
  credentialOrigins: ({ credential_hosts: hosts }) => hosts.map((host) => `https://${host}`),
  authorize: ({ settings: { auth, api_key: key, headers } }) => ({
    ...Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]),
    ),
    ...(key === undefined ? {} : keyHeader(auth, key.reveal())),
  }),
  generate,
  readError: (error, given) => readerOf(given).readError(error),
  async discover({ settings: given, http }) {
    if (given.models === undefined) return undefined;
    const { path, names } = given.models;
    const answer = await http.call({ url: path, query: keyQuery(given) });
    return names
      .flatMap((place) => valuesAt(answer.json, place))
      .filter((name) => typeof name === "string");
  },
  narrow: (given) => ({
    imagesPerCall: saysCount(given) ? given.images_per_call : 1,
    takes: (field) => takes(given, field),
  }),
});

function keyHeader({ in: place, name, prefix, user }: Settings["auth"], key: string) {
  switch (place) {
    case "bearer":
      return { authorization: `Bearer ${key}` };
    case "basic":
      return { authorization: `Basic ${Buffer.from(`${user}:${key}`).toString("base64")}` };
    case "header":
      return { [(name ?? "authorization").toLowerCase()]: `${prefix}${key}` };
    case "query":
    case "none":
      return {};
    default:
      return place satisfies never;
  }
}
