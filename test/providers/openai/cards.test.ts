import { describe, expect, test } from "vitest";
import { cards } from "../../../src/providers/openai/cards.ts";

function card(name: string) {
  const found = cards.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no card ${name}`);
  return found;
}

describe("the cards of the OpenAI line", () => {
  test("names and snapshots are unique, and successors are current models", () => {
    const names = cards.flatMap(({ name, also }) => [name, ...also]);
    expect(new Set(names).size).toBe(names.length);
    for (const { successor } of cards.filter(({ retires_at }) => retires_at !== undefined)) {
      expect(successor).toBeDefined();
      expect(card(successor ?? "").retires_at).toBeUndefined();
    }
  });

  // CONTRACT: prompt, n, size and quality rows; clouds.md §1 and §17: dates.
  const oldSizes = ["1024x1024", "1536x1024", "1024x1536", "auto"];
  const four = ["low", "medium", "high", "auto"];
  const six = [...four, "xhigh", "max"];
  test.each([
    ["dall-e-2", 1_000, 10, ["256x256", "512x512", "1024x1024"], ["standard"], "2026-05-12"],
    [
      "dall-e-3",
      4_000,
      1,
      ["1024x1024", "1024x1792", "1792x1024"],
      ["standard", "hd"],
      "2026-05-12",
    ],
    ["gpt-image-1", 32_000, 10, oldSizes, four, "2026-10-23"],
    ["gpt-image-1-mini", 32_000, 10, oldSizes, four, "2026-12-01"],
    ["gpt-image-1.5", 32_000, 10, oldSizes, four, "2026-12-01"],
    ["chatgpt-image-latest", 32_000, 10, oldSizes, four, "2026-12-01"],
    ["gpt-image-2", 32_000, 10, oldSizes, four, undefined],
    ["gpt-image-2.5-sunburst", 32_000, 10, oldSizes, six, undefined],
    ["gpt-image-2.5-flare", 32_000, 10, oldSizes, six, undefined],
    ["gpt-image-2.6-sunburst", 32_000, 10, oldSizes, six, undefined],
    ["gpt-image-2.6-flare", 32_000, 10, oldSizes, six, undefined],
  ])("%s: prompt %i, n %i", (name, prompt, count, sizes, qualities, retires) => {
    const one = card(name);
    expect(one.prompt_max).toBe(prompt);
    expect([one.n, one.n_max]).toEqual([count, count]);
    expect(one.sizes).toEqual(sizes);
    expect(one.qualities).toEqual(qualities);
    expect(one.retires_at).toBe(retires);
    expect(one.strict).toBe(true);
  });

  test("free sizes are for gpt-image-2 and later alone, within the published bounds", () => {
    const free = cards.filter(({ size_rule }) => size_rule !== undefined);
    expect(free.map(({ name }) => name).toSorted()).toEqual([
      "gpt-image-2",
      "gpt-image-2.5-flare",
      "gpt-image-2.5-sunburst",
      "gpt-image-2.6-flare",
      "gpt-image-2.6-sunburst",
    ]);
    for (const { size_rule } of free) {
      expect(size_rule).toEqual({
        multiple: 16,
        edge_min: 1,
        edge_max: 3840,
        pixels_min: 655_360,
        pixels_max: 8_294_400,
        aspect_max: 3,
      });
    }
  });

  test("dall-e answers in the plain shape, the others in the full one; whether as links goes by the client's name", () => {
    for (const { name, delivery, answer, streaming, format_parameter } of cards) {
      const old = name.startsWith("dall-e");
      expect([name, delivery, answer]).toEqual([name, undefined, old ? "plain" : "full"]);
      expect([name, streaming, format_parameter]).toEqual([name, !old, !old]);
    }
  });

  test("the current line costs what clouds.md §1 says, with a bound for holds", () => {
    for (const { price } of cards.filter(({ size_rule }) => size_rule !== undefined))
      expect(price).toMatchObject({ text_in_usd: 5, image_in_usd: 8, image_out_usd: 30 });
  });
});
