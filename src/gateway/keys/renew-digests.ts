import { asPinholeError } from "../../core/errors.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { Store } from "../../store/store.ts";
import type { EarlierDigests } from "./key-ring.ts";

/** The parts that renewing digests works with. */
interface RenewParts {
  readonly previousPepper?: Buffer | undefined;
  readonly store: { readonly keys: Pick<Store["keys"], "redigest"> };
  readonly log: GatewayLog;
}

/** Keeps a key under today's digest once it was found under one of before. Where that fails, its next use tries again. */
export function renewDigests({ previousPepper, store, log }: RenewParts): EarlierDigests {
  return {
    previousPepper,
    onUse: (keyId, from, to) =>
      void store.keys.redigest(keyId, from, to).catch((thrown: unknown) => {
        const { detail, message } = asPinholeError(thrown);
        log.warn({ key: keyId, detail: detail ?? message }, "a key could not be digested anew");
      }),
  };
}
