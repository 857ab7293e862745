import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import { readAnswer } from "../../dialects/read-answer.ts";

const statuses = ["starting", "processing", "succeeded", "failed", "canceled", "aborted"] as const;

/** The parts of a prediction that are read. A status that is not in the list is a running one: the deadline ends it. */
const predictionSchema = z.object({
  id: z.string().nullish(),
  status: z.union([z.enum(statuses), z.string().transform(() => "processing" as const)]),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  urls: z.object({ get: z.string().nullish() }).nullish(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** Places of a prediction's pictures, for `lift`: data URLs there never become strings. */
export const outputPlaces: readonly string[] = ["output", "output.*", "output.*.url"];

/** Throws upstream_bad_answer where the document is no prediction. */
export function readPrediction(json: unknown): Prediction {
  return readAnswer(predictionSchema, json);
}

/**
 * The address to read a prediction's state from: its own `urls.get` where that is on the channel's
 * origin, else the same prediction below `base_url`, so that the token never follows a foreign link
 * and a proxy in front of the API stays in front of it.
 */
export function stateUrl(prediction: Prediction, baseUrl: string): string {
  const given = prediction.urls?.get ?? undefined;
  if (given !== undefined && URL.parse(given)?.origin === new URL(baseUrl).origin) return given;
  if (hasPlainId(prediction)) return `/predictions/${prediction.id}`;
  throw new PinholeError("upstream_bad_answer", {
    message:
      "The upstream started a prediction but gave no way to read it; it may have been billed.",
    detail: `The prediction has id ${JSON.stringify(prediction.id)} and urls.get ${JSON.stringify(given)}.`,
  });
}

/** True where the id leads nowhere but to a prediction. */
export function hasPlainId(prediction: Prediction): prediction is Prediction & { id: string } {
  return /^[A-Za-z0-9_-]+$/.test(prediction.id ?? "");
}

export function isRunning(status: Prediction["status"]): boolean {
  return status === "starting" || status === "processing";
}

/** The result of a prediction: its output once it has succeeded, undefined while it runs, or an error thrown. */
export function judgePrediction(
  prediction: Prediction,
  moderationWords: readonly string[],
): { readonly output: unknown } | undefined {
  switch (prediction.status) {
    case "starting":
    case "processing":
      return undefined;
    case "succeeded":
      return { output: prediction.output };
    case "failed":
      throw failure(errorText(prediction.error), moderationWords);
    case "canceled":
      throw new PinholeError("upstream_failed", {
        message:
          "The upstream stopped making the image before it was done; it may have been billed.",
        detail: `The prediction was canceled after its start. ${errorText(prediction.error)}`,
      });
    case "aborted":
      throw new PinholeError("upstream_refused", {
        message: "The upstream dropped the request before starting on it; nothing was billed.",
        detail: `The prediction was aborted before its start. ${errorText(prediction.error)}`,
      });
    default:
      return prediction.status satisfies never;
  }
}

const errorObject = z.object({ detail: z.string().nullish(), message: z.string().nullish() });

function errorText(error: unknown): string {
  if (typeof error === "string") return error;
  const result = errorObject.safeParse(error);
  return result.success ? (result.data.detail ?? result.data.message ?? "") : "";
}

/** Words that mean moderation in the text of a failure (fact sheet: by text only, uncertain). */
export const moderationWords: readonly string[] = [
  "nsfw",
  "flagged as sensitive",
  "E005",
  "content policy",
  "moderated",
  "moderation",
  "safety",
];

/** Moderation is told by free text only, so it is looked for as whole words: `safety_tolerance` is no verdict. */
export function isModeration(text: string, words: readonly string[]): boolean {
  return words.some((word) => {
    const literal = word.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    return new RegExp(String.raw`(?<![\p{L}\p{N}_])${literal}(?![\p{L}\p{N}_])`, "iu").test(text);
  });
}

function failure(text: string, moderationWords: readonly string[]): PinholeError {
  if (isModeration(text, moderationWords)) {
    return new PinholeError("moderation_blocked", {
      message:
        "The provider's safety system refused the prompt, an input image or the result; change the request.",
      detail: text,
    });
  }
  return new PinholeError("upstream_failed", {
    message: "The upstream failed while making the image; it may have been billed.",
    detail: text === "" ? "The prediction failed without a text." : text,
  });
}

/** Objects deeper than this hold no output of an image model. */
const outputDepthMax = 3;

const imageFields = ["url", "image", "image_url", "images", "output"] as const;

/** The pictures of an output in its order: lifted ones, and http(s) addresses to download. */
export function outputsOf(output: unknown, depth = 0): readonly (Picture | string)[] {
  if (output instanceof Picture) return [output];
  if (typeof output === "string") return /^https?:\/\//i.test(output) ? [output] : [];
  if (depth >= outputDepthMax || typeof output !== "object" || output === null) return [];
  if (Array.isArray(output)) return output.flatMap((one: unknown) => outputsOf(one, depth + 1));
  const fields = new Map<string, unknown>(Object.entries(output));
  return imageFields.flatMap((name) => outputsOf(fields.get(name), depth + 1));
}
