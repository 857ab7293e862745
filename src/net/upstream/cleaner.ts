import type { BaseSettings } from "../../core/provider.ts";
import { Secret } from "../../core/secret.ts";

/** Makes an upstream's text fit for a log or a client. */
export type Clean = (text: string) => string;

/** Shorter ones would be found everywhere; nobody's credential is. */
const secretLengthMin = 4;

/** Texts that look like a credential or an account, whoever's it is. */
const patterns: readonly RegExp[] = [
  /\b(?:sk|pk|rk|r8|xai|gsk|hf|fw|key|pin)[-_][A-Za-z0-9*_.-]{6,}/g,
  /\b(?:org|proj|acct|user)[-_][A-Za-z0-9]{6,}/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\bA(?:K|S)IA[A-Z0-9]{12,}/g,
  /\beyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)*/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi,
  // A call's signature as AWS, Tencent and Volcengine write it.
  /\b(?:Credential|Signature)=[A-Za-z0-9/_+.=-]{8,}/g,
  // A key as its owner masks it: the ends are enough to know it by. Bounded, or a long word would be searched once for each of its letters.
  /[A-Za-z0-9_-]{0,64}\*{3,}[A-Za-z0-9_-]{0,64}/g,
];

/**
 * Removes the channel's secrets in the forms in which they travel, the values of its authorisation
 * headers, addresses of the channel's own host, and what looks like anybody's key or account.
 */
export function createCleaner(
  settings: BaseSettings,
  authorization: Readonly<Record<string, string>>,
): Clean {
  const secrets = [...revealed(settings), ...headerSecrets(authorization)];
  const forms = [...new Set(secrets.flatMap(written))]
    .filter((form) => form.length >= secretLengthMin)
    .toSorted((a, b) => b.length - a.length);
  const host = new URL(settings.base_url).hostname.replace(/[.[\]]/g, "\\$&");
  // As a word of its own: a host may be called `sd` or `images`.
  const address = new RegExp(
    `(?:https?://)?(?<![\\w.-])${host}(?![\\w-]|\\.\\w)(?::\\d+)?(?:/[^\\s"'<>]*)?`,
    "gi",
  );
  return (text) => {
    let clean = text;
    for (const form of forms) clean = clean.replaceAll(form, "[secret]");
    clean = clean.replace(address, "[upstream]");
    for (const pattern of patterns) clean = clean.replace(pattern, "[secret]");
    return clean;
  };
}

function revealed(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(revealed);
}

/** `Bearer abc` is secret whole and in its last word. A version header beside it is no secret. */
function headerSecrets(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => /auth|key|token|secret|sign|cookie/i.test(name))
    .flatMap(([, value]) => [value, value.split(" ").at(-1) ?? ""]);
}

function written(secret: string): string[] {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
}

/** One line of at most so many characters. */
export function oneLine(text: string, lengthMax: number): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length <= lengthMax ? line : `${line.slice(0, lengthMax - 1)}…`;
}
