import { describe, expect, test } from "vitest";
import {
  type CardFields,
  card,
  picture,
  plan,
  refusal,
  type TargetFields,
  warned,
} from "./fitting.ts";

describe("a prompt", () => {
  const to = {
    card: card({
      operations: ["generation", "edit"],
      images: { max: 1 },
      prompt_max: 5,
      edit_prompt_max: 3,
    }),
  };
  const edit = { operation: "edit", images: [picture()] } as const;

  test("is as long as the card says, in code points", () => {
    plan({ prompt: "12345" }, to);
    plan({ prompt: "🦊🦊🦊🦊🦊" }, to);
    expect(refusal({ prompt: "🦊🦊🦊🦊🦊🦊" }, to)).toEqual({
      code: "string_above_max_length",
      param: "prompt",
      message: "`prompt` has 6 characters; painter takes at most 5.",
    });
    expect(refusal({ prompt: "123456" }, to).code).toBe("string_above_max_length");
    plan({ prompt: "x".repeat(100_000) }, {});
  });

  test("of an edit has a bound of its own, where the card has one", () => {
    plan({ ...edit, prompt: "123" }, to);
    expect(refusal({ ...edit, prompt: "1234" }, to).message).toContain("at most 3");
    const one = {
      card: card({ operations: ["edit"], images: { max: 1 }, prompt_max: 5 }),
    };
    plan({ ...edit, prompt: "12345" }, one);
    expect(refusal({ ...edit, prompt: "123456" }, one).message).toContain("at most 5");
  });
});

describe("n", () => {
  test("is as many as the card says, and ten without one", () => {
    plan({ n: 4 }, { card: card({ n_max: 4 }) });
    expect(refusal({ n: 5 }, { card: card({ n_max: 4 }) })).toEqual({
      code: "invalid_value",
      param: "n",
      message: "`n` must be 1 to 4 for painter; you sent 5.",
    });
    expect(refusal({ n: 2 }, { card: card({ n_max: 1 }) }).message).toContain("must be 1 for");
    plan({ n: 10 }, {});
    expect(refusal({ n: 11 }, {}).message).toContain("1 to 10");
  });

  test("is split by what one call makes: by the card, by the channel, else not at all", () => {
    expect(plan({ n: 4 }, { card: card({ n: 3 }) }).perCall).toBe(3);
    expect(plan({ n: 4 }, { imagesPerCall: 2 }).perCall).toBe(2);
    expect(plan({ n: 4 }, {}).perCall).toBe(4);
  });
});

describe("a stream", () => {
  const streams: TargetFields = { card: card({ streaming: true }) };
  const does: readonly TargetFields[] = [streams, {}];
  const doesNot: readonly TargetFields[] = [{ card: card() }, { without: ["stream"] }];

  test("is asked of models that make one, with its previews", () => {
    for (const to of does)
      expect(plan({ stream: true, partial_images: 2 }, to)).toMatchObject({
        request: { stream: true, partial_images: 2 },
        warnings: [],
      });
  });

  test("of another model has no previews, which is said where some were asked for", () => {
    for (const to of doesNot) {
      const made = plan({ stream: true, partial_images: 2 }, to);
      expect(made.request).toMatchObject({ stream: false, partial_images: 0 });
      expect(warned(made)).toEqual(["partial_images unsupported_parameter"]);
      expect(made.warnings[0]?.message).toContain("makes no previews");
      expect(plan({ stream: true }, to)).toMatchObject({
        request: { stream: false },
        warnings: [],
      });
    }
  });

  test("that is not asked for has no previews either", () => {
    for (const to of [...does, ...doesNot]) {
      const made = plan({ partial_images: 2 }, to);
      expect(made.request).toMatchObject({ stream: false, partial_images: 0 });
      expect(made.warnings[0]?.message).toContain("needs `stream: true`");
      expect(warned(plan({}, to))).toEqual([]);
    }
  });
});

