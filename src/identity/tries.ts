import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import { PinholeError } from "../core/errors.ts";
import type { Person, SignInMethod } from "../store/identity-records.ts";
import type { IdentityPorts, Origin } from "./ports.ts";
import { arrivalStamp } from "./stamps.ts";

/** The time for which failures are remembered, from the first of them. */
const windowMs = 15 * 60_000;
const accountTriesMax = 10;
const addressTriesMax = 50;
/** Refusals that are written into the audit in that time: of people, and of addresses that have guessed until they were stopped. */
const writtenAccountsMax = 60;
const writtenAddressesMax = 20;

/** Bounds on guessing, shared by all nodes through the store. */
export interface TryLimits {
  /** Writes down that a sign-in was refused, as far as it does not drown the audit. */
  refused(refusal: Refusal): Promise<void>;
  /** Counts a try before it is made. Throws too_many_sign_ins. `account` may be any text that a stranger sends; undefined: none is named. */
  begin(account: string | undefined, address: string): Promise<void>;
  /** Takes a try that was right back. */
  succeeded(account: string | undefined, address: string): Promise<void>;
}

/** A sign-in that was refused. */
interface Refusal {
  /** Undefined: of nobody whom this gateway knows. */
  readonly person: Pick<Person, "id"> | undefined;
  readonly method: SignInMethod;
  readonly from: Origin;
}

export function createTryLimits(ports: IdentityPorts): TryLimits {
  const { store, now } = ports;
  return {
    async refused({ person, method, from }) {
      const isKnown = person !== undefined;
      const written = {
        name: isKnown ? "audit of accounts" : "audit of addresses",
        max: isKnown ? writtenAccountsMax : writtenAddressesMax,
        until: now() + windowMs,
      };
      const address = { name: addressName(from.address), max: addressTriesMax };
      const refusal = { personId: person?.id ?? null, method, written, address };
      await store.sessions.refuse(refusal, arrivalStamp(ports, from));
    },
    async begin(account, address) {
      const at = now();
      const until = at + windowMs;
      // The address first: who has used its tries up cannot use up those of an account, nor fill the table.
      const limits = [
        { name: addressName(address), until, max: addressTriesMax },
        ...(account === undefined
          ? []
          : [{ name: accountName(account), until, max: accountTriesMax }]),
      ];
      const over = await store.tries.count(limits, at);
      if (over === undefined) return;
      const minutes = Math.ceil((over.until - at) / 60_000);
      throw new PinholeError("too_many_sign_ins", {
        message: `Too many tries to sign in failed; try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
        retryAfterSeconds: (over.until - at) / 1000,
      });
    },
    succeeded: (account, address) =>
      store.tries.forgive(account === undefined ? "" : accountName(account), [
        addressName(address),
      ]),
  };
}

/** People type their password where the name should be: what strangers send is kept as a digest. */
function accountName(account: string): string {
  return `account ${createHash("sha256").update(account).digest("hex").slice(0, 32)}`;
}

/** An address of IPv4, or the network of an address of IPv6, which is one customer's. */
function addressName(address: string): string {
  return `address ${isIPv6(address) ? networkOf(address) : address.slice(0, 64)}`;
}

function networkOf(address: string): string {
  const mapped = /^::ffff:(?<four>\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.groups?.["four"];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = (address.split("%")[0] ?? "").toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
