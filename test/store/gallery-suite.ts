import { expect, test } from "vitest";
import type { NewSavedPicture } from "../../src/store/gallery-records.ts";
import { attempt, type OpenEmpty, outcome, request, samplePicture } from "./samples.ts";

const owner = { personId: "person_1", keyId: "console:person_1" };

/** A picture that `person_1` has saved. */
export function saved(requestId: string, change: Partial<NewSavedPicture> = {}): NewSavedPicture {
  return {
    requestId,
    index: 0,
    personId: "person_1",
    blobId: `blob-${requestId}`,
    format: "png",
    width: 1024,
    height: 768,
    byteLength: 1000,
    model: "painter",
    fields: `{"prompt":"A Fox"}`,
    seed: "7",
    createdAt: 1000,
    savedAt: 2000,
    until: 9_000_000_000_000,
    words: "a fox",
    ...change,
  };
}

/** What pictures that rest with the gateway must do in every database. */
export function gallerySuite(open: OpenEmpty): void {
  expiringSuite(open);
  test("saved pictures are one person's, newest first, page by page, found by words, model and time", async () => {
    const { gallery } = await open();
    for (let at = 0; at < 5; at += 1)
      await gallery.save(saved(`r${at}`, { createdAt: 1000 + Math.floor(at / 2) }), 1e9);
    await gallery.save(saved("r9", { personId: "person_2" }), 1e9);
    await gallery.save(
      saved("x", { words: "50% of a \\ fox_", model: "other", createdAt: 9 }),
      1e9,
    );
    const ids = async (filter: Parameters<typeof gallery.saved>[1], limit = 10) =>
      (await gallery.saved(owner, filter, limit)).map(({ requestId }) => requestId);
    expect(await ids({})).toEqual(["r4", "r3", "r2", "r1", "r0", "x"]);
    const after = { createdAt: 1001, requestId: "r3", index: 0 };
    expect(await ids({ after }, 2)).toEqual(["r2", "r1"]);
    expect(await ids({ words: "50% of a \\ fox_" })).toEqual(["x"]);
    expect(await ids({ words: "5_% of" })).toEqual([]);
    expect(await ids({ model: "other" })).toEqual(["x"]);
    expect(await ids({ from: 1001, to: 1002 })).toEqual(["r3", "r2"]);
    const fields = `{"prompt":"A Fox","made_from":["r1_x.0"]}`;
    await gallery.save(saved("child", { fields, createdAt: 3000 }), 1e9);
    expect(await ids({ madeFrom: "r1_x.0" })).toEqual(["child"]);
    // An underscore stands for itself.
    expect(await ids({ madeFrom: "r1yx.0" })).toEqual([]);
  });

  test("a person's saved pictures never take more than they may, however many are saved at once", async () => {
    const { gallery } = await open();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, at) => gallery.save(saved(`r${at}`), 3500)),
    );
    expect(outcomes.filter((one) => one === "saved").length).toBe(3);
    expect(await gallery.sums("person_1")).toEqual({ count: 3, bytes: 3000 });
    expect(await gallery.sums("person_2")).toEqual({ count: 0, bytes: 0 });
  });

  test("a picture that expires is there until its URL ends, is not told twice once it is saved, and can be taken out of its record", async () => {
    const store = await open();
    const { gallery } = store;
    const made = request("r1", { keyId: owner.keyId });
    await store.requests.begin(made, [attempt("r1")]);
    const picture = { ...samplePicture, index: 0, blobId: "b1", urlUntil: 5000, keptUntil: 6000 };
    await store.requests.finish(outcome("r1", { pictures: [picture] }));
    const ids = async (now: number) =>
      (await gallery.expiring(owner, {}, 10, now)).map(({ blobId }) => blobId);
    expect([await ids(4999), await ids(5000)]).toEqual([["b1"], []]);
    const other = { personId: "person_2", keyId: "console:person_2" };
    expect(await gallery.expiring(other, {}, 10, 0)).toEqual([]);
    await gallery.save(saved("r1"), 1e9);
    expect(await ids(0)).toEqual([]);
    const both = await gallery.find(owner, "r1", 0, 0);
    expect([both.saved?.blobId, both.expiring?.blobId]).toEqual(["blob-r1", "b1"]);
    expect(await gallery.find(other, "r1", 0, 0)).toEqual({});
    expect(await gallery.remove("person_2", "r1", 0)).toBeUndefined();
    expect(await gallery.remove("person_1", "r1", 0)).toBe("blob-r1");
    await gallery.forget(other, "r1", 0);
    expect(await ids(0)).toEqual(["b1"]);
    await gallery.forget(owner, "r1", 0);
    expect(await ids(0)).toEqual([]);
  });

  test("what is saved outlives its record and is known to whoever looks for strays", async () => {
    const store = await open();
    await store.gallery.save(saved("r1", { blobId: "kept" }), 1e9);
    expect(await store.requests.keptIds(0, 9_000_000_000_000)).toEqual(["kept"]);
    await store.requests.forget(1_000_000);
    expect((await store.gallery.find(owner, "r1", 0, 0)).saved?.blobId).toBe("kept");
  });
}

