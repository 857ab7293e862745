import { describe, expect, test } from "vitest";
import { z } from "zod";
import provider from "../../../src/providers/openai-compatible/index.ts";

const base = { base_url: "https://images.example/v1/" };

describe("the settings of an OpenAI-compatible channel", () => {
  test("base_url is all it needs, and its trailing slash goes", () => {
    expect(provider.settings.parse(base).base_url).toBe("https://images.example/v1");
    expect(provider.settings.safeParse({}).success).toBe(false);
    expect(provider.settings.safeParse({ base_url: "ftp://images.example" }).success).toBe(false);
  });

  test("what would change each request's own fields is a fault", () => {
    for (const name of ["model", "prompt", "n", "size", "stream"])
      expect(provider.settings.safeParse({ ...base, fixed: { [name]: 1 } }).success).toBe(false);
    expect(provider.settings.safeParse({ ...base, fixed: { tier: 1 } }).success).toBe(true);
  });

  test("an unknown setting is a fault", () => {
    expect(provider.settings.safeParse({ ...base, size_seperator: "*" }).success).toBe(false);
  });

  test("every setting has a description, for docs and forms", () => {
    const schema = z.toJSONSchema(provider.settings, { io: "input", unrepresentable: "any" });
    const properties = Object.entries(schema.properties ?? {});
    expect(properties.length).toBeGreaterThan(10);
    const undescribed = properties.filter(
      ([, one]) => typeof one === "boolean" || one.description === undefined,
    );
    expect(undescribed.map(([name]) => name)).toEqual([]);
  });

  test.each([
    [{}, undefined, ["size", "quality", "seed", "prompt"], []],
    [{ n_parameter: false }, 1, ["quality"], []],
    [{ images_per_call: 4 }, 4, ["quality"], []],
    [{ fields: ["size", "seed"] }, undefined, ["size", "seed", "n", "image", "mask"], ["quality"]],
    [{ fixed: { quality: "low" } }, undefined, ["seed"], ["quality"]],
    [{ fixed: { grade: "low" }, renames: { quality: "grade" } }, undefined, ["seed"], ["quality"]],
  ])("%j narrows its cards", (quirks, images, taken, left) => {
    const narrowed = provider.narrow?.(provider.settings.parse({ ...base, ...quirks }));
    expect(narrowed?.imagesPerCall).toBe(images);
    expect(taken.filter((field) => !narrowed?.takes(field))).toEqual([]);
    expect(left.filter((field) => narrowed?.takes(field))).toEqual([]);
  });
});
