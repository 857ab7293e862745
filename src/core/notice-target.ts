import type { NoticeKind } from "./notice.ts";
import type { Secret } from "./secret.ts";

/** The forms in which notices are sent. */
export const noticeForms = ["standard", "slack", "teams"] as const;
export type NoticeForm = (typeof noticeForms)[number];

/** A place that notices are sent to. */
export interface NoticeTarget {
  readonly name: string;
  /** The address, which may hold a credential. */
  readonly url: Secret;
  readonly form: NoticeForm;
  /** The key of signatures, as `whsec_` and base64; undefined where the form has none. */
  readonly secret: Secret | undefined;
  /** Undefined: all. */
  readonly kinds: readonly NoticeKind[] | undefined;
}

/** Bytes of the key of signatures. */
export const signingBytes = { min: 24, max: 64 };

/** The key of signatures that a text stands for; undefined where it is none. */
export function signingKey(text: string): Buffer | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (base64 === undefined) return undefined;
  const key = Buffer.from(base64, "base64");
  return key.length >= signingBytes.min && key.length <= signingBytes.max ? key : undefined;
}
