import { expect, test } from "vitest";
import { commonModel } from "../../web/playground/shared-abilities.ts";
import { differingShare } from "../../web/compare/differing.ts";
import {
  type GenerationState,
  type Made,
  after,
  begun,
  filledUp,
  mayBeBilled,
  missingOf,
} from "../../web/playground/generation.ts";
import { bodyOf, emptyDraft, formOf } from "../../web/playground/draft.ts";
import {
  chosenNames,
  optionFields,
  optionFault,
  optionsOfRequest,
  typedText,
  withTyped,
} from "../../web/playground/chosen-options.ts";
import { fitDraft } from "../../web/playground/fit-draft.ts";
import { makeEn } from "../../web/language/make-en.ts";
import { makeZh } from "../../web/language/make-zh.ts";
import { roughWait } from "../../web/playground/line-words.ts";
import { refusalOf, refusalOfAll, refusedOptions } from "../../web/playground/refused-options.ts";
import { replaced, triesOf } from "../../web/playground/made-list.ts";
import type { Capabilities, Model } from "../../web/playground/models.ts";
import { sumOf, sumUsd } from "../../web/playground/price.ts";
import { sizeFault, usualSizes } from "../../web/playground/size-rule.ts";

function model(id: string, capabilities: Partial<Capabilities>): Model {
  return { id, owned_by: "test", capabilities: { operations: ["generation"], ...capabilities } };
}

function made(id: string, more: Partial<Made> = {}): Made {
  return {
    id,
    at: 1,
    withPictures: 0,
    fields: { ...emptyDraft, model: id, prompt: "a fox" },
    ...more,
  };
}

const ids = (list: readonly Made[]): string[] => list.map(({ id }) => id);

test("controls of a comparison are what all of its models can do", () => {
  const listed = model("listed", {
    sizes: ["auto", "1024x1024", "1536x1024", "1000x1000"],
    qualities: ["low", "high"],
    styles: ["vivid"],
    n: 4,
    parameters: ["seed"],
  });
  const free = model("free", {
    sizes: ["auto", "512x512"],
    size_rule: { multiple: 64, edge_min: 256, edge_max: 1536 },
    qualities: ["high", "low", "medium"],
    n: 10,
    parameters: ["user", "seed"],
  });
  expect(commonModel([listed, free]).capabilities).toMatchObject({
    sizes: ["auto", "1024x1024", "1536x1024"],
    qualities: ["low", "high"],
    styles: [],
    n: 4,
    parameters: ["seed"],
  });
  expect(commonModel([listed, free]).capabilities).not.toHaveProperty("size_rule");
  const other = model("other", { size_rule: { multiple: 48, edge_min: 300, edge_max: 4000 } });
  expect(commonModel([free, other]).capabilities?.size_rule).toMatchObject({
    multiple: 192,
    edge_min: 300,
    edge_max: 1536,
  });
  expect(commonModel([free])).toBe(free);
  // Of a model without a card nothing is known.
  const unknown: Model = { id: "unknown", owned_by: "test" };
  expect(commonModel([listed, unknown]).capabilities).toMatchObject({ sizes: [], n: 1 });
});

test("a model leaves behind what it cannot do, whatever the field, and of two choices that rule each other out one", () => {
  const plain = model("plain", { formats: ["png"], sizes: ["1024x1024"] });
  const draft = {
    ...emptyDraft,
    prompt: "a fox",
    size: "1536x1024",
    seed: "7",
    output_format: "webp",
    output_compression: "40",
    negative_prompt: "a hound",
    aspect_ratio: "3:2",
    moderation: "low",
    n: 3,
  };
  const { fields, left } = fitDraft(draft, plain, []);
  expect(fields).toEqual({
    ...emptyDraft,
    model: "plain",
    prompt: "a fox",
    output_compression: "40",
  });
  expect(left.map(({ field }) => field)).toEqual([
    "size",
    "aspect_ratio",
    "output_format",
    "seed",
    "negative_prompt",
    "moderation",
    "n",
  ]);
  const able = model("able", {
    formats: ["png", "jpeg"],
    backgrounds: ["transparent", "opaque"],
    parameters: ["seed"],
    aspect_ratios: ["3:2"],
  });
  const both = { ...draft, background: "transparent", output_format: "jpeg" };
  expect(fitDraft(both, able, []).fields).toMatchObject({
    background: "transparent",
    output_format: "",
    seed: "7",
    aspect_ratio: "3:2",
  });
  expect(fitDraft({ ...both, background: "" }, able, []).fields.output_format).toBe("jpeg");
});

