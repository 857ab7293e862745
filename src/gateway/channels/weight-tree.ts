/**
 * Weights in a complete binary tree of sums: changing one and drawing one cost the tree's height, so
 * ten thousand channels are chosen from as fast as ten. Sums are built from their two halves anew, never
 * by adding differences, so that rounding cannot pile up and a tree of zeros sums to exactly zero.
 */
export interface WeightTree {
  /** The sum of all weights. */
  total(): number;
  /** 0 takes the leaf out of the draw. */
  set(leaf: number, weight: number): void;
  get(leaf: number): number;
  /** The leaf that `point` falls on, from 0 (inclusive) to the total (exclusive); undefined where all are 0. */
  find(point: number): number | undefined;
}

export function createWeightTree(leaves: number): WeightTree {
  let width = 1;
  while (width < leaves) width *= 2;
  const sums = new Float64Array(width * 2);
  const at = (index: number): number => sums[index] ?? 0;
  return {
    total: () => at(1),
    get: (leaf) => at(width + leaf),
    set(leaf, weight) {
      let index = width + leaf;
      sums[index] = weight;
      while (index > 1) {
        index >>= 1;
        sums[index] = at(index * 2) + at(index * 2 + 1);
      }
    },
    find(point) {
      if (at(1) <= 0) return undefined;
      let rest = point;
      let index = 1;
      while (index < width) {
        const left = at(index * 2);
        // An empty half is never entered, whatever rounding says about the point.
        const goLeft = at(index * 2 + 1) <= 0 || (left > 0 && rest < left);
        if (!goLeft) rest -= left;
        index = goLeft ? index * 2 : index * 2 + 1;
      }
      return index - width;
    },
  };
}
