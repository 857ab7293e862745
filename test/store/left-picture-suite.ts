import { expect, test } from "vitest";
import type { SavedFate } from "../../src/store/gallery-records.ts";
import type { Store } from "../../src/store/store.ts";
import { saved } from "./gallery-suite.ts";
import { person, stamp } from "./identity-suite.ts";
import type { OpenEmpty } from "./samples.ts";

const remove = (store: Store, id: string, fate: SavedFate) =>
  store.people.remove(id, 1, fate, stamp());
const ownerOf = (personId: string) => ({ personId, keyId: `console:${personId}` });

/** A store with two people, of whom the first has saved two pictures and the second one, of 1,000 bytes each. */
async function withPeople(open: OpenEmpty): Promise<Store> {
  const store = await open();
  for (const id of ["ada", "bob"]) await store.people.add(person(id), undefined, stamp());
  for (const [id, personId] of [
    ["r1", "ada"],
    ["r2", "ada"],
    ["r3", "bob"],
  ] as const)
    expect(await store.gallery.save(saved(id, { personId }), 1e9)).toBe("saved");
  return store;
}

/** The fate of pictures whose person was removed, in every database. */
export function leftPictureSuite(open: OpenEmpty): void {
  test("what a removed person had saved has an end, and is forgotten when somebody has deleted its bytes", async () => {
    const store = await withPeople(open);
    const { gallery } = store;
    expect(await remove(store, "ada", { become: "expire", endsAt: 5000 })).toBe(2);
    expect(await gallery.left(4999, 10)).toEqual([]);
    const left = await gallery.left(5000, 10);
    expect(left).toEqual([
      { requestId: "r1", index: 0, blobId: "blob-r1", endsAt: 5000 },
      { requestId: "r2", index: 0, blobId: "blob-r2", endsAt: 5000 },
    ]);
    expect(await gallery.left(5000, 1)).toHaveLength(1);
    // Until then whoever looks for strays in a bucket is told of them under the end that their ids have.
    expect(await store.requests.keptIds(0, 9_000_000_000_000)).toHaveLength(3);
    await gallery.forgetLeft(left);
    expect([await gallery.left(9e12, 10), await gallery.sums("ada")]).toEqual([
      [],
      { count: 0, bytes: 0 },
    ]);
    expect(await gallery.sums("bob")).toEqual({ count: 1, bytes: 1000 });
    const [entry] = await store.audit.list({ resource: "person", resourceId: "ada", limit: 1 });
    expect(JSON.parse(entry?.after ?? "")).toEqual({
      saved_pictures: { pictures: 2, become: "expire", until: "1970-01-01T00:00:05.000Z" },
    });
  });

  test("what is handed over is the other person's as if they had saved it, within what they may have", async () => {
    const store = await withPeople(open);
    const { gallery } = store;
    const give = (to: string, bytesMax: number): SavedFate => ({
      become: "hand_over",
      to,
      bytesMax,
    });
    expect(await remove(store, "ada", give("nobody", 1e9))).toBe("heir_absent");
    expect(await remove(store, "ada", give("bob", 2999))).toBe("heir_full");
    // Nothing was done so far.
    expect(await gallery.sums("ada")).toEqual({ count: 2, bytes: 2000 });
    expect(await store.people.get("ada")).toMatchObject({ version: 1 });
    expect(await remove(store, "ada", give("bob", 3000))).toBe(2);
    expect(await gallery.sums("bob")).toEqual({ count: 3, bytes: 3000 });
    const shown = await gallery.saved(ownerOf("bob"), {}, 10);
    expect(shown.map(({ requestId }) => requestId)).toEqual(["r3", "r2", "r1"]);
    expect(await gallery.left(9e12, 10)).toEqual([]);
    expect(await gallery.save(saved("r4", { personId: "bob" }), 3999)).toBe("full");
    // Who has saved nothing can be removed whatever the other one has.
    await store.people.add(person("eve"), undefined, stamp());
    expect(await remove(store, "eve", give("bob", 0))).toBe(0);
  });

  test("pictures of people who are not there get an end, once, and those of others none", async () => {
    const store = await withPeople(open);
    const { gallery } = store;
    await gallery.save(saved("r9", { personId: "gone before" }), 1e9);
    await gallery.endLeft(7000);
    await gallery.endLeft(8000);
    expect(await gallery.left(9e12, 10)).toMatchObject([{ requestId: "r9", endsAt: 7000 }]);
  });
}