test("options of a provider go as what they are in JSON and in a form; what is none is not sent, and what another model's providers lack stays behind", () => {
  const properties = {
    steps: { type: "integer", minimum: 1, maximum: 50 },
    search: { type: "boolean" },
    colour: { type: "object", properties: { rgb: { type: "array" } } },
    only: { type: "array", items: { type: "string" } },
  };
  const group = { provider: "paint", name: "Paint", schema: { properties } };
  const [steps, search, colour, only] = optionFields(group);
  if (!steps || !search || !colour || !only) throw new Error("each option is one field");
  let chosen = withTyped("", steps, "8");
  chosen = withTyped(chosen, search, "false");
  chosen = withTyped(chosen, colour, '{"rgb":');
  chosen = withTyped(chosen, only, "a\nb");
  expect([optionFault(chosen, colour), typedText(chosen, colour)]).toEqual(["json", '{"rgb":']);
  const draft = (text: string) => ({ ...emptyDraft, provider_options: text });
  const sent = { paint: { steps: 8, search: false, only: ["a", "b"] } };
  expect(bodyOf(draft(chosen), false)["provider_options"]).toEqual(sent);
  chosen = withTyped(chosen, colour, '{"rgb":[1,2,3]}');
  const all = { paint: { ...sent.paint, colour: { rgb: [1, 2, 3] } } };
  const form = formOf(draft(chosen), false, []);
  expect(JSON.parse(form.get("provider_options") as string)).toEqual(all);
  expect(typedText(optionsOfRequest(all), only)).toBe("a\nb");
  expect(optionFault(withTyped("", steps, "51"), steps)).toBe("bounds");
  const other = { ...group, schema: { properties: { steps: properties.steps } } };
  const fitted = fitDraft(draft(chosen), { ...model("other", {}), options: [other] }, []);
  expect(fitted.left.map(({ value }) => value)).toEqual(["search", "only", "colour"]);
  expect(chosenNames(fitted.fields.provider_options)).toEqual(["steps"]);
  const none = [steps, search, colour, only].reduce(
    (text, one) => withTyped(text, one, ""),
    chosen,
  );
  expect(bodyOf(draft(none), false)).not.toHaveProperty("provider_options");
});

test("a refusal of an option stands at its field, or at its provider's, while what was refused stands there", () => {
  const properties = { steps: { type: "integer" }, colour: { type: "object" } };
  const [steps, colour] = optionFields({
    provider: "paint",
    name: "Paint",
    schema: { properties },
  });
  if (!steps || !colour) throw new Error("each option is one field");
  const asked = withTyped(withTyped("", steps, "8"), colour, '{"rgb":[1]}');
  const fields = { ...emptyDraft, model: "m", provider_options: asked };
  const refusedFor = (param: string) => {
    const error = { code: "invalid_value", message: "No.", param };
    const told = after(begun, { name: "error", data: error as never });
    return refusedOptions([made("one", { fields })], [told])[0];
  };
  const atBoth = (param: string, draft = asked) =>
    [steps, colour].map((field) => refusalOf(refusedFor(param), field, draft));
  expect(atBoth("provider_options.paint.steps")).toEqual(["No.", undefined]);
  expect(atBoth("provider_options.steps")).toEqual(["No.", undefined]);
  expect(atBoth("provider_options.paint.colour.rgb.0")).toEqual([undefined, "No."]);
  expect(atBoth("provider_options.paint.steps", withTyped(asked, steps, "9"))[0]).toBeUndefined();
  expect(refusedFor("prompt")).toBeUndefined();
  const whole = refusedFor("provider_options.paint");
  expect(refusalOfAll(whole, "paint", asked)).toBe("No.");
  expect(refusalOfAll(whole, "other", asked)).toBeUndefined();
  expect(refusalOfAll(whole, "paint", withTyped(asked, steps, "9"))).toBeUndefined();
});

