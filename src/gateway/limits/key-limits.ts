import type { Claim, Cluster, PartyLimits, Refusal, WindowUse } from "../../cluster/cluster.ts";
import { isLimited, neverFits, type WindowName } from "../../cluster/windows.ts";
import { PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";

/** The standing of one limit of a key. */
export interface RateView {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until all of it is there again. */
  readonly resetMs: number;
}

/** The state of a key's limits: requests a minute, and the tighter of images a minute and a day. */
export interface KeyRates {
  /** Undefined where there is no such limit. */
  readonly requests: RateView | undefined;
  readonly images: RateView | undefined;
}

/** The limits of keys: requests and images in a minute, images in a day, requests at once. */
export interface KeyLimiter {
  /**
   * Does the work within the key's limits: one request of n images. Throws rate_limit_exceeded, which
   * costs nothing, and invalid_value for more images than could ever fit. The work says which images
   * count: those that were made or may have been billed, whatever becomes of the answer.
   */
  within<T>(
    key: KeyRecord,
    images: number,
    work: (spend: (images: number) => void) => Promise<T>,
  ): Promise<T>;
  view(key: KeyRecord): KeyRates;
}

/** The count of images of a key without limits. */
const uncounted = (): void => undefined;
const unlimited: KeyRates = { requests: undefined, images: undefined };

/** A limiter whose counts the cluster keeps: of this process, or of all nodes together. */
export function createKeyLimiter(cluster: Pick<Cluster, "take" | "view">): KeyLimiter {
  const withinLimits = async <T>(
    parties: readonly Party[],
    work: (spend: (images: number) => void) => Promise<T>,
  ): Promise<T> => {
    for (const party of parties) refuseForEver(party);
    const { grant, refusal } = await cluster.take(parties);
    if (refusal !== undefined) throw exceeded(parties, refusal);
    let spent = 0;
    try {
      return await work((more) => {
        spent += more;
      });
    } finally {
      await grant.end(spent);
    }
  };
  return {
    within(key, images, work) {
      const parties = limitedParties(key, images);
      return parties.length === 0 ? work(uncounted) : withinLimits(parties, work);
    },
    view({ id, limits }) {
      const { rpm, ipm, ipd } = limits;
      if (rpm === null && ipm === null && ipd === null) return unlimited;
      const use = cluster.view({ party: `key ${id}`, limits, images: 0 });
      const inMinute = rateView(ipm, use.ipm);
      const inDay = rateView(ipd, use.ipd);
      const isDayTighter =
        inDay !== undefined && (inMinute === undefined || inDay.remaining < inMinute.remaining);
      return { requests: rateView(rpm, use.rpm), images: isDayTighter ? inDay : inMinute };
    },
  };
}

/** A party whose limits a request is within: a key, its user, its team. */
interface Party extends Claim {
  /** The words of a message for it. */
  readonly who: string;
}

/** The parties of a key without limits, as most are. */
const noParties: readonly Party[] = [];

function limitedParties({ id, limits, user, team }: KeyRecord, images: number): readonly Party[] {
  if (user === undefined && team === undefined && !isLimited(limits)) return noParties;
  const parties: Party[] = [{ party: `key ${id}`, who: "This key", limits, images }];
  if (user !== undefined)
    parties.push({ party: `user ${user.id}`, who: "This key's user", limits: user.limits, images });
  if (team !== undefined)
    parties.push({ party: `team ${team.id}`, who: "This key's team", limits: team.limits, images });
  return parties.filter((party) => isLimited(party.limits));
}

function rateView(limit: number | null, use: WindowUse | undefined): RateView | undefined {
  if (limit === null || use === undefined) return undefined;
  return { limit, remaining: Math.max(0, limit - use.used), resetMs: use.resetMs };
}

/** The words of a limit over a window. */
const windowWords: Readonly<Record<WindowName, readonly [what: string, span: string]>> = {
  rpm: ["request", "minute"],
  ipm: ["image", "minute"],
  ipd: ["image", "day"],
};

/** A limit in one sentence. */
function ruleOf(who: string, limits: PartyLimits, name: keyof PartyLimits): string {
  const limit = limits[name] ?? 0;
  if (name === "concurrency") return `${who} may run ${amount(limit, "request")} at the same time`;
  const [what, span] = windowWords[name];
  return `${who} may make ${amount(limit, what)} a ${span}`;
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Time after which a request may come back that waits for another one's end, milliseconds. */
const concurrencyMs = 1000;

function exceeded(parties: readonly Party[], { claim, limit, waitMs }: Refusal): PinholeError {
  const who = parties.find(({ party }) => party === claim.party)?.who ?? "This key";
  const seconds = Math.max(1, Math.ceil((waitMs ?? concurrencyMs) / 1000));
  return new PinholeError("rate_limit_exceeded", {
    message: `${ruleOf(who, claim.limits, limit)}; try again in ${amount(seconds, "second")}.`,
    retryAfterSeconds: seconds,
  });
}

/** Throws where a limit is too small for the request: no waiting would help, so this is no rate limit to retry on. */
function refuseForEver(party: Party): void {
  const name = neverFits(party);
  if (name === undefined) return;
  throw new PinholeError("invalid_value", {
    message: `${ruleOf(party.who, party.limits, name)}, which ${party.images} in one request exceed; ask for fewer in \`n\`.`,
    param: "n",
  });
}
