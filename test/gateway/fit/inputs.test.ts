import { describe, expect, test } from "vitest";
import { type CardFields, card, picture, plan, refusal } from "./fitting.ts";

const edit = { operation: "edit" } as const;
const images = { max: 2, bytes_max: 2000 };
const editor = (fields: CardFields = {}) => ({
  card: card({ operations: ["generation", "edit"], images, ...fields }),
});

describe("input images", () => {
  test("pass as they are, in their order, where the model takes their format", () => {
    const both = [picture("png"), picture("webp")];
    const { inputs } = plan({ ...edit, images: both }, editor());
    expect(inputs.images.map(({ picture: one }) => one)).toEqual(both);
    expect(inputs.images.map(({ convertTo }) => convertTo)).toEqual([undefined, undefined]);
  });

  test("of another format are converted to the first that the model takes", () => {
    const rule = { images: { ...images, formats: ["jpeg", "png"] as ("jpeg" | "png")[] } };
    const { inputs } = plan({ ...edit, images: [picture("webp"), picture("png")] }, editor(rule));
    expect(inputs.images.map(({ convertTo }) => convertTo)).toEqual(["jpeg", undefined]);
    const strict = editor({ ...rule, strict: true });
    expect(refusal({ ...edit, images: [picture("webp")] }, strict)).toEqual({
      code: "invalid_image",
      param: "image",
      message: "The image is image/webp by its bytes; painter takes jpeg, png only.",
    });
  });

  test("are as many as the model takes", () => {
    const many = (count: number) => Array.from({ length: count }, () => picture());
    plan({ ...edit, images: many(2) }, editor());
    expect(refusal({ ...edit, images: many(3) }, editor())).toEqual({
      code: "invalid_value",
      param: "image",
      message: "`image` has 3 images; painter takes at most 2.",
    });
    plan({ ...edit, images: many(16) }, {});
    expect(refusal({ ...edit, images: many(17) }, {}).message).toContain("at most 16");
  });

  test("are as large as the model takes, the bound included; the message names the one", () => {
    plan({ ...edit, images: [picture("png", 9, 9, 2000)] }, editor());
    const large = picture("png", 9, 9, 2001);
    expect(refusal({ ...edit, images: [large] }, editor())).toEqual({
      code: "image_too_large",
      param: "image",
      message: "The image has 2001 bytes; painter takes at most 2000.",
    });
    expect(refusal({ ...edit, images: [picture(), large] }, editor()).message).toContain(
      "Image 2 has",
    );
    plan({ ...edit, images: [large] }, {});
  });

  test("are square where the model takes only such", () => {
    const square = editor({ images: { ...images, square: true } });
    plan({ ...edit, images: [picture("png", 8, 8)] }, square);
    expect(refusal({ ...edit, images: [picture("png", 8, 9)] }, square)).toEqual({
      code: "invalid_image",
      param: "image",
      message: "The image is 8x9; painter takes square images only.",
    });
    plan({ ...edit, images: [picture("png", 8, 9)] }, editor());
  });

  test("of a generation are references, which only some models take", () => {
    const asked = { images: [picture()] };
    plan(asked, editor({ images: { ...images, references: true } }));
    plan(asked, {});
    expect(refusal(asked, editor())).toEqual({
      code: "unsupported_parameter",
      param: "image",
      message: "painter takes no reference images on generations; send them to /v1/images/edits.",
    });
    expect(refusal(asked, { card: card() })).toEqual({
      code: "unsupported_parameter",
      param: "image",
      message: "painter takes no reference images.",
    });
  });
});

describe("a mask", () => {
  const masked = { ...edit, images: [picture()], mask: picture("png", 64, 64, 500) };
  const rule = { polarity: "white", binary: true, bytes_max: 500 } as const;

  test("goes with the rule by which the model reads it", () => {
    const { inputs } = plan(masked, editor({ mask: rule }));
    expect(inputs.mask).toBe(masked.mask);
    expect(inputs.maskRule).toMatchObject({ polarity: "white", binary: true });
    expect(plan(masked, {}).inputs.maskRule).toEqual({ polarity: "transparent", binary: false });
    expect(plan({ ...edit, images: [picture()] }, editor()).inputs.mask).toBeUndefined();
  });

  test("is refused by a model without masks, and on what is no edit", () => {
    expect(refusal(masked, editor())).toMatchObject({
      code: "unsupported_parameter",
      param: "mask",
    });
    const references = editor({ mask: rule, images: { ...images, references: true } });
    expect(refusal({ ...masked, operation: "generation" }, references)).toMatchObject({
      code: "unsupported_parameter",
      param: "mask",
      message: expect.stringContaining("belongs to /v1/images/edits") as string,
    });
  });

  test("is as large as the model takes, the bound included", () => {
    plan(masked, editor({ mask: rule }));
    const large = { ...masked, mask: picture("png", 64, 64, 501) };
    expect(refusal(large, editor({ mask: rule }))).toEqual({
      code: "image_too_large",
      param: "mask",
      message: "`mask` has 501 bytes; painter takes at most 500.",
    });
    plan(large, editor({ mask: { polarity: "black" } }));
  });
});
