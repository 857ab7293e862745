import { describe, expect, test } from "vitest";
import { withRates } from "../../src/core/currency.ts";
import { publicPrice, settingNames } from "../../src/money/settings.ts";
import { price } from "./calls.ts";

const regional = price([
  { when: { settings: { region: "intl", "auth.zone": "*" } }, per_image_usd: 1 },
  {
    table: [{ settings: { base_url: "https://*" }, quality: "low", usd: 2 }],
    lines: [
      { per: "call", rate: 1, when: { settings: { region: "cn" }, options: { settings: "x" } } },
    ],
  },
]);

describe("settings of a channel that a price depends on", () => {
  test("are known by name, wherever they are named", () => {
    expect(settingNames(regional)).toEqual(["auth.zone", "base_url", "region"]);
    expect(settingNames(undefined)).toEqual([]);
    expect(settingNames("free")).toEqual([]);
  });

  test("are not shown to clients", () => {
    expect(JSON.stringify(publicPrice(regional))).not.toMatch(/region|intl|https|zone/);
    expect(publicPrice(price({ per_image_usd: "0.04" }))).toEqual({ per_image_usd: "0.04" });
    expect(publicPrice("free")).toBe("free");
  });
});

test("a price that needs no rate stays the same object", () => {
  const inDollars = price([
    { per_image_usd: 1 },
    { currency: "CNY", usd_rate: 1, lines: [{ per: "call", rate: 1 }] },
  ]);
  expect(withRates(inDollars, { CNY: 2 })).toBe(inDollars);
  expect(withRates(regional, { CNY: 2 })).toBe(regional);
});
