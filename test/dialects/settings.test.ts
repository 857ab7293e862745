import { expect, test } from "vitest";
import { z } from "zod";
import { cardFamily } from "../../src/dialects/card-family.ts";
import {
  atRegion,
  bearer,
  hostedSettings,
  regionalUrl,
  resultHosts,
  watermark,
  watermarkOf,
} from "../../src/dialects/settings.ts";

test("a hosted upstream has the vendor's address and a key that does not print", () => {
  const settings = z.strictObject(hostedSettings("https://api.vendor.example/v1"));
  const read = settings.parse({ api_key: " k-1 " });
  expect(read.base_url).toBe("https://api.vendor.example/v1");
  expect(JSON.stringify(read)).not.toContain("k-1");
  expect(bearer({ settings: read })).toEqual({ authorization: "Bearer k-1" });
  expect(settings.parse({ api_key: "k", base_url: "http://a.test/x//" }).base_url).toBe(
    "http://a.test/x",
  );
  for (const base_url of ["", "a.test", "ftp://a.test", 7])
    expect(settings.safeParse({ api_key: "k", base_url }).success).toBe(false);
});

test("a region picks the address unless one is given", () => {
  const settings = z
    .strictObject({ base_url: regionalUrl(), region: z.enum(["here", "there"]).default("here") })
    .transform(atRegion({ here: "https://here.example", there: "https://there.example" }));
  expect(settings.parse({}).base_url).toBe("https://here.example");
  expect(settings.parse({ region: "there" }).base_url).toBe("https://there.example");
  expect(settings.parse({ region: "there", base_url: "http://a.test/" })).toEqual({
    region: "there",
    base_url: "http://a.test",
  });
});

test("a watermark is the client's word, else the operator's, else the vendor's", () => {
  const settings = z.strictObject({ watermark: watermark(true) });
  expect(watermarkOf({}, settings.parse({}))).toBe(true);
  expect(watermarkOf({}, settings.parse({ watermark: false }))).toBe(false);
  expect(watermarkOf({ watermark: false }, settings.parse({}))).toBe(false);
});

test("hosts of results are names, with those that are known as default", () => {
  const hosts = resultHosts([".cdn.example"]);
  expect(hosts.parse(undefined)).toEqual([".cdn.example"]);
  expect(hosts.parse(["a.example"])).toEqual(["a.example"]);
  for (const bad of ["https://a.example", "a.example/x", "*", "", ".", "A.example:443"])
    expect(hosts.safeParse([bad]).success).toBe(false);
});

test("cards of a family have what is common unless they say otherwise", () => {
  const [a, b] = cardFamily({ owned_by: "vendor", n: 4, parameters: ["seed"] }, [
    { name: "a" },
    { name: "b", n: 1 },
  ]);
  expect(a).toMatchObject({ name: "a", owned_by: "vendor", n: 4, parameters: ["seed"] });
  expect(b).toMatchObject({ name: "b", n: 1, parameters: ["seed"] });
});
