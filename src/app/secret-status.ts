import type { Config } from "../config.ts";
import { envelopeKeyId } from "../core/envelope.ts";
import { pepperId } from "../core/keys.ts";
import { adminDigestName } from "../gateway/gateway.ts";
import type { OpenedStore } from "../store/open.ts";
import { openDatabase } from "./database.ts";
import { type SecretChange, lastSecretChange, readSecret, secretFingerprint } from "./secret.ts";
import { envelopeKeysOf, peppersOf } from "./secret-keys.ts";

/** The secret that something was made with. */
type MadeWith = "current" | "previous" | "other";

/** Things of one kind, by the secret that each needs. */
export interface SecretNeeds {
  readonly kind: string;
  readonly current: number;
  /** Names of those that need the secret of before. */
  readonly previous: readonly string[];
  /** Names of those that no secret here opens. */
  readonly other: readonly string[];
}

/** The standing of a change of secrets. */
export interface SecretStatus {
  readonly fingerprint: string;
  /** Undefined: none is configured. */
  readonly previousFingerprint: string | undefined;
  /** The last change; undefined: there was none. */
  readonly changed: SecretChange | undefined;
  readonly needs: readonly SecretNeeds[];
  /** The end of the last URL that the secret of before signed, Unix milliseconds. */
  readonly urlsUntil: number | undefined;
}

/** Reads what in the database still needs the secret of before. Changes nothing. Undefined: there is no secret yet. */
export async function secretStatus(
  config: Config,
  now: () => number,
): Promise<SecretStatus | undefined> {
  const secret = await readSecret(config);
  if (secret === undefined) return undefined;
  const previous = config.secretPrevious && Buffer.from(config.secretPrevious.reveal());
  const store = await openDatabase(config, now);
  try {
    const changed = await lastSecretChange(store);
    const secrets = { ...secret, previous };
    const { pepper, previousPepper } = peppersOf(secrets);
    const ids = { current: pepperId(pepper), previous: previousPepper && pepperId(previousPepper) };
    const madeWith = (digest: string): MadeWith => {
      const [id, hex] = digest.split(":");
      // Digests without an id are of an earlier version, thus of the secret before the first change.
      if (hex === undefined) return changed === undefined ? "current" : "previous";
      return id === ids.current ? "current" : id === ids.previous ? "previous" : "other";
    };
    return {
      fingerprint: secretFingerprint(secret.bytes),
      previousFingerprint: previous && secretFingerprint(previous),
      changed,
      needs: [
        ...(await digestsOf(store)).map(({ kind, digests }) => needsOf(kind, digests, madeWith)),
        await envelopeNeeds(store, secrets),
      ],
      urlsUntil: changed && changed.at + config.images.ttlMs,
    };
  } finally {
    await store.close();
  }
}

/** Credentials that rest in the database, by the secret that opens them. */
async function envelopeNeeds(
  store: OpenedStore,
  secrets: Parameters<typeof envelopeKeysOf>[0],
): Promise<SecretNeeds> {
  const { key, previousKey } = envelopeKeysOf(secrets);
  const ids = { current: pepperId(key), previous: previousKey && pepperId(previousKey) };
  const digests = (await store.resources.all()).flatMap(({ kind, id, secrets: sealed }) =>
    Object.entries(sealed).map(([place, digest]) => ({ name: `${kind} ${id}${place}`, digest })),
  );
  return needsOf("credentials of channels", digests, (envelope) => {
    const id = envelopeKeyId(envelope);
    if (id === undefined) return "other";
    return id === ids.current ? "current" : id === ids.previous ? "previous" : "other";
  });
}

interface Digested {
  readonly kind: string;
  readonly digests: readonly { readonly name: string; readonly digest: string }[];
}

async function digestsOf(store: OpenedStore): Promise<Digested[]> {
  const keys = await store.keys.all();
  const old = keys.flatMap(({ name, previous }) =>
    previous === null ? [] : [{ name, digest: previous.digest }],
  );
  const first = await store.settings.get(adminDigestName);
  return [
    { kind: "keys", digests: keys },
    { kind: "rotated secrets of keys", digests: old },
    { kind: "admin tokens", digests: await store.tokens.all() },
    {
      kind: "admin token of the first start",
      digests: first === undefined ? [] : [{ name: "the admin token", digest: first }],
    },
  ];
}

function needsOf(
  kind: string,
  digests: Digested["digests"],
  madeWith: (digest: string) => MadeWith,
): SecretNeeds {
  const named = (which: MadeWith): string[] =>
    digests.filter(({ digest }) => madeWith(digest) === which).map(({ name }) => name);
  return {
    kind,
    current: named("current").length,
    previous: named("previous"),
    other: named("other"),
  };
}
