import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ratioToSend } from "../../dialects/ratio-to-send.ts";
import { watermarkOf, hostedService } from "../../dialects/settings.ts";
import { cards, type Route, routes } from "./cards.ts";
import { failureOf, faults, finalCodes } from "./faults.ts";
import { authorize, settings } from "./settings.ts";

const fidelity = (what: string) => z.number().min(0).max(1).optional().describe(what);

const options = z.strictObject({
  image_reference: z
    .enum(["subject", "face"])
    .optional()
    .describe("What kling-v1-5 looks at in a picture; subject where it is not said."),
  image_fidelity: fidelity("How much the picture counts, for models that take one picture."),
  human_fidelity: fidelity("How much the face counts, for kling-v1-5 with subject."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const moreSchema = z.object({ negative_prompt: z.string().optional() });

/** Fields that the one picture of `generations` brings with it. */
function singleFields({ options: chosen }: Input, route: Route): Record<string, WireJson> {
  const reference = route.reference === true ? (chosen.image_reference ?? "subject") : undefined;
  return {
    image_reference: reference,
    image_fidelity: chosen.image_fidelity,
    human_fidelity: reference === "subject" ? chosen.human_fidelity : undefined,
  };
}

/** Pictures as bare base64, in the field of the path. */
function pictureFields(input: Input, path: string, route: Route): Record<string, WireJson> {
  const encoded = input.request.images.map((image) => new EncodedPicture(image, "base64"));
  if (encoded.length === 0) return {};
  if (path === "omni-image") return { image_list: encoded.map((image) => ({ image })) };
  if (path === "multi-image2image")
    return { subject_image_list: encoded.map((image) => ({ subject_image: image })) };
  return { image: encoded[0], ...singleFields(input, route) };
}

/** A shape, and how fine it is where the path takes that; a picture drawn anew keeps its own. */
function sizeFields(input: Input, path: string, route: Route): Record<string, WireJson> {
  const { request } = input;
  if (route.restyles === true) return {};
  const isAuto = path === "omni-image" && request.operation === "edit";
  return {
    aspect_ratio: isAuto ? (request.ratio ?? "auto") : ratioToSend(input),
    resolution: path === "multi-image2image" ? undefined : (request.tier ?? "1k"),
  };
}

function negativePrompt({ request }: Input): string | undefined {
  const { negative_prompt: words } = moreSchema.parse(request.more);
  if (words === undefined || request.images.length === 0) return words;
  throw new PinholeError("unsupported_parameter", {
    message: "`negative_prompt` is not taken together with pictures; leave it out.",
    param: "negative_prompt",
  });
}

const jobsAt = (path: string): JobRules => ({
  idAt: ["data.task_id"],
  byId: (id) => ({ url: `/v1/images/${path}/${id}` }),
  statusAt: ["data.task_status", "code"],
  done: ["succeed"],
  failed: ["failed", ...finalCodes],
  failure: failureOf,
  pace: { firstMs: 1500, maxMs: 5000 },
});

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, settings: given } = input;
  const route = routes[model] ?? { pictures: "generations" };
  const withPictures = request.images.length > 0 ? route.pictures : undefined;
  const path = withPictures ?? (route.omni === true ? "omni-image" : "generations");
  const isMarked = watermarkOf(request, given);
  const { result } = yield* runJob(input, jobsAt(path), {
    url: `/v1/images/${path}`,
    json: {
      model_name: model,
      prompt: request.prompt,
      negative_prompt: negativePrompt(input),
      ...pictureFields(input, path, route),
      n: request.n,
      ...sizeFields(input, path, route),
      // A series would make, and bill, several pictures of one story.
      result_type: model === "kling-v3-omni" ? "single" : undefined,
      watermark_info: { enabled: isMarked },
    },
    refused: faults.refused,
  });
  const images = "data.task_result.images.*";
  const at = isMarked ? [`${images}.watermark_url`, `${images}.url`] : [`${images}.url`];
  yield* madePictures(input.http, result, { at });
}

export default defineProvider({
  ...hostedService,
  id: "kling",
  name: "Kling",
  docs: "https://app.klingai.com/global/dev/document-api",
  facts: { documentation: "2026-11-26" },
  about:
    "Kuaishou's image models, by an API key or by an access key and a secret key. Each call is a job; a size becomes the nearest ratio and 1k, 2k or 4k; there is no mask and no seed. A watermark is off unless a client or `settings.watermark` asks for it.",
  settings,
  options,
  models: cards,
  example: { settings: '{ api_key: "${KLING_API_KEY}" }', models: "[kling-v3-omni]" },
  authorize,
  generate,
  readError: faults.readError,
});
