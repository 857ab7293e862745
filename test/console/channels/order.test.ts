import fc from "fast-check";
import { expect, test } from "vitest";
import { type Ranked, prioritiesFor } from "../../../web/channels/order.ts";

/** A list by `id priority`, in their order; a `!` before it: it is declared. */
function listOf(text: string): Ranked[] {
  return text.split(", ").map((word) => {
    const [id = "", priority = ""] = word.replace("!", "").split(" ");
    return { id, priority: Number(priority), isFree: !word.startsWith("!") };
  });
}

test.each([
  // One that fits between two others moves alone.
  ["a 40, b 20, c 0", "c", 1, "c 30"],
  ["a 40, b 20, c 0", "c", 0, "c 50"],
  ["a 40, b 20, c 0", "a", 2, "a -10"],
  // Where all share a turn, those above are lifted.
  ["a 0, b 0, c 0", "c", 0, "c 10"],
  ["a 0, b 0, c 0", "c", 1, "a 2, c 1"],
  // What is declared stays, and those below give way.
  ["!a 0, b 0, c 0", "c", 1, "c -1, b -2"],
  ["a 2, !b 1, c 0", "c", 1, "a 3, c 2"],
  ["!a 1, !b 0, c -5", "c", 1, undefined],
  // Those that shared a turn go on doing so.
  ["!a 5, b 5, c 5, d 0", "d", 1, "d 4, b 3, c 3"],
  ["!a 5, b 5", "a", 1, undefined],
  // At the ends of the scale there is no further.
  ["a 1000, b 0", "b", 0, "b 1000, a 999"],
  ["a 0, b -1000", "a", 1, "b -999, a -1000"],
])("%s: %s goes to %s by %s", (list, id, to, expected) => {
  const found = prioritiesFor(listOf(list), id, to);
  const wanted = expected === undefined ? undefined : listOf(expected);
  const sorted = (all: readonly { id: string; priority: number }[] | undefined) =>
    all?.map((one) => `${one.id} ${one.priority}`).toSorted();
  expect(sorted(found)).toEqual(sorted(wanted));
});

test("whatever the list, the channel stands where it was put, alone, and declared ones keep their priority", () => {
  const one = fc.record({
    priority: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-1000, 1000)),
    isFree: fc.boolean(),
  });
  const moves = fc.tuple(fc.array(one, { minLength: 2, maxLength: 8 }), fc.nat(), fc.nat());
  fc.assert(
    fc.property(moves, ([some, which, where]) => {
      const list = some
        .toSorted((a, b) => b.priority - a.priority)
        .map((rest, at) => ({ ...rest, id: `c${at}` }));
      const id = `c${which % list.length}`;
      const to = where % list.length;
      const changed = prioritiesFor(list, id, to);
      if (changed === undefined) return;
      const now = new Map(changed.map(({ id: moved, priority }) => [moved, priority]));
      const after = list.map((old) => ({ ...old, priority: now.get(old.id) ?? old.priority }));
      const others = after.filter((old) => old.id !== id);
      const own = after.find((old) => old.id === id)?.priority ?? 0;
      for (const [at, other] of others.entries())
        expect(other.priority > own, `${other.id} is above`).toBe(at < to);
      for (const old of list) if (!old.isFree) expect(now.has(old.id)).toBe(false);
      expect(others.map(({ priority }) => priority)).toEqual(
        others.map(({ priority }) => priority).toSorted((a, b) => b - a),
      );
    }),
  );
});
