import type { Target } from "../core/channel.ts";
import type { CatalogEntry } from "./catalog.ts";

/**
 * The order in which an entry's targets are tried. Models of an alias keep the alias's order; among
 * one model's targets the highest priority comes first, weighted at random within a priority.
 * `random` gives numbers from 0 (inclusive) to 1 (exclusive).
 */
export function orderTargets(entry: CatalogEntry, random: () => number): Target[] {
  if (entry.aliasOf === undefined) return orderModel(entry.targets, random);
  return entry.aliasOf.flatMap((name) =>
    orderModel(
      entry.targets.filter((target) => target.model.name === name),
      random,
    ),
  );
}

function orderModel(targets: readonly Target[], random: () => number): Target[] {
  const priorities = [...new Set(targets.map((target) => target.channel.priority))];
  return priorities
    .toSorted((a, b) => b - a)
    .flatMap((priority) =>
      shuffleByWeight(
        targets.filter((target) => target.channel.priority === priority),
        random,
      ),
    );
}

/** Draws without replacement, each draw in proportion to the weights left. A weight of 0 comes last. */
function shuffleByWeight(targets: readonly Target[], random: () => number): Target[] {
  const left = [...targets];
  const order: Target[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, target) => sum + target.channel.weight, 0);
    let at = random() * total;
    let index = left.findIndex((target) => {
      at -= target.channel.weight;
      return at < 0;
    });
    if (index === -1) index = 0;
    order.push(...left.splice(index, 1));
  }
  return order;
}
