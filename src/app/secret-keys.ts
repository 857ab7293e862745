import { randomBytes } from "node:crypto";
import { type Signer, createSigner } from "../blobs/hosting/sign.ts";
import { deriveKey } from "../core/derive.ts";
import { createSealer, type EnvelopeKeys, type Sealer } from "../core/envelope.ts";
import { type Peppers, pepperId } from "../core/keys.ts";
import type { OpenedSecret } from "./secret.ts";

/** The most that clocks of machines which share a secret may be apart. */
const clockToleranceSeconds = 60;

/** The id of all signing keys of earlier versions. */
const onlyKid = "1";

/** The peppers of digests of keys and tokens. */
export function peppersOf({ bytes, previous }: Pick<OpenedSecret, "bytes" | "previous">): Peppers {
  const pepper = (secret: Buffer): Buffer => deriveKey(secret, "api key digests");
  return {
    pepper: pepper(bytes),
    previousPepper: previous === undefined ? undefined : pepper(previous),
  };
}

/** The keys of envelopes of credentials that rest in the database. */
export function envelopeKeysOf({
  bytes,
  previous,
}: Pick<OpenedSecret, "bytes" | "previous">): EnvelopeKeys {
  const key = (secret: Buffer): Buffer => deriveKey(secret, "credentials in the database");
  return { key: key(bytes), previousKey: previous && key(previous) };
}

/** All that the gateway makes and opens with the secret, but URLs. */
export function secretPorts(secret: OpenedSecret): Peppers & { readonly sealer: Sealer } {
  return { ...peppersOf(secret), sealer: createSealer(envelopeKeysOf(secret), randomBytes) };
}

/** The signer of URLs of images: signs with the secret, and knows those of the one before as long as they live. */
export function urlSigner({ bytes, previous }: OpenedSecret, now: () => number): Signer {
  const secrets = [bytes, ...(previous === undefined ? [] : [previous])].map((secret) =>
    deriveKey(secret, "hosted image urls"),
  );
  return createSigner({
    toleranceSeconds: clockToleranceSeconds,
    keys: [
      ...secrets.map((secret) => ({ kid: pepperId(secret), secret })),
      ...secrets.map((secret) => ({ kid: onlyKid, secret })),
    ],
    now,
  });
}
