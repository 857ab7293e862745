import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { authorize } from "./authorize.ts";
import { filtered, readBedrockError } from "./faults.ts";
import { bodies, cards, type ModelBody } from "./models.ts";
import { settings, type Settings } from "./settings.ts";

const share = (description: string) => z.number().min(0).max(1).optional().describe(description);
const side = (name: string) =>
  z.int().min(0).max(2000).optional().describe(`Pixels that outpaint adds ${name}.`);
const text = (description: string) =>
  z.string().min(1).max(10_000).optional().describe(description);

const options = z.strictObject({
  strength: share("How far an edit by SD 3.5 may go from its picture; 0.7 where it is not said."),
  style_preset: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, {
      message: "must be small letters, digits and hyphens, at most 40",
    })
    .optional()
    .describe("A look such as photographic or anime, of inpaint."),
  grow_mask: z.int().min(0).max(20).optional().describe("Pixels by which a mask grows."),
  left: side("to the left"),
  right: side("to the right"),
  up: side("above"),
  down: side("below"),
  creativity: share("How freely outpaint and upscaling add."),
  search_prompt: text("Words for the thing that search-replace replaces."),
  select_prompt: text("Words for the thing that search-recolor recolours."),
  control_strength: share("How much sketch and structure count."),
  fidelity: share("How close style-guide keeps to its picture."),
  style_strength: share("How much of the style is transferred."),
  composition_fidelity: share("How much of the composition stays."),
  change_strength: share("How much may change."),
});

type Input = GenerateInput<Settings, z.output<typeof options>>;

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

/** The body of a model that is known; another region's inference profile (`eu.`, `apac.`) has the same body. */
function bodyOf(model: string): ModelBody {
  const found = bodies[model] ?? bodies[model.replace(/^(us|eu|apac|global)\./, "us.")];
  if (found !== undefined) return found;
  throw new PinholeError("upstream_model_missing", {
    message: "The upstream does not have this model.",
    detail: `${model} is none of the models whose body this provider knows`,
  });
}

/** The caller's own fields; one that the model does not have is refused. */
function optionFields({ options: chosen, model }: Input, known: ModelBody) {
  for (const [name, value] of Object.entries(chosen)) {
    if (value === undefined || known.options.includes(name)) continue;
    const param = `provider_options.bedrock.${name}`;
    throw new PinholeError("unsupported_parameter", {
      message: `\`${param}\` is not known to ${model}; leave it out.`,
      param,
    });
  }
  return chosen;
}

function jsonOf(input: Input): WireJson {
  const { request } = input;
  const known = bodyOf(input.model);
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  const isEdit = request.images.length > 0;
  const hasRatio = known.ratio === "always" || (known.ratio === "without_image" && !isEdit);
  const pictures = known.images.flatMap((name, at) => {
    const picture = request.images[at];
    return picture === undefined ? [] : [[name, new EncodedPicture(picture, "base64")] as const];
  });
  return {
    prompt: known.prompt ? request.prompt : undefined,
    mode: known.mode === true ? (isEdit ? "image-to-image" : "text-to-image") : undefined,
    aspect_ratio: hasRatio ? (request.ratio ?? "1:1") : undefined,
    ...Object.fromEntries(pictures),
    mask: request.mask === undefined ? undefined : new EncodedPicture(request.mask, "base64"),
    strength: isEdit && known.options.includes("strength") ? 0.7 : undefined,
    seed,
    negative_prompt,
    output_format: request.output_format ?? "png",
    ...optionFields(input, known),
  };
}

const seedsSchema = z.object({ seeds: z.array(z.int().nullish()).nullish() });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const answer = await input.http.call({
    url: `/model/${encodeURIComponent(input.model)}/invoke`,
    headers: { accept: "application/json" },
    json: jsonOf(input),
    lift: ["images.*"],
    refused: filtered,
  });
  const [seed] = seedsSchema.safeParse(answer.json).data?.seeds ?? [];
  yield* madePictures(input.http, answer, {
    at: ["images.*"],
    facts: () => ({ seed: seed ?? undefined }),
  });
}

export default defineProvider({
  id: "bedrock",
  name: "Amazon Bedrock",
  docs: "https://docs.aws.amazon.com/bedrock/latest/userguide/stable-image-services.html",
  facts: { documentation: "2026-11-26" },
  about:
    "Stability AI's models and image services on AWS, signed with access keys (Signature Version 4) or by a Bedrock API key. The services are reached through inference profiles; name another region's profile as the model's `upstream`. A mask goes to stable-image-inpaint and stable-image-erase-object.",
  example: {
    settings: '{ api_key: "${AWS_BEARER_TOKEN_BEDROCK}", region: us-west-2 }',
    models: '["stability.stable-image-core-v1:1"]',
  },
  settings,
  options,
  models: cards,
  openEnded: false,
  authorize,
  generate,
  readError: readBedrockError,
});
