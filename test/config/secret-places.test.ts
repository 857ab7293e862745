import { expect, test } from "vitest";
import { secretPlaces } from "../../src/config/secret-places.ts";
import { settingsOf } from "../../src/config/walk.ts";
import { Secret } from "../../src/core/secret.ts";
import { providers } from "../../src/providers/index.ts";

/** True for a setting whose name sounds like a credential and that is none. */
const isOpen = (name: string): boolean => /_id$|^access_key$/.test(name);

test("every setting of a provider that is a credential is known as one, alone and as a list", async () => {
  const found: string[] = [];
  for (const { id, load } of providers) {
    const { default: provider } = await load();
    for (const name of Object.keys(settingsOf(provider.settings))) {
      const isKnown = secretPlaces(provider, { [name]: "x" }).length === 1;
      if (/key|token|secret|password|account/.test(name) && !isOpen(name))
        expect([id, name, isKnown]).toEqual([id, name, true]);
      if (!isKnown) continue;
      found.push(`${id}.${name}`);
      const list = secretPlaces(provider, { [`${name}s`]: ["x", "y"] });
      expect(list).toEqual([
        [`${name}s`, 0],
        [`${name}s`, 1],
      ]);
    }
  }
  expect(found.length).toBeGreaterThan(40);
});

test("what a provider reads as a secret is at one of the places", async () => {
  const missed: string[] = [];
  let checked = 0;
  for (const { id, load } of providers) {
    const { default: provider } = await load();
    const names = Object.keys(settingsOf(provider.settings));
    const given = Object.fromEntries(names.map((name) => [name, "a-value"]));
    for (const name of names) {
      const read = provider.settings.safeParse({
        base_url: "https://a.example",
        [name]: given[name],
      });
      if (!read.success) continue;
      const value = Object.entries(read.data).find(([key]) => key === name)?.[1];
      if (!(value instanceof Secret)) continue;
      checked += 1;
      if (secretPlaces(provider, { [name]: "x" }).length !== 1) missed.push(`${id}.${name}`);
    }
  }
  expect(missed).toEqual([]);
  expect(checked).toBeGreaterThan(20);
});

test("headers, nested credentials and addresses with a password are credentials", async () => {
  const load = async (id: string) => {
    const line = providers.find((one) => one.id === id);
    if (line === undefined) throw new Error(id);
    return (await line.load()).default;
  };
  const compatible = await load("openai-compatible");
  const settings = {
    base_url: "https://user:password@host.example/v1",
    api_key: "k",
    headers: { "X-One": "1", "X-Two": "2" },
    unknown: "x",
  };
  expect(secretPlaces(compatible, settings)).toEqual([
    ["base_url"],
    ["api_key"],
    ["headers", "X-One"],
    ["headers", "X-Two"],
  ]);
  expect(secretPlaces(compatible, { base_url: "https://host.example/v1?a=b" })).toEqual([]);
  expect(secretPlaces(compatible, "none")).toEqual([]);
});
