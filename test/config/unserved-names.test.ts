import { expect, test } from "vitest";
import { type Given, read } from "./provider-stand-ins.ts";

/** Lines about what is declared and leads nowhere, beside these entries of the database. */
async function concernsOf(given: Given, ...models: string[]): Promise<string[]> {
  const config = await read(given);
  const words = {
    provider: "vendor",
    settings: { api_key: "x" },
    models: models.map((name) => ({ name, upstream: "brush-2", price: "free" })),
  };
  const entries = models.length === 0 ? [] : [{ kind: "channel" as const, id: "later", words }];
  const { served, faults } = await config.entries.read(entries);
  expect([...faults.values()]).toEqual([]);
  const concerns = config.entries.concerns(served);
  return concerns.map(({ kind, id, declaredAt, message }) =>
    [kind, id, `${declaredAt}:`, message].join(" "),
  );
}

const file = `channels:
  - { id: a, provider: vendor, settings: { api_key: x }, models: [brush-1] }
aliases:
  fox: [brush-1, brush-2]
  wolf: brsh-1
  # A model of the database, and another to fall back to.
  own: [own, brush-1]
  also: own
default_model: brush-3
`;

test("names that no channel of the file serves are told with their lines, and what was meant", async () => {
  expect(await concernsOf({ file })).toEqual([
    "alias fox pinhole.yaml, line 4: No channel serves the model `brush-2`; did you mean `brush-1`?",
    "alias wolf pinhole.yaml, line 5: No channel serves the model `brsh-1`; did you mean `brush-1`?",
    "alias own pinhole.yaml, line 7: No channel serves the model `own`.",
    "alias also pinhole.yaml, line 8: No channel serves the model `own`.",
    "policy default_model pinhole.yaml, line 9: No channel serves the model `brush-3`; did you mean `brush-1`?",
  ]);
});

test("names that a channel of the database serves are served, and told no more", async () => {
  expect(await concernsOf({ file }, "brush-2", "own", "brush-3")).toEqual([
    "alias wolf pinhole.yaml, line 5: No channel serves the model `brsh-1`; did you mean `brush-1`?",
  ]);
});

test("a default model may be an alias, and what is built in is no concern", async () => {
  const aliased = file.replace("default_model: brush-3", "default_model: own");
  expect(await concernsOf({ file: aliased }, "own", "brsh-1", "brush-2")).toEqual([]);
  expect(await concernsOf({})).toEqual([]);
});

test("a price for a channel of the database waits for it", async () => {
  const prices = "prices:\n  - { model: brush-2, channel: later, price: free }\n";
  const given = {
    file: "channels:\n  - { id: latr, provider: vendor, settings: { api_key: x } }\nprices: { file: prices.yaml }\n",
    files: { "prices.yaml": prices },
  };
  expect(await concernsOf(given)).toEqual([
    "price brush-2@channel:later prices.yaml, line 2: There is no channel `later`; did you mean `latr`?",
  ]);
  expect(await concernsOf(given, "brush-2")).toEqual([]);
});
