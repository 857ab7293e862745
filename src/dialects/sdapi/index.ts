import { randomUUID } from "node:crypto";
import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import type {
  GenerateInput,
  ProviderEvent,
  TakenBack,
  UpstreamFault,
  UpstreamHttp,
} from "../../core/provider.ts";
import type { WireError, WireJson } from "../../core/wire.ts";
import { readAnswer } from "../read-answer.ts";
import { blamed, readSdapiError } from "./errors.ts";
import { checkServer, modelNames, unlistedSampler } from "./lists.ts";
import { type AskedJob, passedOver } from "./passed-over.ts";
import { callWithPreviews } from "./previews.ts";
import { bodyOf, refuseTags } from "./request.ts";
import { type SdapiServer, webUi } from "./server.ts";
import type { SdapiOptions, SdapiSettings } from "./settings.ts";
export { webUi } from "./server.ts";
export { sdapiOptions, sdapiSettings } from "./settings.ts";
export { bothOrNeither, webUiAccess, webUiAuthorization, webUiCard } from "./web-ui.ts";

/** The part of an answer besides the images, which are lifted out. `info` is a JSON document in a string. */
const answerSchema = z.object({
  images: z.array(z.unknown()).nullish(),
  info: z.string().nullish(),
});

const infoSchema = z.object({
  seed: z.number().nullish().catch(undefined),
  all_seeds: z.array(z.number()).nullish().catch(undefined),
  index_of_first_image: z.int().min(0).nullish().catch(undefined),
  sampler_name: z.string().nullish().catch(undefined),
  sd_model_name: z.string().nullish().catch(undefined),
  sd_model_hash: z.string().nullish().catch(undefined),
});
type Info = z.infer<typeof infoSchema>;

/** An `info` longer than this is left unread: it repeats the prompt for every image, nothing else grows. */
const infoCharactersMax = 4_000_000;

/** The Stable Diffusion web UI's API: synchronous, one job at a time, base64 in and out. */
export function sdapi<S extends SdapiSettings, O extends SdapiOptions>(
  server: SdapiServer<S, O> = webUi,
): {
  generate(input: GenerateInput<S, O>): AsyncGenerator<ProviderEvent, void, void>;
  readError(error: WireError): UpstreamFault | undefined;
  discover(input: { readonly http: UpstreamHttp }): Promise<string[]>;
  check(input: { readonly settings: S; readonly http: UpstreamHttp }): Promise<string>;
  cancel(input: { readonly settings: S; readonly http: UpstreamHttp }): Promise<TakenBack>;
  sends(field: string): boolean;
  /** Some of these servers draw seeds from the clock's second. */
  needsSeed: true;
} {
  return {
    needsSeed: true,
    generate: (input) => generate(server, input),
    readError: readSdapiError,
    discover: ({ http }) => modelNames(http),
    check: checkServer,
    cancel: interrupt,
    sends: (field) => sentFields.has(field),
  };
}

/** Fields of the contract that the API has, or that its settings stand for. */
const sentFields: ReadonlySet<string> = new Set([
  "seed",
  "negative_prompt",
  "size",
  "quality",
  "style",
  "output_format",
  "output_compression",
  "stream",
  "mask",
]);

async function* generate<S extends SdapiSettings, O extends SdapiOptions>(
  server: SdapiServer<S, O>,
  input: GenerateInput<S, O>,
): AsyncGenerator<ProviderEvent, void, void> {
  refuseTags(input);
  try {
    yield* makePictures(server, input);
  } catch (thrown) {
    throw blamed(thrown, input);
  }
}

async function* makePictures<S extends SdapiSettings, O extends SdapiOptions>(
  server: SdapiServer<S, O>,
  input: GenerateInput<S, O>,
): AsyncGenerator<ProviderEvent, void, void> {
  const { request } = input;
  const url = request.images.length > 0 ? "/sdapi/v1/img2img" : "/sdapi/v1/txt2img";
  const json = bodyOf(server, input);
  const lift = ["images.*"];
  const wanted = request.stream ? request.partial_images : 0;
  if (input.settings.interrupt) yield { job: url };
  const taskId = server.taskIds ? `pinhole-${randomUUID()}` : undefined;
  const { answer, shown } =
    wanted === 0
      ? { answer: await input.http.call({ url, json, lift }), shown: 0 }
      : yield* callWithPreviews(
          input,
          { url, json: { ...json, force_task_id: taskId }, lift },
          taskId,
          wanted,
        );
  const body = readAnswer(answerSchema, answer.json);
  const info = readInfo(body.info);
  const made = picturesOf(body.images ?? [], info, request.n);
  if (made.length === 0) {
    const refusal = input.http.refusal(answer);
    if (refusal !== undefined) throw refusal;
    throw new PinholeError("upstream_bad_answer", {
      message: "The upstream answered without a picture.",
      detail: `The answer has ${body.images?.length ?? 0} images; it may have been interrupted.`,
    });
  }
  const asked = askedOf(input, wanted === 0 || shown > 0);
  const warnings = [
    ...passedOver(asked, info),
    ...(await unlistedSampler(input.http, asked.sampler, info.sampler_name)),
  ];
  for (const [index, picture] of made.entries()) {
    yield {
      picture,
      index,
      warnings: index === 0 ? warnings : undefined,
      seed: seedOf(index, info, json.seed),
    };
  }
}

/** Stops what the server is working on, which has no ids. */
async function interrupt({
  settings,
  http,
}: {
  readonly settings: Pick<SdapiSettings, "interrupt">;
  readonly http: UpstreamHttp;
}): Promise<TakenBack> {
  if (!settings.interrupt) return "kept";
  await http.call({ url: "/sdapi/v1/interrupt", method: "POST" });
  return "free";
}

/** The seed of a picture: as the server says, else one higher for each, which is how these servers count. */
function seedOf(index: number, info: Info, sent: WireJson): number | undefined {
  const first = info.seed ?? sent;
  return (
    info.all_seeds?.[index] ?? (typeof first === "number" && first >= 0 ? first + index : undefined)
  );
}

/** The things that the caller asked for by name. Those of the operator's settings are looked at by the free check. */
function askedOf(
  { options, settings, model }: GenerateInput<SdapiSettings, SdapiOptions>,
  previewed: boolean,
): AskedJob {
  const checkpoint = settings.switch_checkpoint ? model : undefined;
  return { sampler: options.sampler, checkpoint, previewed };
}

function readInfo(text: string | null | undefined): Info {
  if (text === null || text === undefined || text.length > infoCharactersMax) return {};
  const result = infoSchema.safeParse(parseOrUndefined(text));
  return result.success ? result.data : {};
}

/** The pictures are there whatever `info` says, so an unreadable one only loses the seeds. */
function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A grid may stand before the pictures and masks may follow them; both are left out. */
function picturesOf(images: readonly unknown[], info: Info, n: number): readonly Picture[] {
  const first = info.index_of_first_image ?? 0;
  return images.slice(first, first + n).filter((image) => image instanceof Picture);
}
