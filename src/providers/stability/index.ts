import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { Picture } from "../../core/picture.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import type { FormField, UpstreamFault, WireError } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { bearer, hostedSettings } from "../../dialects/settings.ts";
import { cards, type Tool, tools } from "./tools.ts";

const settings = z.strictObject(hostedSettings("https://api.stability.ai"));

const share = (description: string) => z.number().min(0).max(1).optional().describe(description);
const pixels = (side: string) =>
  z.int().min(0).max(2000).optional().describe(`Pixels that outpaint adds ${side}.`);
const words = (description: string) =>
  z.string().min(1).max(10_000).optional().describe(description);

const options = z.strictObject({
  strength: share(
    "How far an edit by ultra or sd3.5 may go from its picture; 0.5 where it is not said.",
  ),
  style_preset: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, {
      message: "must be small letters, digits and hyphens, at most 40",
    })
    .optional()
    .describe("A look such as photographic, anime or line-art."),
  cfg_scale: z.number().min(1).max(10).optional().describe("How closely sd3.5 follows the prompt."),
  grow_mask: z.int().min(0).max(100).optional().describe("Pixels by which a mask grows."),
  left: pixels("to the left"),
  right: pixels("to the right"),
  up: pixels("above"),
  down: pixels("below"),
  creativity: share("How freely outpaint and upscaling (conservative, creative) add."),
  search_prompt: words("What search-and-replace looks for."),
  select_prompt: words("What search-and-recolor looks for."),
  control_strength: share("How much sketch and structure count."),
  fidelity: share("How close control-style keeps to its picture."),
  style_strength: share("How much of the style is transferred."),
  composition_fidelity: share("How much of the composition stays."),
  change_strength: z.number().min(0.1).max(1).optional().describe("How much may change."),
  foreground_prompt: words("What replace-background-and-relight sees in front."),
  preserve_original_subject: share("How much of the subject it keeps."),
  original_background_depth: share("How much of the old background's depth it keeps."),
  keep_original_background: z.boolean().optional().describe("Only the light is changed."),
  light_source_direction: z
    .enum(["above", "below", "left", "right"])
    .optional()
    .describe("Where the light comes from."),
  light_source_strength: share("How strong the light is."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["name"],
  messageAt: ["errors.*", "message"],
  statuses: { 413: "image_too_large" },
  codes: {
    image_too_large: ["payload_too_large"],
    moderation_blocked: ["content_moderation", "content_filtered"],
    upstream_credentials: ["unauthorized", "payment_required", "insufficient_credits", "forbidden"],
    upstream_rate_limited: ["rate_limit_exceeded", "too_many_requests"],
  },
  sentences: {
    moderation_blocked: [/\bflagged by our content moderation\b/i],
  },
});

const asJson = { accept: "application/json" };

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });
const seedSchema = z.object({ seed: z.int().nullish() });

/** A blurred picture in place of a blocked one comes with a good status and this word. */
function filtered(answer: WireError): UpstreamFault | undefined {
  const read = z.object({ finish_reason: z.string() }).safeParse(answer.json);
  return read.data?.finish_reason.toUpperCase() === "CONTENT_FILTERED"
    ? { code: "moderation_blocked" }
    : undefined;
}

function toolOf(model: string): Tool {
  const tool = tools[model];
  if (tool !== undefined) return tool;
  throw new PinholeError("upstream_model_missing", {
    message: "The upstream does not have this model.",
    detail: `${model} is none of the models that this provider knows`,
  });
}

/** The caller's own fields; one that the endpoint does not have is refused, since it would be ignored. */
function optionFields(input: Input, tool: Tool): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.options)) {
    if (value === undefined) continue;
    const param = `provider_options.stability.${name}`;
    if (!tool.options.includes(name)) {
      throw new PinholeError("unsupported_parameter", {
        message: `\`${param}\` is not known to ${input.model}; leave it out.`,
        param,
      });
    }
    chosen[name] = String(value);
  }
  return chosen;
}

/** Text parts in the order of the documentation; what is undefined is left out. */
function textFields(input: Input, tool: Tool): Readonly<Record<string, string | undefined>> {
  const { request } = input;
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  const isEdit = request.images.length > 0;
  const hasRatio = tool.ratio === "always" || (tool.ratio === "without_image" && !isEdit);
  const strength = tool.options.includes("strength") && isEdit ? "0.5" : undefined;
  return {
    [tool.promptField ?? "prompt"]: tool.prompt ? request.prompt : undefined,
    model: tool.model,
    mode: tool.mode === true ? (isEdit ? "image-to-image" : "text-to-image") : undefined,
    aspect_ratio: hasRatio ? (request.ratio ?? "1:1") : undefined,
    negative_prompt,
    seed: seed === undefined ? undefined : String(seed),
    output_format: request.output_format ?? "png",
    strength,
    ...optionFields(input, tool),
  };
}

function formOf(input: Input, tool: Tool): FormField[] {
  const { images, mask } = input.request;
  const text = Object.entries(textFields(input, tool)).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  const files = tool.images.flatMap((name, at) => partOf(name, images[at]));
  return [...text, ...files, ...partOf("mask", mask)];
}

function partOf(name: string, picture: Picture | undefined): FormField[] {
  return picture === undefined ? [] : [{ name, value: picture }];
}

/** A job is asked for by its id, no sooner than every ten seconds; its state has no word before it ends. */
const jobs: JobRules = {
  idAt: ["id"],
  byId: (id) => ({ url: `/v2beta/results/${id}`, headers: asJson }),
  statusAt: ["finish_reason"],
  done: ["SUCCESS"],
  failed: ["CONTENT_FILTERED"],
  failure: filtered,
  lift: ["image", "result"],
  pace: { firstMs: 10_000, maxMs: 10_000 },
};

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const tool = toolOf(input.model);
  const request = {
    url: tool.path,
    headers: asJson,
    form: formOf(input, tool),
    lift: ["image"],
    refused: filtered,
  };
  const answer =
    tool.job === true
      ? (yield* runJob(input, jobs, request)).result
      : await input.http.call(request);
  const { seed } = seedSchema.safeParse(answer.json).data ?? {};
  yield* madePictures(input.http, answer, {
    at: ["image", "result"],
    facts: () => ({ seed: seed ?? undefined }),
  });
}

export default defineProvider({
  id: "stability",
  name: "Stability AI",
  docs: "https://platform.stability.ai/docs/api-reference",
  facts: { documentation: "2026-11-26" },
  about:
    "Stable Image and Stable Diffusion 3.5 from their maker, with the tools for edits, control and upscaling as models of their own: a mask goes to stable-image-inpaint or stable-image-erase. Models that work without a prompt (erase, remove-background, upscale-fast) leave it out.",
  settings,
  options,
  models: cards,
  openEnded: false,
  authorize: bearer,
  generate,
  readError: faults.readError,
});
