import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import {
  type AuthorizeInput,
  defineProvider,
  type GenerateInput,
  type ProviderEvent,
} from "../../core/provider.ts";
import {
  EncodedPicture,
  type FormField,
  type UpstreamFault,
  type WireError,
  type WireJson,
  type WireRequest,
} from "../../core/wire.ts";
import { authorize, entraHosts, entraOrigins, readAzureError } from "../../dialects/azure/index.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { readImagesAnswer } from "../../dialects/openai-images/index.ts";
import { ownOptions } from "../../dialects/own-options.ts";
import { sizeOrSquare, sizeToSend } from "../../dialects/size-to-send.ts";
import { cards } from "./cards.ts";
import { settings, type Settings } from "./settings.ts";

const options = z.strictObject({
  guidance: z.number().min(1.5).max(10).optional().describe("Guidance of FLUX.2 flex."),
  steps: z.int().min(1).max(50).optional().describe("Steps of FLUX.2 flex."),
  web_grounding: z
    .boolean()
    .optional()
    .describe("Lets MAI-Image-2.6 and its Flash search the web; unless set they do not."),
});

type Input = GenerateInput<Settings, z.output<typeof options>>;

/** The last part of the address of a model of FLUX; none of Microsoft's own. */
const fluxPaths: readonly (readonly [RegExp, string])[] = [
  [/flux.?2.*flex/i, "flux-2-flex"],
  [/flux.?2/i, "flux-2-pro"],
  [/kontext/i, "flux-kontext-pro"],
  [/flux.?1\.1/i, "flux-pro-1.1"],
];

/** By the card's name, since a deployment's says nothing; by that where an operator's card has a name of its own. */
function modelOf({ card, model }: Input): { readonly name: string; readonly path?: string } {
  for (const name of [card?.name ?? "", model]) {
    const path = fluxPaths.find(([pattern]) => pattern.test(name))?.[1];
    if (path !== undefined) return { name, path };
    if (/^mai-image/i.test(name)) return { name };
  }
  throw new PinholeError("upstream_model_missing", {
    message: `The channel does not say which of Foundry's models \`${model}\` is.`,
    detail: "neither the model's name nor its card's is one that the provider knows",
  });
}

const moreSchema = z.object({ seed: z.int().optional() });

/** The makers' own API, which takes more than the one in OpenAI's form. */
function fluxRequest(input: Input, path: string): WireRequest {
  const { request, model, settings: given } = input;
  const isSecond = path.startsWith("flux-2-");
  const isEdit = request.images.length > 0;
  const size = isEdit ? sizeToSend(input) : sizeOrSquare(input);
  const shape: Record<string, WireJson> =
    path === "flux-kontext-pro"
      ? { aspect_ratio: request.ratio ?? (isEdit ? undefined : "1:1") }
      : { width: size?.width, height: size?.height };
  const pictures = request.images.map((image, at) => [
    at === 0 ? "input_image" : `input_image_${at + 1}`,
    new EncodedPicture(image, "base64"),
  ]);
  const takes = path === "flux-2-flex" ? ["guidance", "steps"] : [];
  return {
    url: `${given.flux_url}/providers/blackforestlabs/v1/${path}`,
    query: { "api-version": given.api_version },
    json: {
      model,
      ...ownOptions(input.options, { provider: "azure-foundry", model, takes }),
      prompt: request.prompt,
      ...shape,
      num_images: isSecond ? request.n : undefined,
      output_format: request.output_format ?? "png",
      safety_tolerance: Math.min(given.safety_tolerance, isSecond ? 5 : 6),
      seed: moreSchema.parse(request.more).seed,
      // An object of fields that were just made from a list of pairs.
      ...(Object.fromEntries(pictures) as Record<string, EncodedPicture>),
    },
  };
}

function maiRequest(input: Input, name: string): WireRequest {
  const { request, model } = input;
  const isNew = /^mai-image-2\.6/i.test(name);
  const takes = isNew ? ["web_grounding"] : [];
  const chosen = ownOptions(input.options, { provider: "azure-foundry", model, takes });
  // The model chooses the shape where the client says auto.
  const isAuto = isNew && request.size === "auto";
  const choices = isNew
    ? { auto_aspect_ratio: isAuto, web_grounding: chosen.web_grounding ?? false }
    : {};
  const [image] = request.images;
  if (image !== undefined) {
    const fields: FormField[] = [
      { name: "model", value: model },
      { name: "prompt", value: request.prompt },
      ...Object.entries(choices).map(([field, value]) => ({ name: field, value: String(value) })),
      { name: "image", value: image },
    ];
    return { url: "/mai/v1/images/edits", form: fields };
  }
  const size = isAuto ? undefined : sizeToSend(input);
  return {
    url: "/mai/v1/images/generations",
    json: {
      model,
      prompt: request.prompt,
      width: size?.width,
      height: size?.height,
      ...choices,
    },
  };
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { name, path } = modelOf(input);
  const request = path === undefined ? maiRequest(input, name) : fluxRequest(input, path);
  yield* readImagesAnswer(() => input.http.call({ ...request, lift: ["data.*.b64_json"] }), {
    places: ["data.*.b64_json", "data.*.url"],
    n: input.request.n,
    http: input.http,
  });
}

const makers = faultReader({
  codeAt: [],
  messageAt: ["error.message", "detail.*.msg", "detail", "message"],
  sentences: { moderation_blocked: [/\bmoderat(ed|ion)\b/i] },
});

/** Azure's words first; the maker's own, who says only in a sentence that something was held back. */
function readError(error: WireError): UpstreamFault | undefined {
  const said = makers.readError(error);
  if (said?.code === "moderation_blocked") return said;
  return readAzureError(error) ?? said;
}

/** A key goes to FLUX as a bearer token, and to Microsoft's own models as `api-key`. */
function signIn(input: AuthorizeInput<Settings>): ReturnType<typeof authorize> {
  const { api_key: key } = input.settings;
  const isFlux = new URL(input.url).pathname.includes("/providers/blackforestlabs/");
  if (key === undefined || !isFlux) return authorize(input);
  return Promise.resolve({ authorization: `Bearer ${key.reveal()}` });
}

export default defineProvider({
  id: "azure-foundry",
  name: "Azure AI Foundry",
  docs: "https://learn.microsoft.com/azure/foundry/foundry-models/how-to/use-foundry-models-flux",
  facts: { documentation: "2026-11-26" },
  about:
    "FLUX and Microsoft's MAI image models in a resource of Foundry; a model's `upstream` is the deployment's name. There is no mask. GPT image models are the provider of Azure OpenAI's.",
  example: {
    settings:
      '{ base_url: "https://acme.services.ai.azure.com", api_key: "${AZURE_FOUNDRY_API_KEY}" }',
    models: "[{ name: FLUX.2-pro, upstream: flux-prod }]",
  },
  settings,
  options,
  models: cards,
  openEnded: false,
  credentialHosts: [".api.cognitive.microsoft.com", ...entraHosts],
  credentialOrigins: (given) => [new URL(given.flux_url).origin, ...entraOrigins(given)],
  authorize: signIn,
  generate,
  readError,
});
