import type { LaneSpot } from "./lanes.ts";

/** What one upstream call has tried so far, and does not try again. Nearly every call tries once, so nothing is set up before. */
export class Tried {
  #spots: Set<LaneSpot> | undefined;
  #credentials: Map<string, Set<number>> | undefined;

  get isEmpty(): boolean {
    return this.#spots === undefined;
  }

  get spots(): Iterable<LaneSpot> {
    return this.#spots ?? nothing;
  }

  has(spot: LaneSpot): boolean {
    return this.#spots?.has(spot) === true;
  }

  add(spot: LaneSpot): void {
    (this.#spots ??= new Set()).add(spot);
  }

  /** The places of a channel's credentials. */
  credentials(channelId: string): ReadonlySet<number> {
    return this.#credentials?.get(channelId) ?? nothing;
  }

  addCredential(channelId: string, place: number): void {
    this.#credentials ??= new Map();
    const known = this.#credentials.get(channelId);
    if (known === undefined) this.#credentials.set(channelId, new Set([place]));
    else known.add(place);
  }

  /** For the parts of a call that goes on in pieces: each remembers what was tried before. */
  copy(): Tried {
    const copy = new Tried();
    for (const spot of this.spots) copy.add(spot);
    for (const [id, places] of this.#credentials ?? []) {
      for (const place of places) copy.addCredential(id, place);
    }
    return copy;
  }
}

const nothing: ReadonlySet<never> = new Set<never>();
