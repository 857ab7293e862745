import { z } from "zod";
import { isBilledName, plainNames } from "../../dialects/billed-names.ts";
import { readOpenAiError } from "../../dialects/openai-images/index.ts";
import { followJob, onceAccepted } from "../../dialects/polled-jobs.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Picture } from "../../core/picture.ts";
import {
  defineProvider,
  type GenerateInput,
  type ProviderEvent,
  secretSchema,
  type UpstreamFault,
} from "../../core/provider.ts";
import {
  EncodedPicture,
  type WireError,
  type WireJson,
  type WireRequest,
} from "../../core/wire.ts";
import { builtInShapes, cards, defaultCard } from "./cards.ts";
import {
  buildInput,
  governedFields,
  type InputShape,
  takesInput,
  inputShapeSchema,
  plainShape,
  type WirePictures,
} from "./input-shape.ts";
import { namesOf, placeOf } from "./names.ts";
import {
  isModeration,
  hasPlainId,
  isRunning,
  judgePrediction,
  moderationWords,
  outputPlaces,
  outputsOf,
  type Prediction,
  readPrediction,
  stateUrl,
} from "./prediction.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { baseUrl } from "../../dialects/settings.ts";

const settings = z.strictObject({
  base_url: baseUrl("https://api.replicate.com/v1", "Address of the API, with its version."),
  api_token: secretSchema.describe("API token, from the account's page of tokens."),
  prefer_wait_seconds: z
    .int()
    .min(0)
    .max(60)
    .default(10)
    .describe(
      "How long the first call is held for the result before polling starts; 0 polls at once. A call that breaks while it is held loses its image, so keep it short.",
    ),
  cancel_after_seconds: z
    .int()
    .min(5)
    .max(86_400)
    .default(300)
    .describe(
      "Predictions older than this are ended by the upstream, so that none goes on costing after the channel's own timeout. Raise it with timeout.total.",
    ),
  upload_above_bytes: z
    .int()
    .min(0)
    .max(1_048_576)
    .default(262_144)
    .describe(
      "Input images that have more bytes than this together are uploaded first; below it they travel inside the request.",
    ),
  inputs: z
    .record(z.string(), inputShapeSchema)
    .default({})
    .describe(
      'How the input of a model is built, by owner/name: for models that are not built in (give them a card too), or to replace a built-in description. The parts are prompt, size ({ ratio, tier }, { width, height, with } or { word, separator }), edit, count, images ({ field, as: list, single or numbered }), mask, format ({ field, words }), compression, renames and always; each names an input field. For example { "acme/fill": { images: { field: image, as: single }, mask: mask } }.',
    ),
  refused_input: z
    .array(z.string())
    .default(["disable_safety_checker"])
    .describe("Fields that callers may not set through provider_options."),
  moderation_words: z
    .array(z.string().min(1))
    .default([...moderationWords])
    .describe("Whole words in a failed prediction's text that mean moderation."),
});
type Settings = z.output<typeof settings>;

const options = z.strictObject({
  input: z
    .record(z.string().min(1).max(100), z.union([z.string().max(10_000), z.number(), z.boolean()]))
    .refine((fields) => Object.keys(fields).length <= 50, {
      message: "must have at most 50 fields",
    })
    .optional()
    .describe(
      "Further input fields under the model's own names; prompt, number and size are not among them.",
    ),
});
type Options = z.output<typeof options>;
type Input = GenerateInput<Settings, Options>;

const accountSchema = z.object({ username: z.string() });

const fileSchema = z.object({ urls: z.object({ get: z.url({ protocol: /^https?$/ }) }) });

function shapeOf({ settings: given, model }: Pick<Input, "settings" | "model">): InputShape {
  for (const name of namesOf(model)) {
    const shape = given.inputs[name] ?? builtInShapes[name];
    if (shape !== undefined) return shape;
  }
  return plainShape;
}

/** The caller's own input fields, without those that would change what is billed or what the operator forbids. */
function callerFields(input: Input, shape: InputShape): Record<string, WireJson> {
  const fields = input.options.input ?? {};
  const refused = plainNames([...governedFields(shape), ...input.settings.refused_input]);
  for (const name of Object.keys(fields)) {
    if (!isBilledName(name, refused)) continue;
    const param = `provider_options.replicate.input.${name}`;
    throw new PinholeError("invalid_value", {
      message: `\`${param}\` cannot be set there; use the request's own field or leave it out.`,
      param,
    });
  }
  return fields;
}

async function upload(input: Input, picture: Picture): Promise<string> {
  const answer = await input.http.call({
    url: "/files",
    form: [{ name: "content", value: picture }],
  });
  const file = fileSchema.safeParse(answer.json);
  if (file.success) return file.data.urls.get;
  throw new PinholeError("upstream_refused", {
    message: "The upstream took an input image but did not say where it is; nothing was made.",
    detail: z.prettifyError(file.error),
  });
}

