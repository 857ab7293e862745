import type { PinholeError } from "../../core/errors.ts";
import type { Candidate } from "./choose.ts";
import type { EntryGroups, FitClass } from "./target-groups.ts";
import type { PassedOver, Route } from "./terms.ts";
import type { Tried } from "./tried.ts";

/** Targets of one request whose reasons are told: a model may be served by thousands. */
const toldMax = 16;

/** Targets that cannot serve a request, by the refusals of their classes. */
export function unfitTargets(
  { groups }: EntryGroups,
  refusals: ReadonlyMap<FitClass, PinholeError>,
): readonly PassedOver[] {
  if (refusals.size === 0) return nothing;
  const unfit: PassedOver[] = [];
  for (const { fitClass, members } of groups) {
    const refusal = refusals.get(fitClass);
    if (refusal === undefined) continue;
    const { code, param, message } = refusal;
    for (const { target } of members.slice(0, toldMax - unfit.length))
      unfit.push({ ...namesOf(target), reason: "unfit", code, param, message });
  }
  return unfit;
}

/**
 * Targets as good as the chosen one or better that the choice has passed over: it has tried them, they cool or have no room.
 * Of those that are merely not drawn nothing is told.
 */
export function passedOver(
  { tiers }: Route,
  chosen: Pick<Candidate, "member">,
  tried: Tried,
  images: number,
  now: number,
): readonly PassedOver[] | undefined {
  let told: PassedOver[] | undefined;
  let looks = 0;
  for (const { groups } of tiers) {
    for (const { group } of groups) {
      for (const member of group.members) {
        if (member === chosen.member) continue;
        if (looks === toldMax) return told;
        looks += 1;
        const reason = reasonOf(member, tried, images, now);
        if (reason !== undefined) (told ??= []).push({ ...namesOf(member.target), ...reason });
      }
    }
    if (groups.some(({ group }) => group === chosen.member.group)) return told;
  }
  return told;
}

const nothing: readonly PassedOver[] = [];

function namesOf({ channel, model }: Candidate["member"]["target"]): {
  readonly channel: string;
  readonly model: string;
} {
  return { channel: channel.id, model: model.upstream };
}

function reasonOf(
  member: Candidate["member"],
  tried: Tried,
  images: number,
  now: number,
): Pick<PassedOver, "reason" | "waitMs"> | undefined {
  if (tried.has(member)) return { reason: "tried" };
  const { state, target } = member;
  const healthyAt = state.healthyAt(target.model.upstream, now);
  if (healthyAt > now)
    return { reason: "cooling", waitMs: healthyAt === Infinity ? undefined : healthyAt - now };
  return state.roomAt(images, now) > now ? { reason: "full" } : undefined;
}
