import type { Signer } from "../../blobs/hosting/sign.ts";
import type { KeptPictures } from "../../blobs/kept-pictures.ts";
import type { BlobStore } from "../../blobs/types.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { DefaultDelivery } from "../fit/form.ts";
import type { Converter } from "../../pictures/convert.ts";

/** The parts that delivery works with. */
export interface DeliveryParts {
  readonly images: { readonly ttlMs: number; readonly defaultDelivery: DefaultDelivery };
  readonly blobs: BlobStore;
  readonly kept: KeptPictures;
  readonly converter: Converter;
  readonly signer: Signer;
  readonly log: GatewayLog;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** 128 random bits as text, for blob ids. */
  readonly newBlobId: () => string;
}
