import type { BucketCredentials, CredentialChain } from "../../../core/bucket.ts";
import type { CredentialPorts, CredentialSource } from "../ports.ts";
import type { Credentials } from "../sign.ts";
import { askContainer } from "./container.ts";
import { askInstance } from "./instance.ts";
import { askTokenService } from "./web-identity.ts";

/** Time before their end at which credentials are asked for anew while the old ones are used, milliseconds. */
const renewBeforeMs = 5 * 60_000;
/** Time before their end at which they are used no more, milliseconds. */
const unusableMs = 10_000;

/** Credentials that stay, or that are asked for where the environment says that they are, and anew before they end. */
export function createCredentials(
  from: BucketCredentials,
  ports: CredentialPorts,
): CredentialSource {
  if (from.kind === "chain") return new RenewedCredentials(from.chain, ports);
  const { accessKeyId, secretAccessKey, sessionToken } = from;
  const credentials = { accessKeyId, secretAccessKey, sessionToken, endsAt: undefined };
  return { current: () => Promise.resolve(credentials), renew: () => Promise.resolve(false) };
}

class RenewedCredentials implements CredentialSource {
  readonly #chain: CredentialChain;
  readonly #ports: CredentialPorts;
  #known: Credentials | undefined;
  #asking: Promise<Credentials> | undefined;

  constructor(chain: CredentialChain, ports: CredentialPorts) {
    this.#chain = chain;
    this.#ports = ports;
  }

  async current(): Promise<Credentials> {
    const known = this.#known;
    if (known === undefined) return this.#ask();
    const left = (known.endsAt ?? Infinity) - this.#ports.now();
    if (left <= unusableMs) return this.#ask();
    // In good time, so that nothing waits for it; where it fails, the next use asks again.
    if (left <= renewBeforeMs) this.#ask().catch((thrown: unknown) => this.#tell(thrown));
    return known;
  }

  async renew(refused: Credentials): Promise<boolean> {
    // Somebody else may have had them refused before.
    if (this.#known !== refused) return true;
    const next = await this.#ask();
    return next.accessKeyId !== refused.accessKeyId || next.endsAt !== refused.endsAt;
  }

  #ask(): Promise<Credentials> {
    this.#asking ??= askChain(this.#chain, this.#ports)
      .then((credentials) => (this.#known = credentials))
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  #tell(thrown: unknown): void {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    this.#ports.log.warn({ detail }, "the bucket's credentials could not be renewed yet");
  }
}

/** Credentials from the first place that the environment names. Rejects with a sentence. */
async function askChain(chain: CredentialChain, ports: CredentialPorts): Promise<Credentials> {
  if (chain.webIdentity !== undefined) return askTokenService(chain.webIdentity, ports);
  if (chain.container !== undefined) return askContainer(chain.container, ports);
  if (chain.instance !== undefined) return askInstance(chain.instance.endpoint, ports);
  throw new Error(
    "there are none in the environment; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or images.s3.access_key_id and images.s3.secret_access_key",
  );
}
