import type { BlobStore } from "../blobs/types.ts";
import type { Signer } from "../blobs/sign.ts";
import type { Egress } from "../net/egress.ts";
import type { Converter } from "../pictures/convert.ts";
import type { Spools } from "../pictures/spool.ts";
import type { Store } from "../store/types.ts";
import type { Catalog } from "./catalog.ts";
import type { Routing } from "./choose-lanes.ts";
import type { FitPolicy } from "./fit-terms.ts";
import type { KeptPictures } from "./kept-pictures.ts";
import type { KeyLimiter } from "./key-limits.ts";
import type { KeyRing } from "./keys.ts";
import type { RequestRegistry } from "./request-registry.ts";

export type { RequestRecord } from "../store/types.ts";

/** One structured line for the operator. Fields never hold secrets, prompts or pictures. */
export interface GatewayLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** How pictures are delivered where the client does not say (CONTRACT "Delivery"). */
export type DefaultDelivery = "auto" | "url" | "b64_json" | "both";

/** Everything the use cases work with, composed once in app.ts. */
export interface GatewayParts {
  readonly catalog: () => Catalog;
  readonly routing: Routing;
  readonly keys: KeyRing;
  readonly keyLimits: KeyLimiter;
  readonly policy: FitPolicy & { readonly strict: boolean };
  readonly images: { readonly ttlMs: number; readonly defaultDelivery: DefaultDelivery };
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly kept: KeptPictures;
  readonly registry: RequestRegistry;
  /** After its end, how long a request whose client had gone answers an SDK's retry, milliseconds. */
  readonly retryWindowMs: number;
  readonly signer: Signer;
  readonly spools: Spools;
  readonly converter: Converter;
  readonly egress: Egress;
  readonly log: GatewayLog;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** A new unique, time-sortable id beginning with the prefix. */
  readonly newId: (prefix: string) => string;
  /** 128 random bits as text, for blob ids. */
  readonly newBlobId: () => string;
}
