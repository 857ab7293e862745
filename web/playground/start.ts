import { ApiError, ask } from "../api/ask.ts";
import { throughRestart } from "../api/line.ts";
import { type DraftFields, type DraftPicture, bodyOf, formOf } from "./draft.ts";
import { type Made, pathOf } from "./generation.ts";
import { byKey } from "./own-keys.ts";
import { type Model, takesMask } from "./models.ts";

/** One request that is about to be sent. */
export interface Asked {
  readonly model: Model;
  readonly fields: DraftFields;
  readonly pictures: readonly DraftPicture[];
  /** The key that it is made with; undefined: the console's. */
  readonly keyId: string | undefined;
  readonly group?: string | undefined;
  readonly fills?: string | undefined;
}

/** Asks for pictures; the answer has the request's id. Throws ApiError. */
export async function startGeneration(asked: Asked): Promise<Made> {
  const { model, fields, pictures, keyId, group, fills } = asked;
  const streams = model.capabilities?.streaming === true;
  const isEdit = pictures.length > 0;
  const path = `/console/v1/images/${isEdit ? "edits" : "generations"}`;
  const mask = takesMask(model) ? pictures[0]?.mask : undefined;
  const body = isEdit ? formOf(fields, streams, pictures, mask) : bodyOf(fields, streams);
  const sources = pictures.flatMap(({ source }) => (source === undefined ? [] : [source]));
  const query = sources.map((id) => `made_from=${encodeURIComponent(id)}`).join("&");
  const address = byKey(query === "" ? path : `${path}?${query}`, keyId);
  // The same for one press of the button: what is sent again after a restart is made once.
  const headers = { "idempotency-key": crypto.randomUUID() };
  const { request_id } = await throughRestart(() =>
    ask<{ readonly request_id: string }>("POST", address, { body, headers }),
  );
  const maskShare = mask?.share;
  const withPictures = pictures.length;
  return { id: request_id, at: Date.now(), fields, withPictures, maskShare, group, fills };
}

/** As `startGeneration`; a refusal becomes a result, so that those beside it go on. */
export async function startOrRefused(asked: Asked): Promise<Made> {
  try {
    return await startGeneration(asked);
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    const { fields, pictures, group, fills } = asked;
    const { code, message, param } = thrown;
    const refused = { code, message, param };
    const id = `refused-${crypto.randomUUID()}`;
    return { id, at: Date.now(), fields, withPictures: pictures.length, group, fills, refused };
  }
}

/** Waits no more: what an upstream is making is finished, nothing more is tried. */
export const stopGeneration = (id: string): Promise<unknown> => ask("DELETE", pathOf(id));
