import type { Channel } from "../../core/channel.ts";
import type { BudgetClaim } from "../../core/budget.ts";
import type { Nano } from "../../core/money.ts";
import { claimsOf } from "../../money/budget.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { AttemptMoney, AttemptOutcome, ChannelHold } from "../../store/request-records.ts";

/** The most that one call may cost at a channel. */
export interface ChannelPart {
  readonly channel: Channel;
  /** Null: nothing bounds it. */
  readonly boundNano: Nano | null;
}

/** The request whose money is held. */
interface PoolOf {
  readonly calendar: Calendar;
  /** The name that the client uses. */
  readonly model: string;
  /** Unix milliseconds: the period of all its holds. */
  readonly at: number;
}

/** The first holds of a request, or the channels of which it is known already that they cannot pay. */
interface FirstHolds {
  readonly holds: readonly ChannelHold[];
  readonly unpayable: readonly string[];
}

/** The money of one further attempt, and how it is forgotten where the attempt is not written. */
interface FurtherHold extends Pick<AttemptMoney, "hold" | "releases"> {
  undo(): void;
}

/** A channel with budgets. */
interface Place {
  readonly claims: readonly BudgetClaim[];
  /** The amount that the database holds, or is about to. */
  held: Nano;
  /** The part of it that calls and attempts need. */
  used: Nano;
}

interface Share {
  readonly place: Place;
  readonly nano: Nano;
}

/**
 * The money of one request at the budgets of channels. All its calls are held before the first is made, those too that wait for
 * room, so that none of several finds a budget used up by the others of its own request; what an ended attempt leaves goes to
 * the next one, or back.
 */
export class ChannelPool {
  readonly #of: PoolOf;
  readonly #places = new Map<string, Place>();
  /** By the attempt's id; of a call without one by its number. */
  readonly #shares = new Map<string | number, Share>();

  constructor(of: PoolOf) {
    this.#of = of;
  }

  /** Channels at whose budgets the request may hold money. */
  channels(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** Holds for all calls of a request, by their numbers. */
  begin(parts: readonly ChannelPart[]): FirstHolds {
    const unpayable = new Set<string>();
    for (const [call, part] of parts.entries()) {
      const place = this.#placeOf(part.channel);
      if (place === undefined) continue;
      if (isUnbounded(place, part)) unpayable.add(part.channel.id);
      this.#give(call, { place, nano: part.boundNano ?? 0 });
    }
    const holds: ChannelHold[] = [];
    for (const [channelId, place] of this.#places) {
      place.held = place.used;
      holds.push({ channelId, nano: place.held, claims: place.claims });
    }
    return { holds, unpayable: [...unpayable] };
  }

  /** The first attempt of a call, which was written with the request, begins. */
  adopt(call: number, attemptId: string, { channel, boundNano }: ChannelPart): void {
    const place = this.#take(call)?.place ?? this.#places.get(channel.id);
    if (place !== undefined) this.#give(attemptId, { place, nano: boundNano ?? 0 });
  }

  /**
   * Holds for an attempt that is to be written, with the outcomes of those before it. Undefined: its channel's budgets
   * cannot cover what nothing bounds.
   */
  further(
    call: number,
    attemptId: string,
    part: ChannelPart,
    ended: readonly AttemptOutcome[],
  ): FurtherHold | undefined {
    const place = this.#placeOf(part.channel);
    if (place !== undefined && isUnbounded(place, part)) return undefined;
    const before = [call, ...ended.map(({ id }) => id)].map(
      (name) => [name, this.#take(name)] as const,
    );
    const extra = place === undefined ? 0 : this.#need(place, attemptId, part.boundNano ?? 0);
    const given = this.#spare();
    return {
      hold:
        place === undefined || extra === 0
          ? undefined
          : { channelId: part.channel.id, nano: extra, claims: place.claims },
      releases: given.map(({ channelId, nano }) => ({ channelId, nano })),
      undo: () => {
        this.#take(attemptId);
        if (place !== undefined) place.held -= extra;
        for (const one of given) one.place.held += one.nano;
        for (const [name, share] of before) if (share !== undefined) this.#give(name, share);
      },
    };
  }

  /** An attempt has ended: what it may have cost is kept until that is booked. */
  ended({ id, charge }: AttemptOutcome): void {
    const share = this.#take(id);
    if (share !== undefined) this.#give(id, { place: share.place, nano: charge?.nano ?? 0 });
  }

  /** Gives an attempt what it needs; returns what is to be held beyond what is spare. */
  #need(place: Place, attemptId: string, nano: Nano): Nano {
    const extra = Math.max(0, nano - (place.held - place.used));
    this.#give(attemptId, { place, nano });
    place.held += extra;
    return extra;
  }

  /** Takes all that nobody needs out of the pool. */
  #spare(): { readonly channelId: string; readonly place: Place; readonly nano: Nano }[] {
    const given: { channelId: string; place: Place; nano: Nano }[] = [];
    for (const [channelId, place] of this.#places) {
      const nano = place.held - place.used;
      if (nano <= 0) continue;
      place.held -= nano;
      given.push({ channelId, place, nano });
    }
    return given;
  }

  #give(name: string | number, share: Share): void {
    share.place.used += share.nano;
    this.#shares.set(name, share);
  }

  #take(name: string | number): Share | undefined {
    const share = this.#shares.get(name);
    if (share === undefined) return undefined;
    share.place.used -= share.nano;
    this.#shares.delete(name);
    return share;
  }

  /** Undefined: no budget of the channel counts this model. */
  #placeOf({ id, budgets = [] }: Channel): Place | undefined {
    const known = this.#places.get(id);
    if (known !== undefined || budgets.length === 0) return known;
    const { model, calendar, at } = this.#of;
    const claims = claimsOf([{ scope: "channel", id, budgets }], model, calendar, at);
    if (claims.length === 0) return undefined;
    const place = { claims, held: 0, used: 0 };
    this.#places.set(id, place);
    return place;
  }
}

function isUnbounded({ claims }: Place, { boundNano }: ChannelPart): boolean {
  return boundNano === null && claims.some(({ limitNano }) => limitNano !== null);
}
