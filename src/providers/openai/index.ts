import { createHash } from "node:crypto";
import { z } from "zod";
import type { ModelCard } from "../../core/model-card.ts";
import { defineProvider, secretSchema } from "../../core/provider.ts";
import type { FittedRequest } from "../../core/request.ts";
import {
  type OpenAiImagesQuirks,
  listOpenAiModels,
  openaiImages,
  openaiImagesQuirks,
} from "../../dialects/openai-images/index.ts";
import { cards } from "./cards.ts";
import { baseUrl } from "../../dialects/settings.ts";

const settings = z.strictObject({
  base_url: baseUrl(
    "https://api.openai.com/v1",
    "Origin and path of the API; a proxy or a test server may stand in.",
  ),
  api_key: secretSchema.describe("API key, sk-…"),
  organization: z
    .string()
    .min(1)
    .optional()
    .describe("Organization that is billed: OpenAI-Organization."),
  project: z.string().min(1).optional().describe("Project that is billed: OpenAI-Project."),
});

/** Fields of GPT image models that the contract does not name, or not for every model. */
const options = z.looseObject({
  complexity: z.enum(["low", "medium", "high"]).optional().describe("Planning effort; 2.6 models."),
  input_fidelity: z
    .enum(["high", "low"])
    .optional()
    .describe("How closely edits keep to the input images; gpt-image-1 and 1.5."),
  safety_identifier: z
    .string()
    .max(128)
    .optional()
    .describe("Hashed identifier of your end user; replaces user."),
});

const gptImageQuirks = openaiImagesQuirks.parse({});
// dall-e gives links unless told; base64 saves a second transfer of each picture.
const dallEQuirks: OpenAiImagesQuirks = { ...gptImageQuirks, response_format: "b64_json" };

const dialect = openaiImages<z.output<typeof settings>>({
  quirks: ({ card }) => (card?.answer === "plain" ? dallEQuirks : gptImageQuirks),
});

/**
 * `safety_identifier` replaces `user` on GPT image models and should be a hash (clouds.md §1, §0.7),
 * so a caller's `user` becomes its SHA-256. A caller who sends both keeps both.
 */
function withSafetyIdentifier(request: FittedRequest, card: ModelCard | undefined): FittedRequest {
  const { user, more } = request;
  const takes = card === undefined || card.parameters.includes("safety_identifier");
  if (user === undefined || !takes || more.safety_identifier !== undefined) return request;
  const hashed = createHash("sha256").update(user, "utf8").digest("hex");
  return { ...request, user: undefined, more: { ...more, safety_identifier: hashed } };
}

export default defineProvider({
  id: "openai",
  name: "OpenAI",
  docs: "https://developers.openai.com/api/docs/guides/image-generation",
  facts: { documentation: "2026-11-26" },
  about:
    "OpenAI's own image models; a request's user is sent as its SHA-256 in safety_identifier, and dall-e models are known although OpenAI has retired them.",
  settings,
  options,
  models: cards,
  openEnded: false,
  forwardsUnknown: true,
  authorize: ({ settings: { api_key, organization, project } }) => ({
    authorization: `Bearer ${api_key.reveal()}`,
    ...(organization === undefined ? {} : { "openai-organization": organization }),
    ...(project === undefined ? {} : { "openai-project": project }),
  }),
  generate(input) {
    const request = withSafetyIdentifier(input.request, input.card);
    return dialect.generate(request === input.request ? input : { ...input, request });
  },
  readError: dialect.readError,
  discover: ({ http }) => listOpenAiModels(http),
});