test("strict mode refuses what would only be warned of, by its kind", () => {
  const to = { card: card() };
  expect(refusal({ style: "vivid" }, to, { strict: true })).toEqual({
    code: "unsupported_parameter",
    param: "style",
    message: "painter has no styles; `style` was left out.",
  });
  const sized = { card: card({ sizes: ["512x512"] }) };
  const size = { width: 9, height: 9 };
  expect(refusal({ size }, sized, { strict: true }).code).toBe("invalid_value");
});

describe("a request for a retired model", () => {
  const old: CardFields = {
    retires_at: "2026-05-12",
    sizes: ["256x256", "1024x1024"],
    size_default: "1024x1024",
    qualities: ["standard", "hd"],
    styles: ["vivid"],
    strict: true,
    prompt_max: 10,
    n: 1,
    n_max: 2,
  };
  const named = card(old);
  const successor = card({
    sizes: ["1024x1024", "1536x1024"],
    size_default: "1536x1024",
    qualities: ["low", "medium", "high"],
    quality_default: "low",
    backgrounds: ["opaque", "transparent"],
    strict: true,
    n: 4,
  });
  const to = { card: successor, named };

  test("is read by its own rules first", () => {
    expect(refusal({ prompt: "12345678901" }, to).code).toBe("string_above_max_length");
    expect(refusal({ quality: "high" }, to).message).toContain("standard, hd");
    expect(refusal({ size: { width: 1536, height: 1024 } }, to).message).toContain("256x256");
    expect(refusal({ n: 3 }, to).code).toBe("invalid_value");
  });

  test("is translated to the words of the model in its place, whatever the policy", () => {
    const made = plan({ quality: "hd", size: { width: 256, height: 256 } }, to);
    expect(made.request).toMatchObject({
      quality: "high",
      size: { width: 1024, height: 1024 },
    });
    expect(made.output.size).toEqual({ width: 256, height: 256 });
    expect(made.perCall).toBe(4);
    expect(made.target.card).toBe(successor);
    expect(plan({ quality: "standard" }, to).request.quality).toBe("medium");
  });

  test("has its own defaults said aloud", () => {
    expect(plan({}, to).request).toMatchObject({ size: { width: 1024, height: 1024 } });
    const plain = { card: successor, named: card({ prompt_max: 10 }) };
    expect(plan({ quality: "standard" }, plain).request.quality).toBe("medium");
    expect(plan({}, plain).request.quality).toBe("low");
    expect(plan({ background: "opaque" }, plain).request.background).toBe("opaque");
    expect(plan({}, plain).request.background).toBeUndefined();
  });

  test("leaves out once, by its own rules, what it never took", () => {
    const made = plan({ style: "natural", more: { seed: 5 } }, to);
    expect(warned(made)).toEqual([
      "model model_replaced",
      "style unsupported_parameter",
      "seed unsupported_parameter",
    ]);
  });

  test("has what is passed on judged once, where it is passed on", () => {
    const made = plan({ unknown: { steps: 3 }, provider_options: { nobody: {} } }, to);
    expect(made.request.more).toEqual({ steps: 3 });
    expect(warned(made)).toEqual([
      "model model_replaced",
      "provider_options unsupported_parameter",
    ]);
  });

  test("is said to be one, with its day and the model that serves it", () => {
    expect(plan({}, to).warnings[0]?.message).toBe(
      "`painter` was retired on 2026-05-12; painter-1 serves it. Name that one in `model`.",
    );
    const undated = { card: successor, named: card() };
    expect(plan({}, undated).warnings[0]?.message).toBe(
      "`painter` was retired; painter-1 serves it. Name that one in `model`.",
    );
  });

  test("is served by a model without a card too", () => {
    expect(plan({ quality: "hd" }, { named }).request).toMatchObject({
      quality: "hd",
      size: { width: 1024, height: 1024 },
    });
  });
});
