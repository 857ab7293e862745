import type { Claim, LimitName, PartyUse, Refusal, WindowUse } from "../cluster.ts";
import { amountOf, spanOf, type WindowName, windowNames } from "../windows.ts";
import type { Answer } from "./link.ts";

/** One limit of one party, as the server keeps it. */
export interface Spot {
  readonly key: string;
  readonly claim: Claim;
  readonly name: LimitName;
}

/** The key of one limit. The braces are the hash tag: in a cluster all keys of one script must be on one of its servers. */
export function keyOf(prefix: string, party: string, name: LimitName): string {
  return `{${prefix}}:${party}:${name}`;
}

/** The limits that claims are about, the parties in order. */
export function spotsOf(prefix: string, claims: readonly Claim[]): readonly Spot[] {
  const spots: Spot[] = [];
  for (const claim of claims) {
    for (const name of ["concurrency", ...windowNames] as const) {
      if (claim.limits[name] === null) continue;
      spots.push({ key: keyOf(prefix, claim.party, name), claim, name });
    }
  }
  return spots;
}

/** The words about each spot that scripts take: kind, limit, amount, span and width. */
export function wordsOf(
  spots: readonly Spot[],
  amount: (name: WindowName, claim: Claim) => number,
): string[] {
  return spots.flatMap(({ claim, name }) => {
    const limit = String(claim.limits[name]);
    if (name === "concurrency") return ["c", limit, "0", "0", "0"];
    const { windowMs, pieceMs } = spanOf[name];
    return ["w", limit, String(amount(name, claim)), String(windowMs), String(pieceMs)];
  });
}

/** The amount that a claim takes. */
export function askedOf(name: WindowName, { images }: Claim): number {
  return amountOf(name, images);
}

/** The numbers about one spot in an answer. */
interface SpotAnswer extends WindowUse {
  readonly wait: number;
}

function answerOf(answer: Answer, index: number): SpotAnswer {
  const at = 2 + index * 3;
  const numberAt = (place: number): number => Number(answer[place] ?? 0);
  return { used: numberAt(at), resetMs: numberAt(at + 1), wait: numberAt(at + 2) };
}

/** The first party's limit that refuses, concurrency before the longest wait, as this process itself would choose it. */
export function refusalIn(spots: readonly Spot[], answer: Answer): Refusal | undefined {
  let found: Refusal | undefined;
  for (const [index, { claim, name }] of spots.entries()) {
    const { wait } = answerOf(answer, index);
    if (wait <= 0 || (found !== undefined && found.claim !== claim)) continue;
    if (name === "concurrency") found = { claim, limit: name, waitMs: undefined };
    else if (found === undefined || (found.waitMs ?? Infinity) < wait)
      found = { claim, limit: name, waitMs: wait };
  }
  return found;
}

/** The uses of windows that answers have told of, until they are over. */
export interface SeenUses {
  note(spots: readonly Spot[], answer: Answer, now: number): void;
  view(claim: Claim, now: number): PartyUse;
}

export function createSeenUses(prefix: string): SeenUses {
  const seen = new Map<string, { readonly used: number; readonly resetAt: number }>();
  return {
    note(spots, answer, now) {
      for (const [index, { key, name }] of spots.entries()) {
        if (name === "concurrency") continue;
        const { used, resetMs } = answerOf(answer, index);
        seen.set(key, { used, resetAt: now + resetMs });
      }
    },
    view({ party, limits }, now) {
      const use = (name: WindowName): WindowUse | undefined => {
        if (limits[name] === null) return undefined;
        const known = seen.get(keyOf(prefix, party, name));
        if (known === undefined || known.resetAt <= now) return { used: 0, resetMs: 0 };
        return { used: known.used, resetMs: known.resetAt - now };
      };
      return { rpm: use("rpm"), ipm: use("ipm"), ipd: use("ipd") };
    },
  };
}