/**
 * The answer repeats the whole input, so what travels inside the request comes back with every read
 * of its state: the limit is on all pictures together.
 */
async function wirePictures(input: Input): Promise<WirePictures> {
  const { images, mask } = input.request;
  const all = mask === undefined ? images : [...images, mask];
  const bytes = all.reduce((sum, picture) => sum + picture.bytes.byteLength, 0);
  const wire = async (picture: Picture): Promise<WireJson> =>
    bytes > input.settings.upload_above_bytes
      ? await upload(input, picture)
      : new EncodedPicture(picture, "data_url");
  return {
    images: await Promise.all(images.map(wire)),
    mask: mask === undefined ? undefined : await wire(mask),
  };
}

async function startPrediction(input: Input): Promise<Prediction> {
  const { prefer_wait_seconds: wait, cancel_after_seconds: cancelAfter } = input.settings;
  const shape = shapeOf(input);
  const place = placeOf(input.model);
  const own = callerFields(input, shape);
  const fields = buildInput(shape, input.request, await wirePictures(input));
  const answer = await input.http.call({
    url: place.url,
    headers: {
      ...(wait > 0 ? { prefer: `wait=${wait}` } : {}),
      "cancel-after": `${cancelAfter}s`,
    },
    json: { version: place.version, input: { ...own, ...fields } },
    lift: outputPlaces,
  });
  return readPrediction(answer.json);
}

/** The output of the prediction, which is started once and then only read. */
async function* finishedOutput(input: Input): AsyncGenerator<ProviderEvent, unknown, void> {
  const words = input.settings.moderation_words;
  const started = await startPrediction(input);
  const atOnce = judgePrediction(started, words);
  if (atOnce !== undefined) return atOnce.output;
  const url = stateUrl(started, input.settings.base_url);
  if (hasPlainId(started)) yield { job: started.id };
  const later = await followJob({
    tools: input,
    read: async () => readPrediction((await input.http.call({ url, lift: outputPlaces })).json),
    judge: (prediction) => judgePrediction(prediction, words),
  });
  return later.output;
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const outputs = outputsOf(yield* finishedOutput(input)).slice(0, input.request.n);
  if (outputs.length === 0) {
    throw new PinholeError("upstream_bad_answer", {
      message: "The upstream finished without a picture; it may have been billed.",
      detail: "The prediction succeeded but its output holds no address and no data URL.",
    });
  }
  const pictures = await Promise.allSettled(
    outputs.map(async (output) =>
      typeof output === "string" ? await onceAccepted(() => input.http.download(output)) : output,
    ),
  );
  let index = 0;
  for (const picture of pictures) {
    if (picture.status === "rejected") continue;
    yield { picture: picture.value, index };
    index += 1;
  }
  const lost = pictures.find((picture) => picture.status === "rejected");
  if (lost !== undefined) throw lost.reason;
}

/**
 * Errors are `{detail}` or `{error}`, which the reader of OpenAI's dialect knows. A throttled call
 * says in its text when the limit resets.
 */
function readError(error: WireError): UpstreamFault | undefined {
  const fault = readOpenAiError(error);
  const text = fault?.message ?? "";
  if (fault?.code === "upstream_rate_limited" && fault.retryAfterSeconds === undefined) {
    const seconds = /resets in ~?(\d{1,5})s/.exec(text)?.[1];
    return seconds === undefined ? fault : { ...fault, retryAfterSeconds: Number(seconds) };
  }
  if (fault?.code === "invalid_value" && isModeration(text, moderationWords)) {
    return { code: "moderation_blocked", message: text };
  }
  return fault;
}

export default defineProvider({
  id: "replicate",
  name: "Replicate",
  docs: "https://replicate.com/docs/reference/http",
  facts: { documentation: "2026-11-26" },
  about:
    "Hosts thousands of models; name them owner/name, owner/name:version or deployments/owner/name. A model that is not built in needs a card and an entry in `inputs`.",
  settings,
  options,
  models: cards,
  openEnded: true,
  defaultCard,
  resultHosts: [".replicate.delivery", "replicate.delivery"],
  authorize: (input) => ({ authorization: `Bearer ${input.settings.api_token.reveal()}` }),
  generate,
  sends: (field, about) => takesInput(shapeOf(about), field),
  readError,
  /** A prediction that had not begun ends as `aborted`, which is free; one that had is billed for its run (replicate.com/changelog, deadlines). */
  async cancel({ http, job }) {
    const ask = async (request: WireRequest) =>
      readPrediction((await http.call({ ...request, lift: outputPlaces })).json).status;
    let status = await ask({ url: `/predictions/${job}/cancel`, method: "POST" });
    if (isRunning(status)) status = await ask({ url: `/predictions/${job}` });
    if (status === "succeeded" || status === "failed") return "kept";
    return status === "aborted" ? "free" : "doubtful";
  },
  async check({ http }) {
    const answer = await http.call({ url: "/account" });
    const { username } = readAnswer(accountSchema, answer.json);
    return `it is the account ${username}`;
  },
});
