import { createHash } from "node:crypto";
import sharp from "sharp";
import type { Clean } from "../../src/net/upstream/cleaner.ts";

/** Bytes as a fixture tells them: of which picture they are. */
export class PictureNames {
  readonly #names = new Map<string, string>();
  #made = 0;

  /** A picture whose spec is known: one that was sent. */
  know(bytes: Buffer, spec: string): void {
    this.#names.set(digest(bytes), spec);
  }

  find(bytes: Buffer): string | undefined {
    return this.#names.get(digest(bytes));
  }

  /** The spec of a picture's bytes, new ones numbered; undefined for bytes that are no picture. */
  async name(bytes: Buffer): Promise<string | undefined> {
    const known = this.find(bytes);
    if (known !== undefined) return known;
    const facts = await sharp(bytes)
      .metadata()
      .catch(() => undefined);
    if (facts === undefined || !/^(png|jpeg|webp)$/.test(facts.format)) return undefined;
    const alpha = facts.hasAlpha ? " alpha" : "";
    const number = this.#made === 0 ? "" : ` #${this.#made}`;
    this.#made += 1;
    const spec = `${facts.format} ${facts.width}x${facts.height}${alpha}${number}`;
    this.know(bytes, spec);
    return spec;
  }
}

const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Everything that must not stand in a fixture, and the words that stand there instead. */
export interface Redaction {
  /** Placeholders by the secrets that they stand for. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly pictures: PictureNames;
  /** The origin of `base_url`. */
  readonly base: string;
  readonly clean: Clean;
}

/** Names of query fields that sign an address; what is long is a signature as well. */
const signing = /sig|token|key|expires|policy|credential|security|^x-|^s[epvrs]$/i;
const plainLengthMax = 40;

/** The fields of a query, signatures redacted. The same for an address in an answer and for its being asked. */
export function redactQuery(query: URLSearchParams, { secrets }: Redaction): [string, string][] {
  return [...query].map(([name, value]) => {
    const placeholder = secrets.get(value);
    if (placeholder !== undefined) return [name, placeholder];
    const isSigned = signing.test(name) || value.length > plainLengthMax;
    return [name, isSigned ? "redacted" : value];
  });
}

/** A text without secrets and mail addresses; an address of the web is written with its placeholder. */
export function redactText(text: string, redaction: Redaction): string {
  const { secrets, base, clean } = redaction;
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (url !== null) {
    const origin = url.origin === base ? "{{base}}" : `{{${url.origin}}}`;
    const query = new URLSearchParams(redactQuery(url.searchParams, redaction)).toString();
    return `${origin}${url.pathname}${query === "" ? "" : `?${query}`}`;
  }
  let safe = text;
  for (const [secret, placeholder] of secrets) safe = safe.replaceAll(secret, placeholder);
  return clean(safe).replaceAll(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, "someone@example.com");
}

const dataUrl = /^data:image\/[a-z+]+;base64,([A-Za-z0-9+/=]+)$/;
const base64 = /^[A-Za-z0-9+/]{100,}={0,2}$/;

/** A JSON document with its pictures as specs and its texts redacted. */
export async function redactJson(value: unknown, redaction: Redaction): Promise<unknown> {
  if (typeof value === "string") {
    const inUrl = dataUrl.exec(value)?.[1];
    const encoded = inUrl ?? (base64.test(value) ? value : undefined);
    const spec =
      encoded === undefined
        ? undefined
        : await redaction.pictures.name(Buffer.from(encoded, "base64"));
    if (spec === undefined) return redactText(value, redaction);
    return inUrl === undefined ? { $picture: spec } : { $picture: spec, as: "data_url" };
  }
  if (Array.isArray(value)) {
    // One after the other, so that pictures are numbered in their order.
    const list: unknown[] = [];
    for (const one of value) list.push(await redactJson(one, redaction));
    return list;
  }
  if (typeof value !== "object" || value === null) return value;
  const group: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) group[name] = await redactJson(one, redaction);
  return group;
}
