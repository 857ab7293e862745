import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { Picture } from "../../core/picture.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ratioToSend } from "../../dialects/ratio-to-send.ts";
import {
  anyResultHosts,
  hostedService,
  hostedSettings,
  regionalUrl,
} from "../../dialects/settings.ts";

const agents = "https://agents.lumalabs.ai/v1";

const settings = z
  .strictObject({
    ...hostedSettings(agents),
    photon_url: regionalUrl().describe(
      "Address of the older API, which has the Photon models. Not set: Luma's own, or that path on base_url's origin where that is another's.",
    ),
    result_hosts: anyResultHosts(),
  })
  .transform((given) => ({
    ...given,
    photon_url: given.photon_url ?? photonUrl(given.base_url),
  }));

function photonUrl(baseUrl: string): string {
  const origin = baseUrl === agents ? `https://${photonHost}` : new URL(baseUrl).origin;
  return `${origin}/dream-machine/v1`;
}

const photonHost = "api.lumalabs.ai";

const options = z.strictObject({
  web_search: z
    .boolean()
    .optional()
    .describe("Lets the model search the web and look at pictures there before it draws."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const moderated = [/\b(moderat(ed|ion)|content polic(y|ies)|safety (system|filter))\b/i];

/** A refused call says a sentence, a failed job a word as well (docs.agents.lumalabs.ai, errors). */
const faults = faultReader({
  codeAt: ["failure_code"],
  messageAt: ["failure_reason", "detail.*.msg", "detail"],
  codes: {
    moderation_blocked: ["content_moderated"],
    upstream_credentials: ["budget_exhausted"],
    upstream_rate_limited: ["rate_limited"],
    upstream_failed: ["generation_failed", "output_not_found"],
    image_too_large: ["image_too_large"],
    invalid_image: ["unsupported_format", "corrupt_input"],
    invalid_value: ["invalid_request"],
  },
  sentences: { moderation_blocked: moderated },
});

/** A failed job without a word says at most a sentence. */
const bySentence = faultReader({
  codeAt: ["state"],
  messageAt: ["failure_reason"],
  sentences: { moderation_blocked: moderated },
});

const jobs: JobRules = {
  idAt: ["id"],
  byId: (id) => ({ url: `/generations/${id}` }),
  statusAt: ["state"],
  done: ["completed"],
  failed: ["failed"],
  failure: (state) => faults.refused(state) ?? bySentence.refused(state),
  pace: { firstMs: 1000, maxMs: 4000 },
};

/** Luma Labs through Comfy's price page, October 2026: every input picture, the edited one too, costs as much. */
function price(usd: number): CardFields["price"] {
  return {
    per_image_usd: usd,
    lines: [{ per: "input_image", rate: 0.003 }],
    source: "https://docs.comfy.org/tutorials/partner-nodes/pricing",
    as_of: "2026-10-31",
    certainty: "third_party",
  };
}

/** Photon, of the older API; Luma's own pages disagree over its prices. */
const photonCard: Partial<CardFields> = {
  operations: ["generation"],
  prompt_max: 5000,
  ratios: ["1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21"],
  styles: undefined,
  formats: ["jpeg", "png"],
  images: undefined,
};

const cards = cardFamily(
  {
    owned_by: "luma",
    operations: ["generation", "edit"],
    prompt_max: 6000,
    edit_prompt_max: 6000,
    ratios: ["1:1", "3:1", "2:1", "16:9", "3:2", "2:3", "9:16", "1:2", "1:3"],
    styles: ["auto", "manga"],
    formats: ["png", "jpeg"],
    format_parameter: true,
    // The body of a call may have 50 MB, base64 included.
    images: { max: 9, references: true, bytes_max: 20_000_000 },
  },
  [
    { name: "uni-1", price: price(0.0404) },
    { name: "uni-1-max", price: price(0.1) },
    { name: "photon-1", ...photonCard },
    { name: "photon-flash-1", ...photonCard },
  ],
);

const reference = (picture: Picture): WireJson => ({
  data: new EncodedPicture(picture, "base64"),
  media_type: `image/${picture.format}`,
});

/** The first picture of an edit is the one that is changed; all others are looked at. */
function pictureFields({ request: { operation, images } }: Input): Record<string, WireJson> {
  const [first, ...others] = images;
  const isEdit = operation === "edit" && first !== undefined;
  const looked = (isEdit ? others : images).map(reference);
  return {
    type: isEdit ? "image_edit" : "image",
    source: isEdit ? reference(first) : undefined,
    image_ref: looked.length === 0 ? undefined : looked,
  };
}

/** A job of the older API, which takes pictures as links only and therefore none here. */
async function* photon(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, settings: given, options: chosen } = input;
  if (chosen.web_search !== undefined) {
    const param = "provider_options.luma.web_search";
    const message = `\`${param}\` is not known to ${model}; leave it out.`;
    throw new PinholeError("unsupported_parameter", { message, param });
  }
  const rules = {
    ...jobs,
    byId: (id: string) => ({ url: `${given.photon_url}/generations/${id}` }),
  };
  const { result } = yield* runJob(input, rules, {
    url: `${given.photon_url}/generations/image`,
    json: {
      model,
      prompt: request.prompt,
      aspect_ratio: ratioToSend(input),
      format: request.output_format === "png" ? "png" : "jpg",
    },
  });
  yield* madePictures(input.http, result, { at: ["assets.image"] });
}

async function* uni(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, options: chosen } = input;
  const { result } = yield* runJob(input, jobs, {
    url: "/generations",
    json: {
      model,
      prompt: request.prompt,
      ...pictureFields(input),
      aspect_ratio: ratioToSend(input),
      style: request.style ?? "auto",
      output_format: request.output_format ?? "png",
      web_search: chosen.web_search,
    },
  });
  yield* madePictures(input.http, result, { at: ["output.*.url"] });
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  yield* input.model.startsWith("photon") ? photon(input) : uni(input);
}

export default defineProvider({
  ...hostedService,
  id: "luma",
  name: "Luma",
  docs: "https://docs.agents.lumalabs.ai",
  facts: { documentation: "2026-11-26" },
  about:
    "UNI-1 from its maker, by the Agents API, and Photon by the older one, where a key of that is set. One picture a job; a size becomes the nearest ratio, the pixels are the model's; there is no mask and no seed. Photon takes input pictures as links only, and so none here.",
  settings,
  options,
  models: cards,
  credentialHosts: [photonHost],
  credentialOrigins: ({ photon_url: url }) => [url],
  generate,
  readError: faults.readError,
});
