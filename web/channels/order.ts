/** The part of a channel that its order is made of. */
export interface Ranked {
  readonly id: string;
  readonly priority: number;
  /** False: it is declared, and its priority stays. */
  readonly isFree: boolean;
}

/** A priority that has to change so that an order comes about. */
export interface NewPriority {
  readonly id: string;
  readonly priority: number;
}

const [least, most] = [-1000, 1000];
/** Room that is left between two channels, so that the next one fits in without moving others. */
const step = 10;

/**
 * The priorities by which a channel stands at another place of the list; others keep theirs where they can, and share a
 * rank where they did. Undefined: those that are declared leave no room there. `to` counts places without the channel.
 */
export function prioritiesFor(
  list: readonly Ranked[],
  id: string,
  to: number,
): readonly NewPriority[] | undefined {
  const moved = list.find((one) => one.id === id);
  if (moved === undefined || !moved.isFree) return undefined;
  const others = list.filter((one) => one.id !== id);
  const above = others.slice(0, to);
  const below = others.slice(to);
  const own = between(above.at(-1)?.priority, below[0]?.priority);
  const ways =
    own === undefined
      ? [lifted(above, below, moved), lowered(above, below, moved)]
      : [[...above, { ...moved, priority: own }, ...below]];
  const found = ways.find((way) => way !== undefined);
  if (found === undefined) return undefined;
  const before = new Map(list.map((one) => [one.id, one.priority]));
  return found
    .filter((one) => before.get(one.id) !== one.priority)
    .map(({ id: changed, priority }) => ({ id: changed, priority }));
}

/** A priority strictly between two others; undefined: there is none. */
function between(above: number | undefined, below: number | undefined): number | undefined {
  if (above === undefined && below === undefined) return 0;
  if (above === undefined) return below === most ? undefined : Math.min(most, (below ?? 0) + step);
  if (below === undefined) return above === least ? undefined : Math.max(least, above - step);
  const middle = Math.floor((above + below) / 2);
  return middle > below && middle < above ? middle : undefined;
}

/** The order with as many of those above lifted as need be. */
function lifted(
  above: readonly Ranked[],
  below: readonly Ranked[],
  moved: Ranked,
): readonly Ranked[] | undefined {
  const mirror = (one: Ranked): Ranked => ({ ...one, priority: -one.priority });
  const turned = lowered(
    below.toReversed().map(mirror),
    above.toReversed().map(mirror),
    mirror(moved),
  );
  return turned?.toReversed().map(mirror);
}

/** The order with as many of those below lowered as need be. */
function lowered(
  above: readonly Ranked[],
  below: readonly Ranked[],
  moved: Ranked,
): readonly Ranked[] | undefined {
  const first = above.at(-1)?.priority;
  const own = first === undefined ? most : first - 1;
  if (own < least) return undefined;
  const placed: Ranked[] = [];
  // Ranks of before, which stay together.
  let rank: { readonly from: number; readonly to: number } | undefined;
  let free = own - 1;
  for (const one of below) {
    const wanted = one.priority === rank?.from ? rank.to : Math.min(one.priority, free);
    if (wanted < least || (wanted !== one.priority && !one.isFree)) return undefined;
    placed.push({ ...one, priority: wanted });
    rank = { from: one.priority, to: wanted };
    free = wanted - 1;
  }
  return [...above, { ...moved, priority: own }, ...placed];
}
