import { describe, expect, test } from "vitest";
import { toldBy } from "../../../src/providers/comfyui/messages.ts";
import { options, settings } from "../../../src/providers/comfyui/settings.ts";
import { cardOf, workflowOf } from "../../../src/providers/comfyui/workflow.ts";

const graph = {
  "1": { class_type: "LoadImage", inputs: { image: "example.png" } },
  "3": { class_type: "KSampler", inputs: { seed: 1 } },
  "5": { class_type: "EmptyLatentImage", inputs: { width: 640, height: 512, batch_size: 1 } },
  "6": { class_type: "CLIPTextEncode", inputs: { text: "here" } },
};
const inputs = { prompt: "6.text" };

function faultsOf(workflow: unknown): string[] {
  const read = settings.safeParse({ workflows: { own: workflow } });
  return read.success ? [] : read.error.issues.map(({ message }) => message);
}

describe("a workflow of one's own", () => {
  test.each([
    ["as an object", { graph, inputs }],
    ["as JSON", { graph: JSON.stringify(graph), inputs }],
    ["as a file's text", { file: JSON.stringify(graph), inputs }],
  ])("is taken %s", (_name, workflow) => {
    expect(faultsOf(workflow)).toEqual([]);
  });

  test.each([
    [{ graph: { nodes: [], links: [] }, inputs }, /editor; export it again/],
    [{ graph: "{", inputs }, /as JSON/],
    [{ graph: {}, inputs }, /has no nodes/],
    [{ graph: [1], inputs }, /object of nodes/],
    [{ graph: { "1": {} }, inputs }, /class_type/],
    [{ graph, inputs: { prompt: "6.words" } }, /has no 6\.words/],
    [{ graph, inputs: { prompt: "99.text" } }, /has no 99\.text/],
    [{ graph, inputs: {} }, /place of prompt/],
    [{ graph, inputs, outputs: ["77"] }, /no node 77/],
    [{ inputs }, /one of bundled, file and graph/],
    [{ graph, bundled: "sdxl", inputs }, /one of bundled, file and graph/],
  ])("%j is refused with words that say what is wrong", (workflow, words) => {
    expect(faultsOf(workflow).join(" ")).toMatch(words);
  });

  test("promises in its card what its inputs can say, and nothing else", () => {
    const given = settings.parse({
      workflows: {
        least: { graph, inputs },
        all: {
          graph,
          mask: "white",
          inputs: {
            ...inputs,
            width: "5.width",
            height: "5.height",
            batch_size: "5.batch_size",
            seed: "3.seed",
            image: "1.image",
            mask: "1.image",
          },
        },
      },
    });
    const card = (name: string) => {
      const workflow = workflowOf(given, name);
      return workflow === undefined ? undefined : cardOf(workflow, name);
    };
    expect(card("least")).toMatchObject({
      operations: ["generation"],
      n: 1,
      sizes: [],
      parameters: [],
    });
    expect(card("least")).not.toHaveProperty("mask");
    expect(card("all")).toMatchObject({
      operations: ["edit"],
      n: 4,
      size_default: "640x512",
      parameters: ["seed"],
      mask: { polarity: "white" },
      images: { max: 1 },
    });
  });
});

test.each([
  ["flux1-schnell-fp8.safetensors", 4],
  ["flux1-dev-fp8.safetensors", 20],
  ["sd3.5_medium.safetensors", 20],
  ["ponyDiffusionV6XL.safetensors", 25],
  ["dreamshaper_8.safetensors", 20],
])("the checkpoint %s is of the family that its name says", (name, steps) => {
  const workflow = workflowOf(settings.parse({}), name);
  expect(workflow).toMatchObject({ family: { steps }, files: { checkpoint: name } });
});

test("a name that is neither a workflow nor a file has none", () => {
  expect(workflowOf(settings.parse({}), "constructor")).toBeUndefined();
  expect(workflowOf(settings.parse({}), "gpt-image-1")).toBeUndefined();
});

test("callers choose within bounds", () => {
  expect(options.safeParse({ steps: 10_000 }).success).toBe(false);
  expect(options.safeParse({ n: 2 }).success).toBe(false);
  expect(options.safeParse({ steps: 30, denoise: 0.5 }).success).toBe(true);
});

describe("messages", () => {
  const text = (type: string, data: object) => toldBy(JSON.stringify({ type, data }), "mine");

  test("of other prompts, and those that are none, tell nothing", () => {
    expect(text("progress", { prompt_id: "other", value: 1, max: 2 })).toBeUndefined();
    expect(text("execution_interrupted", { prompt_id: "other" })).toBeUndefined();
    expect(text("executing", { node: "5" })).toBeUndefined();
    expect(toldBy("crystools", "mine")).toBeUndefined();
    expect(text("progress", { prompt_id: "mine", value: 1, max: 0 })).toBeUndefined();
  });

  test("of the end, in each of its words", () => {
    for (const type of ["execution_success", "execution_error", "execution_interrupted"]) {
      expect(text(type, { prompt_id: "mine" })).toBe("ended");
    }
    expect(text("executing", { prompt_id: "mine", node: null })).toBe("ended");
    expect(text("executing", { prompt_id: "mine", node: "5" })).toBeUndefined();
  });

  test.each([
    [[]],
    [[0, 0, 0, 1]],
    [[0, 0, 0, 3, 0, 0, 0, 1, 65]],
    [[0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff, 1, 2]],
  ])("of bytes %j are no preview", (bytes) => {
    expect(toldBy(new Uint8Array(bytes), "mine")).toBeUndefined();
  });
});
