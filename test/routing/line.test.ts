import { afterEach, expect, test, vi } from "vitest";
import type { Lease } from "../../src/gateway/channels/lease.ts";
import { createChannelQueue } from "../../src/gateway/channels/queue.ts";
import { createPlaceTeller } from "../../src/http/console/place-teller.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A queue of a channel that begins one call whenever `free` is called. */
function openLine() {
  const room = { free: 0 };
  const expired: (() => void)[] = [];
  const queue = createChannelQueue({
    now: () => 0,
    timer: (_ms, work) => {
      expired.push(work);
      return () => expired.splice(expired.indexOf(work), 1);
    },
    // The queue only hands it on.
    begin: () => (room.free-- > 0 ? ({} as Lease) : undefined),
    roomAt: () => Infinity,
  });
  const join = (at?: number) => {
    const places: number[] = [];
    const stop = new AbortController();
    const waiting = { until: 1, signal: stop.signal, moved: (place: number) => places.push(place) };
    const wanted = { model: "m", images: 1, triedCredentials: new Set<number>() };
    return { places, stop, lease: queue.join(wanted, waiting, at) };
  };
  const free = (calls: number): void => {
    room.free = calls;
    queue.serve(false);
  };
  return { queue, join, free, expired };
}

test("those in line hear their places, and move up when one before them begins, is stopped or gives up", async () => {
  const { join, free, expired } = openLine();
  const [a, b, c, d, e] = [join(), join(), join(), join(), join()];
  expect([a, b, c].map(({ places }) => places)).toEqual([[1], [2], [3]]);
  free(1);
  await expect(a.lease).resolves.toBeDefined();
  expect([a, b, c].map(({ places }) => places)).toEqual([[1], [2, 1], [3, 2]]);
  c.stop.abort();
  await expect(c.lease).resolves.toBeUndefined();
  expect([b, c, d, e].map(({ places }) => places)).toEqual([
    [2, 1],
    [3, 2],
    [4, 3, 2],
    [5, 4, 3],
  ]);
  // Its time is over.
  expired[0]?.();
  await expect(b.lease).resolves.toBeUndefined();
  expect([d, e].map(({ places }) => places.at(-1))).toEqual([1, 2]);
  free(0);
  expect(e.places).toEqual([5, 4, 3, 2]);
});

test("several that begin at once move the others up in one step; one that had begun in vain has its place again", () => {
  const { queue, join, free } = openLine();
  const place = queue.place();
  const [, , c] = [join(), join(), join()];
  free(2);
  expect(c.places).toEqual([3, 1]);
  expect(join(place).places).toEqual([1]);
  expect(c.places).toEqual([3, 1, 2]);
});

test("one that is stopped before it joins, or when all are sent away, hears nothing more", async () => {
  const { queue, join } = openLine();
  const a = join();
  const gone = AbortSignal.abort();
  const told = vi.fn<(place: number) => void>();
  const wanted = { model: "m", images: 1, triedCredentials: new Set<number>() };
  await expect(
    queue.join(wanted, { until: 1, signal: gone, moved: told }),
  ).resolves.toBeUndefined();
  expect(told).not.toHaveBeenCalled();
  const b = join();
  queue.serve(true);
  await expect(b.lease).resolves.toBeUndefined();
  expect([a.places, b.places]).toEqual([[1], [2]]);
});

test("a page hears the first place at once, then the latest of each second, and nothing once it is over", () => {
  vi.useFakeTimers();
  const told: number[] = [];
  const teller = createPlaceTeller((place) => told.push(place));
  teller.moved(9);
  teller.moved(8);
  teller.moved(7);
  expect(told).toEqual([9]);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([9, 7]);
  vi.advanceTimersByTime(5_000);
  teller.moved(7);
  teller.moved(6);
  expect(told).toEqual([9, 7, 6]);
  teller.moved(5);
  teller.moved(6);
  vi.advanceTimersByTime(5_000);
  teller.moved(5);
  teller.moved(4);
  teller.over();
  teller.moved(3);
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([9, 7, 6, 5]);
});

test("a page hears the places of the line after a failover too, and none while an attempt runs", () => {
  vi.useFakeTimers();
  const told: number[] = [];
  const teller = createPlaceTeller((place) => told.push(place));
  teller.moved(2);
  teller.moved(1);
  const first = teller.began();
  const second = teller.began();
  vi.advanceTimersByTime(5_000);
  teller.moved(3);
  first();
  teller.moved(2);
  expect(told).toEqual([2]);
  second();
  // The same place, but of another line.
  teller.moved(2);
  expect(told).toEqual([2, 2]);
});
