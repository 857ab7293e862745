import type { Mutant } from "./operators.ts";

/** Numbers from 0 (inclusive) to 1 (exclusive) that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((value) => ({ value, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

/** So many mutants of a room: files take turns, and within a file its kinds of change do, so that neither a long file nor a common kind has them all. */
export function choose(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = randomFrom(seed);
  const files = Map.groupBy(mutants, ({ path }) => path);
  const queues = shuffled([...files.values()], random).map((ofFile) => inTurn(ofFile, random));
  return takeTurns(queues).slice(0, count);
}

function inTurn(mutants: readonly Mutant[], random: () => number): Mutant[] {
  const kinds = Map.groupBy(mutants, ({ operator }) => operator);
  const queues = shuffled([...kinds.values()], random).map((ofKind) => shuffled(ofKind, random));
  return takeTurns(queues);
}

function takeTurns<T>(queues: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    queues.flatMap((queue) => queue.slice(turn, turn + 1)),
  ).flat();
}
