import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { contentTypes, Picture } from "../../core/picture.ts";
import type { GenerateInput, ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireAnswer, type WireJson } from "../../core/wire.ts";
import { takePictures } from "../picture-places.ts";
import { readAnswer } from "../read-answer.ts";
import { blocked } from "./faults.ts";
import { usageOf } from "./usage.ts";

export { contentFaults } from "./faults.ts";

/** Categories of harm whose threshold is always sent, since a default that changes would change what is made. */
const harmCategories = [
  "HARM_CATEGORY_HARASSMENT",
  "HARM_CATEGORY_HATE_SPEECH",
  "HARM_CATEGORY_SEXUALLY_EXPLICIT",
  "HARM_CATEGORY_DANGEROUS_CONTENT",
] as const;

/** The setting `safety_threshold`: how much harm is let through in each category. */
export const safetyThreshold = z
  .enum(["OFF", "BLOCK_NONE", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_LOW_AND_ABOVE"])
  .default("OFF")
  .describe("Threshold of the four categories of harm, sent with every call.");

/** Options of a caller that every service of this shape takes. */
export const contentOptions = {
  thinking_level: z
    .enum(["minimal", "low", "medium", "high"])
    .optional()
    .describe("How long the model thinks before it draws, where it takes a level."),
  google_search: z
    .boolean()
    .optional()
    .describe("Lets the model search the web; each search is billed."),
};

interface ContentSettings {
  readonly base_url: string;
  readonly safety_threshold: string;
}

interface ContentOptions {
  readonly thinking_level?: string | undefined;
  readonly google_search?: boolean | undefined;
}

/** The two things in which services of this shape differ. */
export interface ContentRoute<S> {
  /** Path of the model under `base_url`, up to the colon. */
  path(settings: S, model: string): string;
  /** Further fields of `imageConfig`. */
  imageConfig?(
    input: GenerateInput<S & ContentSettings, ContentOptions>,
  ): Readonly<Record<string, WireJson>>;
}

const moreSchema = z.object({ seed: z.int().optional() });

const partSchema = z.object({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  inlineData: z.object({ data: z.instanceof(Picture).nullish() }).nullish(),
  inline_data: z.object({ data: z.instanceof(Picture).nullish() }).nullish(),
});

const answerSchema = z.object({
  candidates: z
    .array(
      z.object({
        content: z.object({ parts: z.array(partSchema).nullish() }).nullish(),
        groundingMetadata: z.object({ webSearchQueries: z.array(z.string()).nullish() }).nullish(),
      }),
    )
    .nullish(),
  usageMetadata: z.unknown().optional(),
});

/**
 * Makes one picture by Google's `generateContent` (ai.google.dev/api/generate-content, read 2026-11-26).
 * The shape knows no number of images and no mask; input images stand beside the prompt.
 */
export async function* generateContent<S extends ContentSettings, O extends ContentOptions>(
  input: GenerateInput<S, O>,
  route: ContentRoute<S>,
): AsyncGenerator<ProviderEvent, void, void> {
  const answer = await input.http.call({
    url: `${route.path(input.settings, input.model)}:generateContent`,
    json: bodyOf(input, route.imageConfig?.(input) ?? {}),
    lift: [
      "candidates.*.content.parts.*.inlineData.data",
      "candidates.*.content.parts.*.inline_data.data",
    ],
    refused: blocked,
  });
  yield* readContent(input, answer);
}

function bodyOf<S extends ContentSettings, O extends ContentOptions>(
  { request, card, settings, options }: GenerateInput<S, O>,
  imageConfig: Readonly<Record<string, WireJson>>,
): WireJson {
  // An edit whose sender names no shape keeps that of its picture.
  const shape = request.ratio ?? (request.images.length > 0 ? undefined : "1:1");
  return {
    contents: [
      {
        role: "user",
        parts: [
          { text: request.prompt },
          ...request.images.map((image) => ({
            inlineData: {
              mimeType: contentTypes[image.format],
              data: new EncodedPicture(image, "base64"),
            },
          })),
        ],
      },
    ],
    generationConfig: {
      responseModalities: ["IMAGE"],
      seed: moreSchema.parse(request.more).seed,
      imageConfig: {
        aspectRatio: shape,
        // The resolution decides over the price, so it is always said.
        imageSize: request.tier ?? card?.tiers?.[0]?.word,
        ...imageConfig,
      },
      thinkingConfig:
        options.thinking_level === undefined
          ? undefined
          : { thinkingLevel: options.thinking_level },
    },
    safetySettings: harmCategories.map((category) => ({
      category,
      threshold: settings.safety_threshold,
    })),
    tools: options.google_search === true ? [{ googleSearch: {} }] : undefined,
  };
}

/** The pictures of an answer, without the drafts that stand among the model's thoughts. */
async function* readContent<S>(
  { http, options }: GenerateInput<S, ContentOptions>,
  answer: WireAnswer,
): AsyncGenerator<ProviderEvent, void, void> {
  const { candidates, usageMetadata } = readAnswer(answerSchema, answer.json);
  const parts = (candidates ?? [])
    .flatMap(({ content }) => content?.parts ?? [])
    .filter(({ thought }) => thought !== true);
  const usage = usageOf(usageMetadata);
  if (usage !== undefined) yield { usage };
  const searches = (candidates ?? []).flatMap(
    ({ groundingMetadata }) => groundingMetadata?.webSearchQueries ?? [],
  ).length;
  // None is a count too, where there could have been some.
  if (searches > 0 || options.google_search === true) yield { facts: { counts: { searches } } };
  const found = parts.flatMap((part) => {
    const source = part.inlineData?.data ?? part.inline_data?.data;
    return source instanceof Picture ? [{ source, item: part }] : [];
  });
  if (found.length === 0) {
    throw new PinholeError("upstream_bad_answer", {
      message: "The model answered without an image; a prompt that names a picture helps.",
      detail: "no part of the answer that is no thought holds an image",
    });
  }
  const { taken } = await takePictures(found, http);
  for (const { picture, index } of taken) yield { picture, index };
}
