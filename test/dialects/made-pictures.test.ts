import { describe, expect, test } from "vitest";
import type { Picture } from "../../src/core/picture.ts";
import { type MadePictures, madePictures } from "../../src/dialects/made-pictures.ts";
import { errorOf, eventsOf, failed, fakePicture, fakeTools } from "./fake-tools.ts";

const answer = (json: unknown, picture?: Picture) => ({ status: 200, headers: {}, json, picture });
const made: MadePictures = {
  at: ["data.*.b64", "data.*.url"],
  refuse: (item) =>
    (item as { blocked?: boolean }).blocked === true ? { code: "moderation_blocked" } : undefined,
  facts: (item) => ({ seed: (item as { seed?: number }).seed }),
};
const read = (json: unknown, changed: Partial<MadePictures> = {}, tools = fakeTools([])) =>
  madePictures(tools.http, answer(json), { ...made, ...changed });

describe("the pictures of an answer", () => {
  test("base64 and links, in order, with their facts", async () => {
    const events = await eventsOf(
      read({ data: [{ b64: fakePicture(1), seed: 5 }, { url: "https://a.example/2" }] }),
    );
    expect(events).toMatchObject([{ index: 0, seed: 5 }, { index: 1 }]);
  });

  test("the body itself", async () => {
    const whole = answer(undefined, fakePicture(3));
    expect(await eventsOf(madePictures(fakeTools([]).http, whole, made))).toMatchObject([
      { index: 0, picture: { bytes: { byteLength: 3 } } },
    ]);
  });

  test("a placeholder is never delivered or fetched, and the others are", async () => {
    const tools = fakeTools([]);
    const pictures = read(
      { data: [{ url: "https://a.example/1", blocked: true }, { b64: fakePicture(2) }] },
      {},
      tools,
    );
    const first = await pictures.next();
    expect(first.value).toMatchObject({ index: 0, picture: { bytes: { byteLength: 2 } } });
    expect((await errorOf(pictures.next())).code).toBe("moderation_blocked");
    expect(tools.downloads).toEqual([]);
    const all = read({ data: [{ url: "https://a.example/1", blocked: true }] });
    expect((await errorOf(all.next())).code).toBe("moderation_blocked");
  });

  test("none at all is an error, of the upstream's own kind where it says so", async () => {
    for (const json of [undefined, {}, { data: [] }, { data: [{}] }, { data: [{ url: null }] }])
      expect((await errorOf(read(json).next())).code).toBe("upstream_bad_answer");
    const none = () => ({ code: "moderation_blocked" as const });
    expect((await errorOf(read({ data: [] }, { none }).next())).code).toBe("moderation_blocked");
  });

  test("a link that cannot be fetched fails after the others were delivered", async () => {
    const tools = fakeTools([], (url) => {
      if (url.endsWith("1")) throw failed("upstream_bad_answer");
      return fakePicture(2);
    });
    const json = { data: [{ url: "https://a.example/1" }, { url: "https://a.example/2" }] };
    const pictures = read(json, {}, tools);
    expect((await pictures.next()).value).toMatchObject({ index: 0 });
    expect((await errorOf(pictures.next())).code).toBe("upstream_bad_answer");
  });
});
