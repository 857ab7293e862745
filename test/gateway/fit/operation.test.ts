import { describe, expect, test } from "vitest";
import { variationPrompt } from "../../../src/gateway/fit/operation.ts";
import { type CardFields, card, picture, plan, refusal, warned } from "./fitting.ts";

const variation = { operation: "variation", prompt: "" } as const;
const of = (fields: CardFields) => ({ card: card({ images: { max: 4 }, ...fields }) });
const varies = of({ operations: ["variation"] });

describe("an operation", () => {
  test("that the model has not is refused with those that it has", () => {
    const to = of({ operations: ["edit", "variation"] });
    expect(refusal({}, to)).toEqual({
      code: "unsupported_operation",
      param: "model",
      message: "The model `painter` does not take generation requests; it takes: edit, variation.",
    });
    plan({ operation: "edit", images: [picture()] }, to);
    plan({}, {});
    plan({ operation: "edit", images: [picture()] }, {});
    expect(refusal({ ...variation, images: [picture()] }, {}).code).toBe("unsupported_operation");
  });
});

describe("a variation", () => {
  test("has no prompt: one that is sent is left out and named", () => {
    const made = plan({ ...variation, prompt: "a dog", images: [picture()] }, varies);
    expect(made.request).toMatchObject({ operation: "variation", prompt: "" });
    expect(warned(made)).toEqual(["prompt unsupported_parameter"]);
    expect(warned(plan({ ...variation, images: [picture()] }, varies))).toEqual([]);
  });

  test("becomes an edit where the operator lets it and the model has only those", () => {
    const edits = of({ operations: ["generation", "edit"] });
    const asked = { ...variation, images: [picture()] };
    const yes = { variationsAsEdits: true };
    expect(plan(asked, edits, yes).request).toMatchObject({
      operation: "edit",
      prompt: variationPrompt,
    });
    expect(plan(asked, {}, yes).request.operation).toBe("edit");
    expect(plan(asked, varies, yes).request.operation).toBe("variation");
    expect(refusal(asked, edits)).toMatchObject({ code: "unsupported_operation" });
    expect(refusal(asked, of({ operations: ["generation"] }), yes).message).toContain(
      "does not take variation requests; it takes: generation.",
    );
    plan({}, edits, yes);
  });

  test("is of one square PNG under 4 MB, and not streamed", () => {
    const refused = (images: ReturnType<typeof picture>[], stream = false) =>
      refusal({ ...variation, images, stream }, varies);
    expect(refused([picture(), picture()])).toEqual({
      code: "invalid_value",
      param: "image",
      message: "`image` must be one image for a variation; you sent 2.",
    });
    expect(refused([picture("webp")])).toMatchObject({ code: "invalid_image", param: "image" });
    expect(refused([picture("png", 8, 9)])).toMatchObject({
      code: "invalid_image",
      message: "The image is 8x9; variations take a square one.",
    });
    const most = 4 * 1024 * 1024 - 1;
    plan({ ...variation, images: [picture("png", 8, 8, most)] }, varies, {
      variationsAsEdits: true,
    });
    expect(refused([picture("png", 8, 8, most + 1)])).toMatchObject({
      code: "image_too_large",
      param: "image",
    });
    expect(refused([picture()], true)).toMatchObject({
      code: "unsupported_parameter",
      param: "stream",
    });
    // Other operations keep to the card alone.
    plan(
      { operation: "edit", images: [picture("webp", 8, 9), picture()] },
      of({ operations: ["edit"] }),
    );
  });

  test("has none of the model's qualities, styles, backgrounds and formats", () => {
    const rich = of({
      operations: ["generation", "variation"],
      qualities: ["low", "high"],
      quality_default: "high",
      styles: ["vivid"],
      backgrounds: ["opaque", "transparent"],
      formats: ["png", "webp"],
      format_parameter: true,
      compression_parameter: true,
    });
    const asked = {
      quality: "low",
      style: "vivid",
      background: "opaque",
      output_format: "webp",
      output_compression: 50,
    } as const;
    expect(plan(asked, rich)).toMatchObject({ request: asked, warnings: [] });
    expect(plan({ ...variation, images: [picture()] }, rich).request.quality).toBeUndefined();
    const made = plan({ ...variation, ...asked, images: [picture()] }, rich);
    expect(made.request).toMatchObject({
      quality: undefined,
      style: undefined,
      background: undefined,
      output_format: undefined,
      output_compression: undefined,
    });
    expect(made.output).toMatchObject({ format: "webp", compression: 50 });
    expect(warned(made)).toEqual([
      "quality unsupported_parameter",
      "style unsupported_parameter",
      "background unsupported_parameter",
    ]);
    const plain = of({ operations: ["variation"] });
    const opaque = plan({ ...variation, background: "opaque", images: [picture()] }, plain);
    expect(warned(opaque)).toEqual([]);
  });
});
