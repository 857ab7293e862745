import type { GroupedTarget } from "./target-groups.ts";

/** Targets and credentials that one upstream call has tried and does not try again. Nearly every call tries once, so nothing is set up before. */
export class Tried {
  #members: Set<GroupedTarget> | undefined;
  #credentials: Map<string, Set<number>> | undefined;

  get isEmpty(): boolean {
    return this.#members === undefined;
  }

  get members(): Iterable<GroupedTarget> {
    return this.#members ?? nothing;
  }

  has(member: GroupedTarget): boolean {
    return this.#members?.has(member) === true;
  }

  add(member: GroupedTarget): void {
    (this.#members ??= new Set()).add(member);
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

  /** A copy for each piece of a call that is split: each remembers what was tried before. */
  copy(): Tried {
    const copy = new Tried();
    for (const member of this.members) copy.add(member);
    for (const [id, places] of this.#credentials ?? []) {
      for (const place of places) copy.addCredential(id, place);
    }
    return copy;
  }
}

const nothing: ReadonlySet<never> = new Set<never>();
