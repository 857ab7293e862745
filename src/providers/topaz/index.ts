import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import type { Size } from "../../core/request.ts";
import type { FormField } from "../../core/wire.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { hostedSettings } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.topazlabs.com/image/v1"),
  scale: z
    .number()
    .min(1)
    .max(6)
    .default(2)
    .describe("How many times longer the sides become where the client asks for no size."),
});

const strength = (what: string) => z.number().min(0).max(1).optional().describe(what);

const options = z.strictObject({
  sharpen: strength("How much is sharpened."),
  denoise: strength("How much noise is taken away."),
  fix_compression: strength("How much traces of compression are taken away."),
  face_enhancement: z.boolean().optional().describe("Enhances faces by themselves."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["code", "error.code"],
  messageAt: ["message", "error.message", "error", "detail"],
  statuses: { 402: "upstream_credentials" },
});

/** The standard models, which answer at once; names of the API by those that channels use (developer.topazlabs.com, read 2026-11-26). */
const models: Readonly<Record<string, string>> = {
  "topaz-standard-v2": "Standard V2",
  "topaz-low-resolution-v2": "Low Resolution V2",
  "topaz-high-fidelity-v2": "High Fidelity V2",
  "topaz-cgi": "CGI",
  "topaz-text-refine": "Text Refine",
};

/** The facts that all models share. No sizes are named: any is passed on, and where none is asked for, `scale` makes one of the picture's. */
const common: Partial<CardFields> = {
  owned_by: "topaz",
  operations: ["edit"],
  formats: ["png", "jpeg"],
  format_parameter: true,
  images: { max: 1 },
};
const cards = cardFamily(
  common,
  Object.keys(models).map((name) => ({ name })),
);

/** The asked size, else that of the picture times `scale`. */
function outputSize(input: Input): Size | undefined {
  const [picture] = input.request.images;
  const { scale } = input.settings;
  if (picture === undefined) return sizeToSend(input);
  return (
    sizeToSend(input) ?? {
      width: Math.round(picture.width * scale),
      height: Math.round(picture.height * scale),
    }
  );
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, options: chosen } = input;
  const size = outputSize(input);
  const format = request.output_format ?? "png";
  const fields = {
    model: models[model] ?? model,
    output_width: size?.width,
    output_height: size?.height,
    output_format: format,
    ...chosen,
  };
  const text = Object.entries(fields).flatMap(([name, value]): FormField[] =>
    value === undefined ? [] : [{ name, value: String(value) }],
  );
  const answer = await input.http.call({
    url: "/enhance",
    headers: { accept: `image/${format}` },
    form: [...request.images.map((value): FormField => ({ name: "image", value })), ...text],
  });
  yield* madePictures(input.http, answer, { at: [] });
}

export default defineProvider({
  id: "topaz",
  name: "Topaz Labs",
  docs: "https://developer.topazlabs.com",
  facts: { documentation: "2026-11-26" },
  about:
    "Enlarges and enhances a picture by Topaz's standard models, as an edit whose prompt is left out: to the `size` that is asked for, else by `settings.scale`. Its generative models are jobs and not among them.",
  settings,
  options,
  models: cards,
  openEnded: false,
  authorize: (channel) => ({ "x-api-key": channel.settings.api_key.reveal() }),
  generate,
  readError: faults.readError,
});
