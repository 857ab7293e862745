import { type ErrorCode, PinholeError, errorTable } from "../../core/errors.ts";
import type { Cost, Nano } from "../../core/money.ts";
import { Picture, type PictureFormat, pictureFormats } from "../../core/picture.ts";
import type { DeliveredPicture, ImageOutcome } from "../delivery/outcome.ts";
import type { RequestParts } from "./parts.ts";
import type { AnswerRecord, PictureRecord, RequestRecord } from "../../store/request-records.ts";

/**
 * Gives a finished request's outcome once more, from its record and the image store. Throws the
 * request's own error if it failed, and result_expired if a picture is gone.
 */
export async function replay(parts: RequestParts, record: RequestRecord): Promise<ImageOutcome> {
  if (record.deletedAt !== null) throw gone();
  const error = errorOf(record);
  if (error !== undefined) throw error;
  const { answer } = record;
  if (answer === null) throw gone();
  const pictures = await Promise.all(
    record.pictures.map((picture, at) => keptPicture(parts, picture, answer.pictures[at])),
  );
  if (answer.form.url) for (const { keep } of pictures) if (keep) parts.kept.renew(keep.id);
  return {
    requestId: record.id,
    created: answer.created,
    pictures,
    usage: record.usage ?? undefined,
    form: answer.form,
    shape: answer.shape,
    warnings: record.warnings,
    servedModel: record.servedModel ?? record.model,
    channelId: answer.channelId,
    attempts: record.attempts.length,
    cost: recordedCost(answer.price, record.costNano),
    upstreamMs: 0,
  };
}

function recordedCost(state: Cost["state"], nano: Nano | null): Cost {
  if (state === "free") return { state };
  return state === "unknown" || nano === null
    ? { state: "unknown", bound: undefined }
    : { state, nano };
}

async function keptPicture(
  parts: RequestParts,
  record: PictureRecord,
  said: AnswerRecord["pictures"][number] | undefined,
): Promise<DeliveredPicture> {
  const blob = record.blobId === null ? undefined : await parts.blobs.open(record.blobId);
  if (blob === undefined) throw gone();
  const { id, format, byteLength, expiresAt } = blob;
  const bytes = {
    byteLength,
    path: undefined,
    chunks: blob.chunks.bind(blob),
    reader: blob.reader.bind(blob),
  };
  return {
    index: record.index,
    // What was not kept with the record is about inputs: no answer says it.
    picture: new Picture(bytes, {
      format: formatOf(record.format),
      width: record.width,
      height: record.height,
      alpha: false,
      frames: 1,
      orientation: 1,
    }),
    blob: { id, format, byteLength, expiresAt },
    keep: { id, urlUntil: record.urlUntil, keptUntil: expiresAt },
    revisedPrompt: record.revisedPrompt ?? undefined,
    seed: said?.seed,
    quality: said?.quality ?? undefined,
    background: said?.background ?? undefined,
    warnings: [],
  };
}

function formatOf(word: string): PictureFormat {
  const format = pictureFormats.find((known) => known === word);
  if (format === undefined) throw new Error(`the record has a picture of the format ${word}`);
  return format;
}

/** The error that a request ended in, from its record; undefined where it ended in none. */
export function errorOf(record: RequestRecord): PinholeError | undefined {
  if (record.state === "lost") return lostError(record);
  return record.state === "failed" ? recordedError(record) : undefined;
}

/** The error of a request whose process ended while it ran. */
function lostError(record: RequestRecord): PinholeError {
  return new PinholeError("outcome_unknown", {
    message: `The gateway's process ended while this request ran, so ${mayHaveBeenBought(record)}`,
    detail: `${record.id} was lost`,
  });
}

/** The error of a request whose process lives, and has not said by the end of its lease how it ended. */
export function unknownOutcome(record: RequestRecord): PinholeError {
  return new PinholeError("outcome_unknown", {
    message: `Another gateway has not written how this request ended, so ${mayHaveBeenBought(record)}`,
    detail: `${record.id} runs beyond its lease`,
  });
}

function mayHaveBeenBought({ n, model }: RequestRecord): string {
  const images = n === 1 ? "an image" : `up to ${n} images`;
  return `${images} of the model \`${model.slice(0, 200)}\` may have been bought; to buy again send it with a fresh Idempotency-Key.`;
}

function recordedError(record: RequestRecord): PinholeError {
  const code = record.errorCode ?? "internal_error";
  return new PinholeError(isErrorCode(code) ? code : "internal_error", {
    message: record.errorMessage ?? "The request failed.",
    param: record.errorParam ?? undefined,
    detail: `as recorded for ${record.id}`,
    ...(mayBeBilled(record) ? { evidence: "unknown" } : {}),
  });
}

function mayBeBilled({ attempts }: RequestRecord): boolean {
  return attempts.some(({ state, providerNano }) => state === "failed" && providerNano === null);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}

function gone(): PinholeError {
  return new PinholeError("result_expired", {
    message:
      "The result of this request was deleted or has expired; send a new request to make another.",
  });
}
