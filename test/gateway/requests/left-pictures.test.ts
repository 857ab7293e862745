import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { leftPictures } from "../../../src/gateway/requests/left-pictures.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { saved } from "../../store/gallery-suite.ts";
import { temporaryFolder } from "../../store/samples.ts";

const ttlMs = 3_600_000;
const dayMs = 24 * 3_600_000;
const stores: Store[] = [];
afterAll(() => Promise.all(stores.map((store) => store.close())));

interface World {
  at: number;
  isFirst: boolean;
  /** Pictures that this node can open. */
  readonly here: Set<string>;
  readonly removed: string[];
}

/** A node, the pictures of which are at `here`. */
async function node({ isShared = false } = {}) {
  const world: World = { at: 0, isFirst: true, here: new Set(), removed: [] };
  const now = (): number => world.at;
  const store = await openStore({ url: `sqlite:${join(temporaryFolder(), "p.db")}`, now });
  stores.push(store);
  const remove = (id: string): Promise<void> => {
    if (world.here.delete(id)) world.removed.push(id);
    return Promise.resolve();
  };
  const blobs = {
    isShared,
    remove,
    open: (id: string) => Promise.resolve(world.here.has(id) ? {} : undefined),
  };
  const parts = {
    store,
    blobs,
    kept: { remove },
    now,
    nodes: { isFirst: () => world.isFirst },
    images: { ttlMs },
  };
  return { world, store, left: leftPictures(parts as never, 1e9) };
}

test("a picture that somebody left who is not there ends after the life of a URL, and not before", async () => {
  const { world, store, left } = await node();
  for (let at = 0; at < 1200; at += 1) world.here.add(`blob-r${at}`);
  for (let at = 0; at < 1200; at += 1)
    await store.gallery.save(saved(`r${at}`, { personId: "gone" }), 1e9);
  await left.sweepLeft();
  world.at = ttlMs - 1;
  await left.sweepLeft();
  expect(world.removed).toEqual([]);
  world.at = ttlMs;
  await left.sweepLeft();
  expect([world.removed.length, world.here.size]).toEqual([1200, 0]);
  expect(await store.gallery.sums("gone")).toEqual({ count: 0, bytes: 0 });
});

test("a picture on another node's disk waits for that node, a day at most; a shared store is the first node's to sweep", async () => {
  const { world, store, left } = await node();
  await store.gallery.save(saved("far", { personId: "gone" }), 1e9);
  await store.gallery.save(saved("near", { personId: "gone" }), 1e9);
  world.here.add("blob-near");
  await store.gallery.endLeft(1000);
  world.isFirst = false;
  world.at = 1000;
  await left.sweepLeft();
  expect(world.removed).toEqual(["blob-near"]);
  expect(await store.gallery.left(world.at, 10)).toMatchObject([{ requestId: "far" }]);
  world.at = 1001 + dayMs;
  await left.sweepLeft();
  expect(await store.gallery.left(world.at, 10)).toEqual([]);

  const shared = await node({ isShared: true });
  await shared.store.gallery.save(saved("r1", { personId: "gone" }), 1e9);
  shared.world.here.add("blob-r1");
  await shared.store.gallery.endLeft(1);
  [shared.world.at, shared.world.isFirst] = [1, false];
  await shared.left.sweepLeft();
  expect(shared.world.removed).toEqual([]);
  shared.world.isFirst = true;
  await shared.left.sweepLeft();
  expect(shared.world.removed).toEqual(["blob-r1"]);
});