test("free sizes are offered by usual shapes that keep to the rule, and what breaks it is named", () => {
  const rule = {
    multiple: 16,
    edge_max: 3840,
    pixels_min: 655_360,
    pixels_max: 8_294_400,
    aspect_max: 3,
  };
  expect(usualSizes(rule)).toEqual(["1024x1024", "1248x832", "832x1248", "1360x768", "768x1360"]);
  expect(usualSizes({ edge_max: 512 })).toEqual([]);
  const faults = [
    "x",
    "1024x",
    "0x16",
    "1000x1000",
    "16x16",
    "3856x1024",
    "3840x1280",
    "3200x1024",
  ];
  expect(faults.map((size) => sizeFault(size, rule))).toEqual([
    "empty",
    "empty",
    "empty",
    "multiple",
    "pixels",
    "edge",
    undefined,
    "aspect",
  ]);
});

test("a seed of many digits is sent as it was written", () => {
  const seed = "9007199254740993";
  expect(JSON.stringify(bodyOf({ ...emptyDraft, seed }, false))).toBe(`{"n":1,"seed":${seed}}`);
  expect(formOf({ ...emptyDraft, seed }, false, []).get("seed")).toBe(seed);
  expect(bodyOf({ ...emptyDraft, seed: "0012" }, false)).toMatchObject({ seed: 12 });
});

test("prices are summed to the nano-dollar, and a sum without a bound has none", () => {
  expect(sumUsd(["0.1", "0.2"])).toBe("0.300000000");
  expect(sumUsd(["0.000000001", "19", "0.999999999"])).toBe("20.000000000");
  expect(sumUsd([])).toBe("0.000000000");
  const price = { min: "0.04", max: "0.17", targets: [{ priced: true }] };
  expect(sumOf([price, price])).toMatchObject({ min: "0.080000000", max: "0.340000000" });
  expect(sumOf([price, { ...price, max: null }])?.max).toBeNull();
  expect(sumOf([price, undefined])).toBeUndefined();
  expect(sumOf([])).toBeUndefined();
});

test("a comparison is one try; what is made anew takes its place there, and no result is thrown away", () => {
  const group = { group: "g" };
  const list = [made("new"), made("a", group), made("b", group), made("old")];
  expect(triesOf(list).map((one) => [one.id, ids(one.made)])).toEqual([
    ["new", ["new"]],
    ["g", ["a", "b"]],
    ["old", ["old"]],
  ]);
  const [, a, b] = list;
  if (a === undefined || b === undefined) throw new Error("both are there");
  const again = replaced(list, a, made("a2", group));
  expect(triesOf(again).map((one) => ids(one.made))).toEqual([
    ["new"],
    ["a2", "b"],
    ["a"],
    ["old"],
  ]);
  // Nothing came of what the gateway refused to begin.
  const refused = { ...b, refused: { code: "model_not_found", message: "There is none." } };
  const mended = replaced([a, refused], refused, made("b2", group));
  expect(triesOf(mended).map((one) => ids(one.made))).toEqual([["a", "b2"]]);
});

test("what fills a request up is part of it, unless that one is forgotten", () => {
  const list = [made("rest", { fills: "first" }), made("first"), made("lost", { fills: "gone" })];
  expect(triesOf(list).map((one) => ids(one.made))).toEqual([["first"], ["lost"]]);
});

/** The state after events that are told as the gateway tells them. */
function told(...events: readonly (readonly [string, object])[]): GenerationState {
  return events.reduce((state, [name, data]) => after(state, { name, data: data as never }), begun);
}

const picture = (index: number) => ["picture", { index, url: `/i/${index}` }] as const;
const failed = (billed: string) => ["failed_over", { attempt: 1, code: "x", billed }] as const;

