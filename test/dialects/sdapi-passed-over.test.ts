import { describe, expect, test } from "vitest";
import { type AskedJob, type DoneJob, passedOver } from "../../src/dialects/sdapi/passed-over.ts";

const params = (asked: Partial<AskedJob>, done: DoneJob): string[] =>
  passedOver({ sampler: undefined, checkpoint: undefined, previewed: true, ...asked }, done).map(
    ({ param }) => param,
  );

describe("a sampler", () => {
  test.each([
    ["Euler a", "Euler a"],
    ["euler A", "Euler a"],
    ["DPM++ 2M Karras", "DPM++ 2M"],
    ["Euler a", undefined],
    ["Euler a", null],
    ["Euler a", ""],
    [undefined, "Euler"],
  ])("%j that ran as %j", (sampler, sampler_name) => {
    expect(params({ sampler }, { sampler_name })).toEqual([]);
  });

  test.each([
    ["nope", "Euler"],
    ["Euler a", "Euler b"],
    ["DPM++ 2M", "DPM++ 2M SDE"],
  ])("%j in whose place the server took %j is told", (sampler, sampler_name) => {
    expect(params({ sampler }, { sampler_name })).toEqual(["sampler"]);
  });
});

describe("a checkpoint", () => {
  const hash = "879db523c3";
  test.each([
    ["dream_8", "dream_8", undefined],
    ["sd/dream_8.safetensors [879db523c3]", "dream_8", hash],
    ["sd\\Dream_8.ckpt", "dream_8", hash],
    [hash, "dream_8", hash],
    ["tiny-flux", "tiny-flux.gguf", undefined],
    ["dream_8", undefined, hash],
    [undefined, "dream_8", hash],
  ])("%j that ran as %j", (checkpoint, sd_model_name, sd_model_hash) => {
    expect(params({ checkpoint }, { sd_model_name, sd_model_hash })).toEqual([]);
  });

  test.each([
    ["dream_8", "sdxl", hash],
    ["dream_8", "dream_9.safetensors", undefined],
  ])("%j in whose place the server ran %j is told", (checkpoint, sd_model_name, sd_model_hash) => {
    expect(params({ checkpoint }, { sd_model_name, sd_model_hash })).toEqual(["model"]);
  });
});

test("previews that did not come are told", () => {
  expect(params({ previewed: false }, {})).toEqual(["partial_images"]);
});
