import { type PictureFacts, Picture } from "../../core/picture.ts";
import { Secret } from "../../core/secret.ts";
import { EncodedPicture, type WireRequest } from "../../core/wire.ts";

/** Characters of a text that are kept: the longest prompt that a model takes. */
const textMax = 32_000;
/** Values of one request that are kept: a workflow has a few thousand. */
const valuesMax = 5000;
/** Fields that hold a credential: `api_key`, `accessToken`, not `keywords` or `max_tokens`. */
const secretName =
  /(?:^|[^a-z])(?:key|token|secret|password|authorization|credential|signature)$|[a-z](?:Key|Token|Secret|Password|Credential|Signature)$/;
const masked = "[secret]";
/** Shorter secrets would be found everywhere. */
const secretLengthMin = 4;

/** Secrets of settings that were asked for before: settings never change, and each attempt asks (docs/decisions/0054-cost-of-the-timeline.md). */
const known = new WeakMap<object, readonly string[]>();

/** The texts of all secrets in a channel's settings. */
export function secretsOf(settings: object): readonly string[] {
  const before = known.get(settings);
  if (before !== undefined) return before;
  const found: string[] = [];
  collectSecrets(settings, found);
  known.set(settings, found);
  return found;
}

function collectSecrets(value: unknown, found: string[]): void {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Secret) {
    const text = value.reveal();
    if (text.length >= secretLengthMin) found.push(text);
    return;
  }
  for (const inner of Object.values(value)) collectSecrets(inner, found);
}

/**
 * The fields of a request as it goes to an upstream, for people: pictures by their format and size, secrets masked, the
 * queries of addresses left out since they may sign, what is too long cut.
 */
export function wireFields(
  { json, form, body }: Pick<WireRequest, "json" | "form" | "body">,
  secrets: readonly string[],
): unknown {
  const copy = new FieldsCopy(secrets);
  if (form !== undefined) return copy.form(form);
  return copy.of("", json ?? body);
}

class FieldsCopy {
  readonly #secrets: readonly string[];
  #left = valuesMax;

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  of(name: string, value: unknown): unknown {
    if (typeof value === "string") return this.#text(name, value);
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof EncodedPicture) return pictureText(value.picture);
    if (value instanceof Picture) return pictureText(value);
    if ((this.#left -= 1) < 0) return "…";
    if (Array.isArray(value)) return value.map((one) => this.of(name, one));
    const copy: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) copy[key] = this.of(key, inner);
    return copy;
  }

  /** The parts of a form by their names; of several with one name a list. */
  form(parts: NonNullable<WireRequest["form"]>): unknown {
    const fields = new Map<string, unknown[]>();
    for (const { name, value } of parts)
      fields.set(name, [...(fields.get(name) ?? []), this.of(name, value)]);
    return Object.fromEntries(
      [...fields].map(([name, all]) => [name, all.length > 1 ? all : all[0]]),
    );
  }

  #text(name: string, text: string): string {
    if (secretName.test(name)) return masked;
    let shown = text;
    for (const secret of this.#secrets)
      if (shown.includes(secret)) shown = shown.replaceAll(secret, masked);
    if (/^data:/i.test(shown)) return `${shown.slice(0, 40)}… (${shown.length})`;
    if (/^https?:\/\/\S+\?/i.test(shown)) return shown.replace(/\?.*/su, "?…");
    return shown.length <= textMax ? shown : `${shown.slice(0, textMax)}… (${shown.length})`;
  }
}

function pictureText({ format, width, height }: PictureFacts): string {
  return `${format} ${width}x${height}`;
}
