/**
 * Things that come and go by the thousand a second, each found by the number of its place. A Map or a Set would
 * do, but for what the collector makes of them: a table that they have outgrown still holds what was in it and points
 * to the next table, and so on, so that once one such table has grown old, nothing that ever was in a later one
 * is young garbage any more. A listener taken off an EventTarget points to the next one alike
 * (docs/decisions/0015-no-chains-of-garbage.md has what was measured).
 */
export class Slots<T extends object> {
  readonly #items: (T | undefined)[] = [];
  readonly #free: number[] = [];

  /** The number of things in it. */
  get size(): number {
    return this.#items.length - this.#free.length;
  }

  /** Puts a thing in and returns its place, which another one gets once this one is taken out. */
  add(item: T): number {
    const place = this.#free.pop() ?? this.#items.length;
    this.#items[place] = item;
    return place;
  }

  get(place: number): T | undefined {
    return this.#items[place];
  }

  /** Takes the thing out of its place; undefined where the place is empty. */
  take(place: number): T | undefined {
    const item = this.#items[place];
    if (item === undefined) return undefined;
    this.#items[place] = undefined;
    this.#free.push(place);
    return item;
  }

  /** Takes out one after the other; what `each` takes out is passed over. */
  drain(each: (item: T) => void): void {
    for (let place = 0; place < this.#items.length; place += 1) {
      const item = this.take(place);
      if (item !== undefined) each(item);
    }
  }
}
