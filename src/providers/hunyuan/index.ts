import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type UpstreamFault, type WireRequest } from "../../core/wire.ts";
import { cardFamily } from "../../dialects/card-family.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { hostedService } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { failureOf, faults, finalCodes } from "./faults.ts";
import { authorize, settings } from "./settings.ts";

const options = z.strictObject({
  revise: z.boolean().optional().describe("Rewrites the prompt, which costs some time."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const cards = cardFamily({ owned_by: "tencent", parameters: ["seed", "watermark"] }, [
  {
    // TokenHub: cloud.tencent.com/document/product/1823/135745, read 2026-11-26.
    name: "hy-image-v3",
    operations: ["generation", "edit"],
    prompt_max: 8192,
    edit_prompt_max: 8192,
    size_rule: { edge_min: 512, edge_max: 2048, pixels_max: 1_048_576 },
    formats: ["png", "jpeg"],
    images: { max: 3, references: true, formats: ["png", "jpeg"], bytes_max: 10_000_000 },
  },
  {
    // The signed API: cloud.tencent.com/document/product/1668/124632, read 2026-11-26.
    name: "hunyuan-image",
    prompt_max: 1024,
    sizes:
      "1024x1024 640x1408 704x1344 768x1280 832x1216 896x1152 960x1088 1088x960 1152x896 1216x832 1280x768 1344x704 1408x640".split(
        " ",
      ),
    formats: ["png", "jpeg"],
  },
]);

const moreSchema = z.object({ seed: z.int().optional() });

const seedOf = ({ request }: Input): number | undefined => moreSchema.parse(request.more).seed;

const revises = ({ options: chosen, settings: given }: Input): boolean =>
  chosen.revise ?? given.revise;

/** Width and height with a sign between them; those of a square where neither the client nor the card says any. */
function sizeWord(input: Input, sign: string): string {
  const { width, height } = sizeToSend(input) ?? { width: 1024, height: 1024 };
  return `${width}${sign}${height}`;
}

const marked = ({ request, settings: given }: Input, vendors: boolean): boolean =>
  request.watermark ?? given.watermark ?? vendors;

/** One call of TokenHub, which answers with the picture. */
async function* byKey(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model } = input;
  const images = request.images.map((image) => new EncodedPicture(image, "base64"));
  const answer = await input.http.call({
    url: "/v1/wand/hunyuan-image/v3-generation",
    json: {
      model,
      prompt: request.prompt,
      images: images.length === 0 ? undefined : images,
      size: sizeWord(input, "x"),
      seed: seedOf(input),
      footnote: marked(input, false) ? input.settings.footnote : undefined,
      revise: revises(input),
    },
    refused: faults.refused,
  });
  const itemSchema = z.object({ revised_prompt: z.string().min(1).nullish() });
  yield* madePictures(input.http, answer, {
    at: ["data.*.url"],
    facts: (item) => ({
      revisedPrompt: itemSchema.safeParse(item).data?.revised_prompt ?? undefined,
    }),
  });
}

/** A call of the signed API, which knows what to do by a header. */
const action = (name: string, json: NonNullable<WireRequest["json"]>): WireRequest => ({
  url: "/",
  headers: { "x-tc-action": name, "x-tc-version": "2022-12-29" },
  json,
});

const jobs: JobRules = {
  idAt: ["Response.JobId"],
  byId: (id) => action("QueryTextToImageJob", { JobId: id }),
  statusAt: ["Response.JobStatusCode", "Response.Error.Code"],
  done: ["5"],
  failed: ["4", ...finalCodes],
  failure: failureOf,
  pace: { firstMs: 1500, maxMs: 5000 },
};

const resultSchema = z.object({
  Response: z.object({
    RevisedPrompt: z.array(z.string()).nullish(),
    ResultDetails: z.array(z.string()).nullish(),
  }),
});

/** A finished job without a picture says in its details whether that was held back. */
function heldBack(json: unknown): UpstreamFault | undefined {
  const details = resultSchema.safeParse(json).data?.Response.ResultDetails ?? [];
  return details.some((detail) => /illegal|sensitive|OperationDenied|违规|敏感/i.test(detail))
    ? { code: "moderation_blocked" }
    : undefined;
}

/** A job of the signed API. */
async function* bySignature(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { result } = yield* runJob(input, jobs, {
    ...action("SubmitTextToImageJob", {
      Prompt: input.request.prompt,
      Resolution: sizeWord(input, ":"),
      Seed: seedOf(input),
      LogoAdd: marked(input, true) ? 1 : 0,
      Revise: revises(input) ? 1 : 0,
    }),
    refused: faults.refused,
  });
  const [revised] = resultSchema.safeParse(result.json).data?.Response.RevisedPrompt ?? [];
  yield* madePictures(input.http, result, {
    at: ["Response.ResultImage.*"],
    facts: () => ({ revisedPrompt: revised === "" ? undefined : revised }),
    none: heldBack,
  });
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const isSigned = input.settings.api_key === undefined;
  if (isSigned !== (input.model === "hunyuan-image")) {
    const needed = isSigned ? "`api_key`" : "`secret_id` and `secret_key`";
    throw new PinholeError("upstream_model_missing", {
      message: `${input.model} is not served with the credentials of this channel.`,
      detail: `${input.model} needs a channel with ${needed}`,
    });
  }
  yield* isSigned ? bySignature(input) : byKey(input);
}

export default defineProvider({
  ...hostedService,
  id: "hunyuan",
  name: "Tencent Hunyuan",
  docs: "https://cloud.tencent.com/document/product/1823/135745",
  facts: { documentation: "2026-11-26" },
  about:
    "Hunyuan's image models: hy-image-v3 by a key of TokenHub, at once and with references, and hunyuan-image by the signed API of Tencent Cloud, as a job. There is no mask. Models of TokenHub that take chat messages are not among them.",
  settings,
  options,
  models: cards,
  example: { settings: '{ api_key: "${TOKENHUB_API_KEY}" }', models: "[hy-image-v3]" },
  authorize,
  generate,
  readError: faults.readError,
});