test("what did not come is asked for alone, and takes the places that were left free", () => {
  const first = made("first", { fields: { ...made("first").fields, n: 4 } });
  const state = told(picture(0), picture(2), ["cost", { usd: "0.04" }], ["done", {}]);
  expect(missingOf(first, state)).toBe(2);
  expect(missingOf(first, told(picture(0)))).toBe(0);
  const rest = made("rest", { fills: "first", fields: { ...first.fields, n: 2 } });
  const whole = filledUp(first, state, [
    { made: rest, state: told(picture(0), picture(1), ["cost", { usd: "0.02" }], ["done", {}]) },
  ]);
  expect(whole.pictures.map(({ index, galleryId: id }) => [index, id])).toEqual([
    [0, undefined],
    [1, "rest.0"],
    [2, undefined],
    [3, "rest.1"],
  ]);
  expect(missingOf(first, whole)).toBe(0);
  expect(Number(whole.usd)).toBe(0.06);
});

test("a retry may buy twice where an attempt may have been billed, or the error of a record says so", () => {
  const error = ["error", { code: "upstream_failed", message: "It failed." }] as const;
  expect(mayBeBilled(told(failed("no"), error))).toBe(false);
  expect(mayBeBilled(told(failed("no"), failed("unknown"), error))).toBe(true);
  const ofRecord = { error: { code: "outcome_unknown", message: "Lost.", mayBeBilled: true } };
  expect(mayBeBilled({ ...begun, ...ofRecord })).toBe(true);
  // Another node that goes on telling tells everything again.
  expect(told(picture(0), ["accepted", {}], picture(0)).pictures).toHaveLength(1);
});

test("the place in line is told in words, with a rough time where the model's usual one is known", () => {
  const state = told(["queued", { place: 3 }], ["queued", { place: 2 }]);
  expect(state).toMatchObject({ phase: "queued", place: 2 });
  expect(told(["queued", { place: 1 }], ["accepted", {}]).place).toBeUndefined();
  // After a failover it may wait once more.
  const again = told(["chosen", { attempt: 1 }], failed("no"), ["queued", { place: 4 }]);
  expect(again).toMatchObject({ phase: "queued", place: 4 });
  const places = [1, 2, 3, 10, 11, 12, 21, 22, 23].map((place) => makeEn.inLine(place, undefined));
  expect(places.map((line) => line.replace(/^Waiting: (.*) in line$/, "$1"))).toEqual([
    "next",
    "second",
    "third",
    "tenth",
    "11th",
    "12th",
    "21st",
    "22nd",
    "23rd",
  ]);
  expect(makeZh.inLine(3, undefined)).toBe("正在等待：排第 3 位");
  expect(makeEn.inLine(2, roughWait(2, 4_900))).toBe("Waiting: second in line, about 10 s");
  expect(makeEn.inLine(1, roughWait(1, 300))).toBe("Waiting: next in line, about 5 s");
  expect(makeZh.inLine(2, roughWait(2, 2_900))).toBe("正在等待：排第 2 位，约 5 秒");
  // The gateway waits no longer, whatever the model usually takes.
  expect(makeEn.inLine(3, roughWait(3, 6_900))).toBe("Waiting: third in line, for 10 s at most");
  expect(makeZh.inLine(5, roughWait(5, 40_000))).toBe("正在等待：排第 5 位，最多等 10 秒");
});

test("previews are counted for the attempt that makes them, and the end says how long it took", () => {
  const chosen = (attempt: number) => ["chosen", { attempt, channel: "a" }] as const;
  const partial = (at: number) => ["partial", { index: 0, partial: at, url: "/i/p" }] as const;
  expect(told(chosen(1), partial(0), partial(1)).previewsSeen).toBe(2);
  expect(told(chosen(1), partial(0), failed("no"), chosen(2)).previewsSeen).toBe(0);
  expect(told(chosen(1), ["done", { upstream_ms: 1200 }]).tookMs).toBe(1200);
});

test("pixels differ where it is seen, not where an encoder has rounded", () => {
  const pixels = (...values: readonly number[]) => Uint8ClampedArray.from(values);
  const before = pixels(10, 20, 30, 255, 10, 20, 30, 255);
  expect(differingShare(before, before)).toBe(0);
  expect(differingShare(before, pixels(14, 18, 33, 255, 9, 20, 31, 255))).toBe(0);
  expect(differingShare(before, pixels(10, 20, 90, 255, 9, 20, 31, 255))).toBe(0.5);
  expect(differingShare(pixels(), pixels())).toBe(0);
});