function expiringSuite(open: OpenEmpty): void {
  test("pictures that expire are the person's whichever key made them, in one order, page by page, and nobody else's", async () => {
    const store = await open();
    const { gallery } = store;
    for (let at = 0; at < 6; at += 1) {
      const id = `r${at}`;
      const { keyId, personId } = owner;
      const by = at % 2 === 0 ? { keyId } : { keyId: "key_1", personId };
      await store.requests.begin(request(id, { ...by, createdAt: 1000 + at }), [attempt(id)]);
      const picture = { ...samplePicture, index: 0, blobId: id, urlUntil: 5000, keptUntil: 6000 };
      await store.requests.finish(outcome(id, { pictures: [picture] }));
    }
    const ids = async (after?: Awaited<ReturnType<typeof gallery.expiring>>[number], who = owner) =>
      gallery.expiring(who, { after }, 4, 0);
    const first = await ids();
    expect(first.map(({ blobId }) => blobId)).toEqual(["r5", "r4", "r3", "r2"]);
    expect((await ids(first.at(-1))).map(({ blobId }) => blobId)).toEqual(["r1", "r0"]);
    const other = { personId: "person_2", keyId: "console:person_2" };
    expect(await ids(undefined, other)).toEqual([]);
    expect(await gallery.find(other, "r1", 0, 0)).toEqual({});
    expect((await gallery.find(owner, "r1", 0, 0)).expiring?.blobId).toBe("r1");
    await gallery.forget(other, "r1", 0);
    await gallery.forget(owner, "r3", 0);
    expect((await ids(first[1])).map(({ blobId }) => blobId)).toEqual(["r2", "r1", "r0"]);
  });
}

/** What the colours of pictures must do in every database. */
export function colourSuite(open: OpenEmpty): void {
  test("a picture's colour comes later, goes along when it is saved, and goes with what was forgotten", async () => {
    const store = await open();
    const { gallery } = store;
    await store.requests.begin(request("r1", { keyId: owner.keyId }), [attempt("r1")]);
    const pictures = [{ ...samplePicture, urlUntil: 9_000_000_000_000 }];
    await store.requests.finish(outcome("r1", { pictures }));
    const colours = async () => {
      const { saved: copy, expiring } = await gallery.find(owner, "r1", 0, 5);
      const record = await store.requests.get("r1");
      return [record?.pictures[0]?.colour, expiring?.colour, copy?.colour];
    };
    expect(await colours()).toEqual([undefined, undefined, undefined]);
    await gallery.colour("r1", 0, "#aa5500");
    expect(await colours()).toEqual(["#aa5500", "#aa5500", undefined]);
    await gallery.save(saved("r1", { colour: "#aa5500" }), 1e9);
    expect(await colours()).toEqual(["#aa5500", "#aa5500", "#aa5500"]);
    await gallery.colour("r1", 0, "#00aa55");
    expect((await gallery.saved(owner, {}, 1))[0]?.colour).toBe("#00aa55");
    await store.requests.markDeleted("r1", 7);
    // One that is found too late is written down nowhere but with the copy that the person keeps.
    await gallery.colour("r1", 0, "#ffffff");
    expect(await colours()).toEqual([undefined, undefined, "#ffffff"]);
  });
}
