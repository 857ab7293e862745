import { expect, test } from "vitest";
import { attempt, type OpenEmpty, request } from "./samples.ts";

const first = { version: "1".repeat(16), words: `{"per_image_usd":0.04}` };
const second = { version: "2".repeat(16), words: `{"per_image_usd":"0.0000000000000000000001"}` };

/** What versions of prices must do in every database. */
export function priceSuite(open: OpenEmpty): void {
  test("a request has its price versions, and their words are kept", async () => {
    const store = await open();
    const prices = [first.version, second.version];
    const newPrices = [first, second];
    await store.requests.begin(request("r1", { prices, newPrices }), [attempt("r1")]);
    expect((await store.requests.get("r1"))?.prices).toEqual(prices);
    expect(await store.prices.get(first.version)).toEqual(first);
    expect(await store.prices.get(second.version)).toEqual(second);
    expect(await store.prices.get("3")).toBeUndefined();
    await store.requests.begin(request("r2"), [attempt("r2")]);
    expect((await store.requests.get("r2"))?.prices).toEqual([]);
  });

  test("words that several bring at once are written once, and those of a refused request not", async () => {
    const store = await open();
    await Promise.all(
      Array.from({ length: 50 }, (_, at) => {
        const prices = [first.version];
        const own = request(`r${at}`, { prices, newPrices: [first, second] });
        return store.requests.begin(own, [attempt(`r${at}`)]);
      }),
    );
    expect(await store.prices.get(first.version)).toEqual(first);
    const third = { ...first, version: "3".repeat(16) };
    const key = { idempotencyKey: "order", newPrices: [], prices: [] };
    await store.requests.begin(request("k1", key), [attempt("k1")], 0);
    const refused = request("k2", { ...key, newPrices: [third], prices: [third.version] });
    expect(await store.requests.begin(refused, [attempt("k2")], 0)).toEqual({ holder: "k1" });
    expect(await store.prices.get(third.version)).toBeUndefined();
  });
}
