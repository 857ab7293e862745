import { keptId } from "../../blobs/kept-log/entry.ts";
import { asPinholeError } from "../../core/errors.ts";
import type { Picture, PictureSpool } from "../../core/picture.ts";
import { type ImageRequest, type Warning, sizeText } from "../../core/request.ts";
import type { CallResult, Made } from "../attempts/terms.ts";
import { rulingCard } from "../catalog/serving.ts";
import { type Change, wantedChange } from "./change.ts";
import { deliveryOf } from "./form.ts";
import type { Live } from "./live.ts";
import type { Kept } from "./outcome.ts";
import type { DeliveryParts } from "./parts.ts";

/** The pictures of one request, taken as they are made, so that converting one does not wait for the others. */
export interface Taking {
  take(made: Made, soFar: CallResult): void;
  /** All of them, in the answer's order. */
  kept(): Kept[] | Promise<Kept[]>;
}

export function startTaking(
  parts: DeliveryParts,
  { request, spool }: { readonly request: ImageRequest; readonly spool: PictureSpool },
  live: Live | undefined,
): Taking {
  const taking: (Kept | Promise<Kept>)[] = [];
  return {
    take(made, soFar) {
      const delivery = rulingCard(made.plan.target)?.delivery ?? "url";
      const { url } = deliveryOf(request, parts, delivery);
      const work = takePicture(parts, made, spool, url);
      // A failure is seen by `kept`; without this it would count as unhandled until then.
      if (work instanceof Promise) work.catch(() => undefined);
      taking.push(work);
      live?.made(made, Promise.resolve(work), soFar);
    },
    kept() {
      const [only] = taking;
      if (only === undefined || taking.length > 1 || only instanceof Promise) return allOf(taking);
      return [only];
    },
  };
}

async function allOf(taking: readonly (Kept | Promise<Kept>)[]): Promise<Kept[]> {
  const kept = await Promise.all(taking.map(async (one) => one));
  return kept.toSorted((a, b) => a.index - b.index);
}

/**
 * Makes of a picture what was asked for and the upstream could not do (format, compression, size),
 * and puts it into the image store where its URL is asked for. One that cannot be changed is
 * delivered as it was made, with a warning: it is paid for.
 */
function takePicture(
  parts: DeliveryParts,
  made: Made,
  spool: PictureSpool,
  hasUrl: boolean,
): Kept | Promise<Kept> {
  const change = wantedChange(made);
  if (change === undefined && !hasUrl) return keptOf(parts, made, asMade(made), false);
  return changeAndPut(parts, made, spool, change, hasUrl);
}

async function changeAndPut(
  parts: DeliveryParts,
  made: Made,
  spool: PictureSpool,
  change: Change | undefined,
  hasUrl: boolean,
): Promise<Kept> {
  const done = change === undefined ? asMade(made) : await changed(parts, made, change, spool);
  const kept = keptOf(parts, made, done, hasUrl);
  const { keep, picture } = kept;
  if (!hasUrl || keep === undefined) return kept;
  return { ...kept, blob: await parts.blobs.put(keep.id, picture, keep.keptUntil) };
}

/** The picture as it will be delivered, not in the store yet. */
function keptOf(
  parts: DeliveryParts,
  made: Made,
  { picture, warnings }: Changed,
  hasUrl: boolean,
): Kept {
  const plan = parts.kept.plan(hasUrl);
  const { index, revisedPrompt, quality } = made;
  return {
    index,
    picture,
    blob: undefined,
    keep: plan === undefined ? undefined : { ...plan, id: newId(parts, picture, hasUrl) },
    revisedPrompt,
    quality,
    background: backgroundOf(made, picture),
    warnings,
  };
}

/**
 * What has no URL is kept in a log, where a picture costs less than a file of its own; unless it is in
 * one already, which is linked rather than copied.
 */
function newId(parts: DeliveryParts, { bytes }: Picture, hasUrl: boolean): string {
  const hex = parts.newBlobId();
  return hasUrl || bytes.path !== undefined ? hex : keptId(hex);
}

/** A picture without an alpha channel is opaque; with one, only the upstream or the request can say. */
function backgroundOf(made: Made, picture: Picture): string | undefined {
  if (!picture.alpha) return "opaque";
  const { background, plan } = made;
  if (background === "opaque" || background === "transparent") return background;
  return plan.request.background === "transparent" ? "transparent" : undefined;
}

type Changed = Pick<Kept, "picture" | "warnings">;

const noWarnings: readonly Warning[] = [];

function asMade({ picture }: Made): Changed {
  return { picture, warnings: noWarnings };
}

async function changed(
  parts: DeliveryParts,
  made: Made,
  change: Change,
  spool: PictureSpool,
): Promise<Changed> {
  try {
    const picture = await parts.converter.convert(made.picture, change, spool);
    return { picture, warnings: noWarnings };
  } catch (thrown) {
    const error = asPinholeError(thrown);
    parts.log.warn(
      { code: error.code, detail: error.detail ?? error.message },
      "a made picture could not be converted",
    );
    const message = `The image is delivered as it was made (${made.picture.format}, ${sizeText(made.picture)}): converting it failed.`;
    return {
      picture: made.picture,
      warnings: [{ param: "output_format", code: "format_mismatch", message }],
    };
  }
}
