import { expect, test } from "vitest";
import { fingerprintOf } from "../../src/gateway/requests/fingerprint.ts";
import type { ImageRequest } from "../../src/core/request.ts";

const request: ImageRequest = {
  operation: "generation",
  model: "m",
  prompt: 'a "fox"\n🦊',
  n: 1,
  stream: false,
  partial_images: 0,
  images: [],
  more: {},
  unknown: {},
  provider_options: {},
};

// Records hold them, so a retry after an update must still find its request.
test("a fingerprint stays what it was in earlier versions", async () => {
  expect(await fingerprintOf(request)).toBe(
    "d597e387b637922427af8ffc5a5d53b593f90ab40077e730b229bdc18e0c311f",
  );
  const odd = '{"b":1,"a":[null,true,{"d":1,"c":2}],"10":1,"9":2,"-1":0,"__proto__":{"x":1}}';
  const full: ImageRequest = {
    ...request,
    size: { width: 3, height: 2 },
    user: "u",
    more: { seed: 1.5, negative_prompt: "n" },
    unknown: JSON.parse(odd) as Record<string, unknown>,
    provider_options: { z: { b: 1, a: 2 } },
  };
  expect(await fingerprintOf(full)).toBe(
    "5f01ae12fd3e33fc01209c0709ce70f9e9088d9ad6bcf94b77317234ae1d43d6",
  );
});

test("the order of keys and fields that are undefined change nothing", async () => {
  const one = { ...request, unknown: { a: 1, b: { c: 1, d: undefined } } };
  const other = { ...request, style: undefined, unknown: { b: { c: 1 }, a: 1 } };
  expect(await fingerprintOf(one)).toBe(await fingerprintOf(other));
});
