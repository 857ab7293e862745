import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { Picture } from "../../core/picture.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import {
  EncodedPicture,
  type FormField,
  type WireJson,
  type WireRequest,
} from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ownOptions } from "../../dialects/own-options.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { bearer, hostedSettings } from "../../dialects/settings.ts";
import { sizeOrSquare } from "../../dialects/size-to-send.ts";
import { cards } from "./cards.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.cloudflare.com/client/v4"),
  account_id: z
    .string()
    .regex(/^[\w-]+$/, { message: "must be an account's id" })
    .describe("The account whose Workers AI is used; it stands in the dashboard's address."),
});

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(50)
    .optional()
    .describe("Steps of FLUX.1 schnell (at most 8) and FLUX.2 dev."),
  num_steps: z
    .int()
    .min(1)
    .max(50)
    .optional()
    .describe("Steps of the others, as many as each takes."),
  guidance: z.number().min(0).max(20).optional().describe("Guidance; not of FLUX.1 schnell."),
  strength: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      "How much of an edited picture may change (Stable Diffusion). Not set: 0.6, since at the vendor's 1 nothing of it is kept.",
    ),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["errors.*.code"],
  messageAt: ["errors.*.message"],
  codes: {
    moderation_blocked: ["3030"],
    // 3036 is the day's free allocation: the account's, although it comes with a 429.
    upstream_credentials: ["10000", "9106", "9109", "3036", "3023", "3041", "5016", "5018"],
    upstream_model_missing: ["5007", "3042"],
    upstream_timeout: ["3007", "3008"],
    upstream_busy: ["3040"],
    image_too_large: ["3006"],
    invalid_value: ["3003", "5004", "5006"],
  },
  sentences: { moderation_blocked: [/\bnsfw\b/i] },
});

/** The shape of a model's request; each refuses the fields of the others. */
interface ModelShape {
  readonly form: boolean;
  readonly options: readonly string[];
  /** The option of its steps, with the number that is sent where the caller names none. */
  readonly steps?: readonly [name: "steps" | "num_steps", usual: number];
}

const stable: ModelShape = { form: false, options: ["num_steps", "guidance", "strength"] };

const shapes: readonly (readonly [RegExp, ModelShape])[] = [
  [/\/flux-1-schnell$/, { form: false, options: ["steps"], steps: ["steps", 4] }],
  [/\/flux-2-dev$/, { form: true, options: ["steps", "guidance"], steps: ["steps", 25] }],
  [/\/flux-2-klein-/, { form: true, options: ["guidance"] }],
  [
    /\/lucid-origin$/,
    { form: false, options: ["num_steps", "guidance"], steps: ["num_steps", 20] },
  ],
  [/\/phoenix-/, { form: false, options: ["num_steps", "guidance"], steps: ["num_steps", 25] }],
];

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

type Fields = Record<string, string | number | undefined>;

/** The fields that every request has, whatever its form. */
function fieldsOf(input: Input, shape: ModelShape): Fields {
  const { request, model, card } = input;
  const chosen = ownOptions(input.options, { provider: "cloudflare", model, takes: shape.options });
  const [name, usual] = shape.steps ?? [];
  // A model of one size has no field for it.
  const size = card?.sizes === undefined ? sizeOrSquare(input) : undefined;
  return {
    prompt: request.prompt,
    width: size?.width,
    height: size?.height,
    ...moreSchema.parse(request.more),
    ...chosen,
    ...(name === undefined ? {} : { [name]: chosen[name] ?? usual }),
  };
}

/** Inputs of FLUX.2 must be smaller than 512 by 512 pixels; the vendor refuses others. */
function refuseLarge(images: readonly Picture[]): void {
  const large = images.findIndex(({ width, height }) => width >= 512 || height >= 512);
  if (large < 0) return;
  throw new PinholeError("invalid_image", {
    message: `Image ${large + 1} has 512 pixels or more on a side; this model takes smaller ones only.`,
    param: "image",
  });
}

function asForm({ request }: Input, fields: Fields): readonly FormField[] {
  refuseLarge(request.images);
  return [
    ...Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value: String(value) }],
    ),
    ...request.images.map((value, at) => ({ name: `input_image_${at}`, value })),
  ];
}

/** The picture goes as base64; a mask has no such field and goes as its file's bytes, each a number. */
async function asJson({ request }: Input, fields: Fields): Promise<WireJson> {
  const [image] = request.images;
  if (image === undefined) return fields;
  return {
    ...fields,
    strength: fields["strength"] ?? 0.6,
    image_b64: new EncodedPicture(image, "base64"),
    mask: request.mask === undefined ? undefined : await bytesOf(request.mask),
  };
}

async function bytesOf({ bytes }: Picture): Promise<number[]> {
  const numbers: number[] = [];
  for await (const chunk of bytes.chunks()) for (const byte of chunk) numbers.push(byte);
  return numbers;
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { model, settings: given } = input;
  const shape = shapes.find(([pattern]) => pattern.test(model))?.[1] ?? stable;
  const fields = fieldsOf(input, shape);
  const request: WireRequest = {
    url: `/accounts/${given.account_id}/ai/run/${model}`,
    lift: ["result.image"],
    refused: faults.refused,
  };
  const answer = await input.http.call(
    shape.form
      ? { ...request, form: asForm(input, fields) }
      : { ...request, json: await asJson(input, fields) },
  );
  const steps = shape.steps === undefined ? undefined : fields[shape.steps[0]];
  if (typeof steps === "number") yield { facts: { steps } };
  yield* madePictures(input.http, answer, { at: ["result.image"] });
}

const listSchema = z.object({ result: z.array(z.object({ name: z.string() })) });

export default defineProvider({
  id: "cloudflare",
  name: "Cloudflare Workers AI",
  docs: "https://developers.cloudflare.com/workers-ai/models/",
  facts: { documentation: "2026-11-26" },
  about:
    "FLUX, Leonardo's and Stable Diffusion models on Cloudflare's network, one picture a call. References of FLUX.2 must be smaller than 512x512; only Stable Diffusion 1.5 inpainting reads a mask. What the free allocation gives is not counted: costs are list prices.",
  settings,
  authorize: bearer,
  options,
  models: cards,
  openEnded: false,
  readError: faults.readError,
  generate,
  async discover({ settings: { account_id: account }, http }) {
    const answer = await http.call({
      url: `/accounts/${account}/ai/models/search`,
      query: { task: "Text-to-Image", per_page: "100" },
    });
    return readAnswer(listSchema, answer.json).result.map(({ name }) => name);
  },
});
