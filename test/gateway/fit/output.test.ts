import { describe, expect, test } from "vitest";
import type { ImageRequest } from "../../../src/core/request.ts";
import { card, type Options, plan, refusal, type TargetFields, warned } from "./fitting.ts";

type Asked = Pick<ImageRequest, "output_format" | "output_compression" | "background" | "size">;

/** What is asked of the upstream, what is made of the picture here, and the warnings. */
function fitted(asked: Asked, to: TargetFields, options: Options = {}): unknown[] {
  const made = plan(asked, to, options);
  const { output_format, output_compression } = made.request;
  const { format, compression } = made.output;
  return [output_format, output_compression, format, compression, ...warned(made)];
}

const none = undefined;
const takesBoth = { formats: ["png", "jpeg", "webp"] as const, format_parameter: true };
const both = {
  card: card({ ...takesBoth, formats: [...takesBoth.formats], compression_parameter: true }),
};
const formatAlone = { card: card({ formats: ["png", "webp"], format_parameter: true }) };
const neither = { card: card({ formats: ["jpeg"], compression_parameter: true }) };

test.each([
  ["takes both", both, ["webp", 30, "webp", none]],
  ["takes the format alone", formatAlone, ["webp", none, "webp", 30]],
  ["takes no format, so no compression either", neither, [none, none, "webp", 30]],
  ["has no card", {}, ["webp", 30, "webp", none]],
  [
    "has no card and takes no compression",
    { without: ["output_compression"] },
    ["webp", none, "webp", 30],
  ],
  ["has no card and takes no format", { without: ["output_format"] }, [none, none, "webp", 30]],
])("a format with a compression, of a model that %s", (_, to, expected) => {
  expect(fitted({ output_format: "webp", output_compression: 30 }, to)).toEqual(expected);
});

test("a format that the model does not make natively is made here", () => {
  expect(fitted({ output_format: "jpeg", output_compression: 30 }, formatAlone)).toEqual([
    none,
    none,
    "jpeg",
    30,
  ]);
});

test("what is not asked for is not said, and changes nothing", () => {
  for (const to of [both, formatAlone, neither, {}])
    expect(fitted({}, to)).toEqual([none, none, none, none]);
});

test("what is made smaller here is compressed here too", () => {
  const to = { without: ["size"] };
  const asked = {
    output_format: "webp",
    output_compression: 30,
    size: { width: 5, height: 7 },
  } as const;
  expect(fitted(asked, to, { resample: true })).toEqual(["webp", 30, "webp", 30]);
  expect(plan(asked, to, { resample: true }).output.size).toEqual({ width: 5, height: 7 });
});

describe("combinations that no format can honour", () => {
  test("a transparent jpeg is refused, other pairs are not", () => {
    expect(refusal({ background: "transparent", output_format: "jpeg" }, both)).toMatchObject({
      code: "invalid_value",
      param: "background",
    });
    for (const output_format of ["png", "webp", undefined] as const)
      plan({ background: "transparent", output_format }, {});
    for (const background of ["opaque", "auto", undefined] as const)
      plan({ background, output_format: "jpeg" }, {});
  });

  test("a lossless picture is not compressed: it is told for png, said or not, and refused where the model's maker does", () => {
    const family = {
      card: card({ format_parameter: true, compression_parameter: true, strict: true }),
    };
    for (const output_format of ["png", undefined] as const) {
      for (const output_compression of [0, 99])
        expect(refusal({ output_format, output_compression }, family)).toMatchObject({
          code: "invalid_value",
          param: "output_compression",
        });
      const { request, output, warnings } = plan({ output_format, output_compression: 9 }, both);
      expect([request.output_compression, output.compression]).toEqual([none, none]);
      expect(warnings).toMatchObject([{ param: "output_compression" }]);
      for (const to of [both, family]) {
        expect(plan({ output_format, output_compression: 100 }, to).warnings).toEqual([]);
      }
    }
    for (const output_format of ["jpeg", "webp"] as const)
      plan({ output_format, output_compression: 0 }, both);
  });
});

describe("gif and svg", () => {
  const svg = { card: card({ formats: ["svg"] }) };
  const chosen = { card: card({ formats: ["png", "gif"], format_parameter: true }) };
  const beside = { card: card({ formats: ["png", "gif"] }) };

  test("come from a model that makes them unasked, or that is asked for them", () => {
    expect(fitted({ output_format: "svg" }, svg)).toEqual([none, none, none, none]);
    expect(fitted({ output_format: "gif" }, chosen)).toEqual(["gif", none, none, none]);
    expect(fitted({ output_format: "gif" }, {})).toEqual(["gif", none, none, none]);
  });

  test("are refused of all others", () => {
    for (const to of [svg, beside, both, { without: ["output_format"] }])
      expect(refusal({ output_format: "gif" }, to)).toEqual({
        code: "invalid_value",
        param: "output_format",
        message: "`output_format` gif is not made by painter; use png, jpeg or webp.",
      });
  });

  test("are neither compressed nor made smaller, and that is said", () => {
    const size = { width: 5, height: 7 };
    expect(fitted({ output_format: "svg", output_compression: 100 }, svg)).toEqual([
      none,
      none,
      none,
      none,
    ]);
    expect(fitted({ output_format: "svg", output_compression: 50 }, svg)).toEqual([
      none,
      none,
      none,
      none,
      "output_compression unsupported_parameter",
    ]);
    const made = plan({ output_format: "gif", size }, { without: ["size"] }, { resample: true });
    expect(made.output.size).toBeUndefined();
    expect(warned(made)).toEqual(["size adjusted_value"]);
  });

  test("an SVG has no URL, and who is owed one alone is told before anything is paid", () => {
    const wanted = {
      code: "invalid_value",
      param: "response_format",
      message:
        "painter makes SVG here, which is delivered as base64 only; set `response_format` to b64_json.",
    };
    const url = { response_format: "url" } as const;
    const base64 = { response_format: "b64_json" } as const;
    for (const to of [svg, { card: card({ formats: ["svg", "png"] }) }])
      expect(refusal(url, to)).toEqual(wanted);
    expect(refusal({ output_format: "svg", ...url }, {})).toEqual(wanted);
    // It makes nothing else, whatever is asked for.
    expect(refusal({ output_format: "png", ...url }, svg)).toEqual(wanted);
    for (const defaultDelivery of ["url", "auto"] as const) {
      expect(refusal({}, svg, { defaultDelivery })).toEqual(wanted);
      plan(base64, svg, { defaultDelivery });
      plan({}, beside, { defaultDelivery });
    }
    plan({}, svg, { defaultDelivery: "both" });
    plan({ stream: true }, svg, { defaultDelivery: "auto" });
    plan(
      {},
      { card: card({ formats: ["svg"], delivery: "b64_json" }) },
      { defaultDelivery: "auto" },
    );
    plan({ output_format: "png", ...url }, { card: card({ formats: ["svg", "png"] }) });
    plan(url, beside);
  });
});
