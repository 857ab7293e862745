/** Items to be looked at again, by time: a binary heap, so that ten thousand cooling channels cost no scan. */
export interface WakeQueue<T> {
  add(at: number, item: T): void;
  /** Takes out an item whose time has come; undefined: none. */
  due(now: number): T | undefined;
}

interface Wake<T> {
  readonly at: number;
  readonly item: T;
}

export function createWakeQueue<T>(): WakeQueue<T> {
  const heap: Wake<T>[] = [];
  const isEarlier = (a: number, b: number): boolean => {
    const [first, second] = [heap[a], heap[b]];
    return first !== undefined && (second === undefined || first.at < second.at);
  };
  const swap = (a: number, b: number): void => {
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  };
  return {
    add(at, item) {
      let index = heap.push({ at, item }) - 1;
      while (index > 0) {
        const parent = (index - 1) >> 1;
        if (!isEarlier(index, parent)) return;
        swap(index, parent);
        index = parent;
      }
    },
    due(now) {
      const first = heap[0];
      if (first === undefined || first.at > now) return undefined;
      swap(0, heap.length - 1);
      heap.pop();
      for (let index = 0; ;) {
        const [left, right] = [index * 2 + 1, index * 2 + 2];
        const least = isEarlier(right, left) ? right : left;
        if (!isEarlier(least, index)) break;
        swap(index, least);
        index = least;
      }
      return first.item;
    },
  };
}
