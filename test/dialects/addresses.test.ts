import { expect, test } from "vitest";
import { z } from "zod";
import { baseUrl, httpAddress, ownBaseUrl, regionalUrl } from "../../src/dialects/settings.ts";
import { providers } from "../../src/providers/index.ts";

const schemas = [httpAddress(), baseUrl("https://api.example.com"), ownBaseUrl(""), regionalUrl()];

test("an address of an upstream holds no credential, since addresses are shown", () => {
  for (const schema of schemas) {
    for (const credential of ["me:canary", "canary", ":canary"]) {
      const { success, error } = schema.safeParse(`https://${credential}@example.com/v1`);
      expect(success).toBe(false);
      expect(error?.message).toContain("without user name and password");
      expect(error?.message).not.toContain("canary");
    }
    expect(schema.safeParse("http://127.0.0.1:9/v1?at=me@example.com").success).toBe(true);
    expect(schema.safeParse("ftp://example.com").success).toBe(false);
  }
});

type Node = Readonly<Record<string, unknown>>;

/** Places of addresses in a schema: names, and 0 for the items of a list. */
function addressesIn(schema: Node, at: readonly (string | number)[] = []): (string | number)[][] {
  if (schema["format"] === "uri") return [[...at]];
  const inner = Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, Node>>);
  const items = schema["items"] as Node | undefined;
  const forms = ["anyOf", "oneOf", "allOf"].flatMap((name) => (schema[name] ?? []) as Node[]);
  return [
    ...inner.flatMap(([name, one]) => addressesIn(one, [...at, name])),
    ...(items === undefined ? [] : addressesIn(items, [...at, 0])),
    ...forms.flatMap((form) => addressesIn(form, at)),
  ];
}

/** A value with another at a place in it. */
function holding([step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  const inner = holding(rest, value);
  return step === 0 ? [inner] : { [step]: inner };
}

test("no provider has a setting or an option that takes an address with a password in it", async () => {
  const found: string[] = [];
  for (const { id, load } of providers) {
    const { settings, options } = (await load()).default;
    for (const schema of [settings, options]) {
      if (schema === undefined) continue;
      const shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
      for (const place of addressesIn(shape)) {
        const name = [id, ...place].join(".");
        found.push(name);
        const given = holding(place, "https://me:canary@example.com/x");
        const { issues = [] } = schema.safeParse(given).error ?? {};
        const faults = issues.filter(({ path }) => path.join(".") === place.join("."));
        expect([name, faults.map(({ message }) => message)]).toEqual([
          name,
          [expect.stringContaining("without user name and password")],
        ]);
      }
    }
  }
  expect(found.length).toBeGreaterThan(providers.length / 2);
  for (const name of ["openrouter.referer", "huggingface.hub_url", "azure-openai.entra.authority"])
    expect(found).toContain(name);
});
