import { join } from "node:path";
import { expect, test } from "vitest";
import { keyDigest } from "../../src/core/keys.ts";
import type { KeyRecord, StoredKey } from "../../src/core/key.ts";
import { createKeyRing } from "../../src/gateway/keys/key-ring.ts";
import { openStore } from "../../src/store/open.ts";
import { startTestGateway, testKey } from "../support/gateway.ts";
import { keyEntry, sampleKey } from "../store/samples.ts";
import { worldOf } from "./keys-world.ts";

const count = 10_000;

const sample = (at: number): StoredKey => ({
  ...sampleKey,
  id: `key_${String(at).padStart(5, "0")}`,
  digest: `digest ${at}`,
  budgets: [],
  userId: null,
  teamId: at % 1000 === 0 ? "art" : null,
});

test("ten thousand keys come in pages, each once and in order, the file's among them", async () => {
  const keys = [{ name: "dev", key: testKey, team: "art" }];
  const gateway = await startTestGateway({ keys, teams: [{ id: "art" }] });
  try {
    const store = await openStore({
      url: `sqlite:${join(gateway.folder, "data/pinhole.db")}`,
      now: Date.now,
    });
    await Promise.all(
      Array.from({ length: count }, (_, at) => store.keys.add(sample(at), keyEntry())),
    );
    await store.close();
    const { admin, make, open } = worldOf(gateway);
    const made = await make({ id: "zebra" });
    const seen: string[] = [];
    for (;;) {
      const after = encodeURIComponent(seen.at(-1) ?? "");
      const { data = [] } = (await admin("GET", `/keys?limit=100&after=${after}`)).body;
      seen.push(...data.map(({ id }) => id));
      if (data.length < 100) break;
    }
    expect(seen).toHaveLength(count + 2);
    expect(seen).toEqual(seen.toSorted());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain("file:dev");
    const { data } = (await admin("GET", "/keys?team=art&limit=100")).body;
    expect(data).toHaveLength(11);
    expect(await open(made.key)).toBe(200);
    for (const query of ["limit=0", "limit=101", "limit=x", "page=2"])
      expect([query, (await admin("GET", `/keys?${query}`)).status]).toEqual([query, 400]);
  } finally {
    await gateway.close();
  }
});

test("one of ten thousand keys is found without looking at another", () => {
  const pepper = Buffer.alloc(32, 1);
  const ring = createKeyRing(pepper, () => 0);
  const touched = new Set<string>();
  const keys = Array.from({ length: count }, (_, at): KeyRecord => {
    const id = `key_${at}`;
    const key = { ...sampleKey, id, digest: keyDigest(pepper, `the-secret-of-key-${at}`) };
    return new Proxy<KeyRecord>(key, {
      get(target, name) {
        touched.add(id);
        return Reflect.get(target, name) as unknown;
      },
    });
  });
  ring.replace(keys);
  expect(touched.size).toBe(count);
  touched.clear();
  const caller = { ip: "10.0.0.1" };
  expect(ring.authenticate("Bearer the-secret-of-key-7777", caller)).toBe(keys[7777]);
  expect(() => ring.authenticate("Bearer the-secret-of-key-77777", caller)).toThrow("not valid");
  expect([...touched]).toEqual(["key_7777"]);
});
