import type { KeepPlan } from "../../blobs/kept-pictures.ts";
import type { StoredBlob } from "../../blobs/types.ts";
import type { Cost } from "../../core/money.ts";
import type { Picture } from "../../core/picture.ts";
import type { Usage, Warning } from "../../core/request.ts";
import type { DeliveryForm } from "../fit/form.ts";

/** The content of an answer, which is delivered as often as it is asked for. */
export interface Deliverable {
  /** Unix seconds. */
  readonly created: number;
  readonly pictures: readonly DeliveredPicture[];
  readonly usage: Usage | undefined;
  readonly form: DeliveryForm;
  /** `plain`: only created and data. */
  readonly shape: "full" | "plain";
}

/** The outcome of a request. It can be delivered more than once, until its spool is disposed. */
export interface ImageOutcome extends Deliverable {
  /** The request that made the pictures; an answer to a retry is another one's outcome. */
  readonly requestId: string;
  readonly warnings: readonly Warning[];
  /** The model that really ran, in the client's words. */
  readonly servedModel: string;
  readonly channelId: string;
  readonly attempts: number;
  /** The customer's debt for the pictures. */
  readonly cost: Cost;
  /** Time spent waiting for upstreams. */
  readonly upstreamMs: number;
}

/**
 * The pictures that upstreams made, which are paid for: those that keep the rest of an edit stand behind them in the
 * answer, from the place after the last that was asked for.
 */
export function countMade(pictures: readonly { readonly index: number }[], n: number): number {
  return pictures.reduce((count, { index }) => (index < n ? count + 1 : count), 0);
}

/** A picture on its way to the client: changed to what was asked for, and in the store where a URL needs it. */
export interface DeliveredPicture {
  /** Place in the answer, from 0. */
  readonly index: number;
  readonly picture: Picture;
  /** The picture in the image store; undefined: it is only in the request's spool. */
  readonly blob: StoredBlob | undefined;
  /** The id under which the store keeps the picture, and how long, now or once the answer has gone; undefined: it does not. */
  readonly keep: (KeepPlan & { readonly id: string }) | undefined;
  readonly revisedPrompt: string | undefined;
  /** The seed that it was made with, in decimal digits, where it is known. */
  readonly seed: string | undefined;
  /** The upstream's word for what it made, else what it was asked for. */
  readonly quality: string | undefined;
  readonly background: string | undefined;
  readonly warnings: readonly Warning[];
}
