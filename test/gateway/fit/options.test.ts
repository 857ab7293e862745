import { describe, expect, test } from "vitest";
import { card, picture, plan, refusal, warned } from "./fitting.ts";

const left = (name: string): string[] => [`${name} unsupported_parameter`];

describe("a parameter of its own", () => {
  const takes = { card: card({ parameters: ["watermark", "moderation", "user", "seed"] }) };
  const lacks = { card: card() };

  test("is forwarded to a model that has it", () => {
    const asked = { watermark: true, moderation: "low", user: "me", more: { seed: 5 } };
    for (const to of [takes, {}])
      expect(plan(asked, to)).toMatchObject({ request: asked, warnings: [] });
  });

  test("is left out and named elsewhere, unless leaving it out is what was asked for", () => {
    const without = { without: ["watermark", "moderation", "user", "seed"] };
    for (const to of [lacks, without]) {
      const made = plan({ watermark: true, moderation: "low", user: "me", more: { seed: 5 } }, to);
      expect(made.request).toMatchObject({
        watermark: undefined,
        moderation: undefined,
        user: undefined,
        more: {},
      });
      expect(warned(made)).toEqual([...left("watermark"), ...left("moderation"), ...left("seed")]);
      expect(warned(plan({ watermark: false, moderation: "auto" }, to))).toEqual([]);
    }
    const { warnings } = plan({ watermark: true, more: { seed: 1 } }, lacks);
    expect(warnings.map(({ message }) => message)).toEqual([
      "painter has no `watermark`; it was left out.",
      "painter has no `seed`; it was left out.",
    ]);
  });

  test("false and auto are forwarded too where the model has them", () => {
    expect(plan({ watermark: false, moderation: "auto" }, takes).request).toMatchObject({
      watermark: false,
      moderation: "auto",
    });
  });
});

describe("a style", () => {
  const vivid = { card: card({ styles: ["vivid"] }) };

  test("is forwarded to a model that has it", () => {
    for (const to of [vivid, {}])
      expect(plan({ style: "vivid" }, to, { style: "prompt" })).toMatchObject({
        request: { style: "vivid", prompt: "a fox" },
        warnings: [],
      });
  });

  test("is left out, or said in the prompt where the operator has it so", () => {
    for (const to of [vivid, { card: card() }, { without: ["style"] }]) {
      const dropped = plan({ style: "natural" }, to);
      expect(dropped.request).toMatchObject({ style: undefined, prompt: "a fox" });
      expect(warned(dropped)).toEqual(left("style"));
      expect(plan({ style: "natural" }, to, { style: "prompt" })).toMatchObject({
        request: { style: undefined, prompt: "a fox\n\nStyle: natural." },
        warnings: [],
      });
    }
  });

  test("of a variation is never said in a prompt, which it has not", () => {
    const to = { card: card({ operations: ["variation"], images: { max: 1 } }) };
    const asked = { operation: "variation", prompt: "", images: [picture()], style: "natural" };
    const made = plan({ ...asked, operation: "variation" }, to, { style: "prompt" });
    expect(made.request.prompt).toBe("");
    expect(warned(made)).toEqual(left("style"));
  });
});

describe("a background", () => {
  const of = (background: "transparent" | "opaque" | "auto", to: Parameters<typeof plan>[1]) => {
    const made = plan({ background }, to);
    return [made.request.background, ...warned(made)];
  };
  const none = { card: card() };
  const some = { card: card({ backgrounds: ["transparent"] }) };

  test("is forwarded where the model has it", () => {
    expect(of("transparent", some)).toEqual(["transparent"]);
    expect(of("opaque", {})).toEqual(["opaque"]);
    expect(plan({}, some).request.background).toBeUndefined();
  });

  test("auto is honoured by all; opaque by those that know no other", () => {
    for (const to of [none, some, { without: ["background"] }])
      expect(of("auto", to)).toEqual([undefined]);
    expect(of("opaque", none)).toEqual([undefined]);
    expect(of("opaque", some)).toEqual([undefined, ...left("background")]);
    expect(of("opaque", { without: ["background"] })).toEqual([undefined, ...left("background")]);
    expect(of("transparent", none)).toEqual([undefined, ...left("background")]);
    expect(plan({ background: "transparent" }, none).warnings[0]?.message).toBe(
      "painter makes no transparent backgrounds; `background` was left out.",
    );
  });
});

describe("a field that the contract does not know", () => {
  const unknown = { steps: 5, lora: ["a"] };

  test("goes on as it came where the provider forwards such fields and the channel takes it", () => {
    expect(plan({ unknown }, {})).toMatchObject({ request: { more: unknown }, warnings: [] });
    expect(plan({ unknown }, { card: card() }).request.more).toEqual(unknown);
    const made = plan({ unknown }, { without: ["lora"] });
    expect(made.request.more).toEqual({ steps: 5 });
    expect(warned(made)).toEqual(left("lora"));
  });

  test("is left out and named elsewhere", () => {
    const made = plan({ unknown, more: { seed: 1 } }, { forwardsUnknown: false });
    expect(made.request.more).toEqual({ seed: 1 });
    expect(warned(made)).toEqual([...left("steps"), ...left("lora")]);
    expect(made.warnings[0]?.message).toContain("`steps` is not known here");
  });

  test("never names the model, n or size that is billed", () => {
    const billed = { model: "other", n: 10, size: "9x9", Model: "kept" };
    const made = plan({ unknown: billed }, {});
    expect(made.request.more).toEqual({ Model: "kept" });
    expect(warned(made)).toEqual([...left("model"), ...left("n"), ...left("size")]);
  });

  test("is nothing but a field, whatever its name", () => {
    const odd = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as object;
    const { more } = plan({ unknown: odd as Record<string, unknown> }, {}).request;
    expect(Object.keys(more).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      "__proto__",
      "constructor",
    ]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("is a 400 of its own in strict mode", () => {
    for (const forwardsUnknown of [true, false])
      expect(refusal({ unknown }, { forwardsUnknown }, { strict: true })).toMatchObject({
        code: "unknown_parameter",
        param: "steps",
      });
  });
});

describe("options of a provider", () => {
  const of = (provider_options: Record<string, Record<string, unknown>>) =>
    plan({ provider_options }, {});

  test("are read by its own schema, with its defaults", () => {
    expect(of({}).options).toEqual({ mood: "calm" });
    expect(of({ stub: { mood: "loud" } })).toMatchObject({
      options: { mood: "loud" },
      warnings: [],
    });
  });

  test("that it does not take are refused by their place", () => {
    expect(refusal({ provider_options: { stub: { mood: "odd" } } }, {})).toMatchObject({
      code: "invalid_value",
      param: "provider_options.stub.mood",
      message: expect.stringMatching(
        /^`provider_options.stub.mood` is not what this provider takes: .*calm/,
      ) as string,
    });
    expect(refusal({ provider_options: { stub: { sound: 1 } } }, {})).toMatchObject({
      code: "invalid_value",
      param: "provider_options.stub",
    });
  });

  test("for another that may serve the request wait for it; for any other they are named", () => {
    expect(warned(of({ other: { x: 1 } }))).toEqual([]);
    const made = of({ nobody: {}, stub: {} });
    expect(warned(made)).toEqual(left("provider_options"));
    expect(made.warnings[0]?.message).toContain("`provider_options.nobody`");
    const long = of({ ["n".repeat(60)]: {} }).warnings[0]?.message;
    expect(long).toContain(`\`provider_options.${"n".repeat(40)}\``);
  });
});
