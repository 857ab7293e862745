import { withoutPrompts } from "../../core/prompts.ts";
import type { PictureFacts } from "../../core/picture.ts";
import { type ImageRequest, sizeText } from "../../core/request.ts";
import type { DeliveredPicture, ImageOutcome } from "../delivery/outcome.ts";
import type { AnswerRecord, PictureRecord } from "../../store/request-records.ts";

/** A delivered picture as the record has it. */
export function pictureRecord(delivered: DeliveredPicture, keepsPrompts = true): PictureRecord {
  const { index, picture, keep, revisedPrompt } = delivered;
  return {
    index,
    blobId: keep?.id ?? null,
    format: picture.format,
    width: picture.width,
    height: picture.height,
    byteLength: picture.bytes.byteLength,
    revisedPrompt: keepsPrompts ? (revisedPrompt ?? null) : null,
    urlUntil: keep?.urlUntil ?? null,
    keptUntil: keep?.keptUntil ?? null,
  };
}

/** The canonical fields as the record has them: no pictures, only their formats and sizes, and those of the gallery that they are (`madeFrom`). */
export function recordFields(
  request: ImageRequest,
  keepsPrompts = true,
  madeFrom?: readonly string[],
): string {
  const { images, mask, markup, size } = request;
  const fields = {
    quality: request.quality,
    response_format: request.response_format,
    style: request.style,
    background: request.background,
    output_format: request.output_format,
    output_compression: request.output_compression,
    watermark: request.watermark,
    keep_outside_mask: request.keep_outside_mask,
    moderation: request.moderation,
    user: request.user,
    operation: request.operation,
    model: request.model,
    prompt: request.prompt,
    n: request.n,
    stream: request.stream,
    partial_images: request.partial_images,
    more: request.more,
    unknown: request.unknown,
    provider_options: request.provider_options,
    size: size === undefined || size === "auto" ? size : sizeText(size),
    images: images.length === 0 ? images : images.map(pictureText),
    mask: mask === undefined ? undefined : pictureText(mask),
    markup: markup === undefined ? undefined : pictureText(markup),
  } satisfies Record<keyof ImageRequest, unknown>;
  const all = madeFrom === undefined ? fields : { ...fields, made_from: madeFrom };
  const written = JSON.stringify(all, (_name, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  return keepsPrompts ? written : withoutPrompts(written);
}

function pictureText(picture: PictureFacts): string {
  return `${picture.format} ${sizeText(picture)}`;
}

/** The part of an answer that the record has beside its own columns. */
export function answerRecord(outcome: ImageOutcome): AnswerRecord {
  const { created, form, shape, channelId, cost, pictures } = outcome;
  return {
    created,
    form,
    shape,
    channelId,
    price: cost.state,
    pictures: pictures.map(({ seed, quality, background }) => ({
      ...(seed === undefined ? {} : { seed }),
      quality: quality ?? null,
      background: background ?? null,
    })),
  };
}
