import { z } from "zod";
import { anyServerSettings, baseUrl } from "../../dialects/settings.ts";
import { families } from "./families.ts";
import { graphFault, type Graph, graphSchema, valueAt } from "./graph.ts";

/** Inputs of a workflow that a request fills, under the names of the setting. */
export const inputNames = [
  "prompt",
  "negative_prompt",
  "width",
  "height",
  "batch_size",
  "seed",
  "image",
  "mask",
  "steps",
  "cfg",
  "guidance",
  "sampler",
  "scheduler",
  "denoise",
] as const;
export type InputName = (typeof inputNames)[number];

const place = z.string().regex(/^.+\.[^.]+$/, {
  message: "must be a node's id and the name of its input: 6.text",
});

const places = z
  .union([place, z.array(place).min(1)])
  .transform((given) => [given].flat())
  .describe("A node's id and its input, 6.text, or several of them.");

const graph = z.unknown().transform((given, context): Graph => {
  const document = typeof given === "string" ? parsed(given) : given;
  const fault = document === undefined ? "must be a workflow as JSON" : graphFault(document);
  if (fault === undefined) return graphSchema.parse(document);
  context.addIssue({ code: "custom", message: fault });
  return z.NEVER;
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema's message says what is wanted.
    return undefined;
  }
}

const files = z
  .strictObject({
    checkpoint: z.string().min(1).optional().describe("One file that holds all parts."),
    unet: z.string().min(1).optional().describe("The diffusion model alone."),
    clip: z.array(z.string().min(1)).min(1).max(3).optional().describe("Text encoders."),
    vae: z.string().min(1).optional().describe("The autoencoder."),
  })
  .default({})
  .describe("Names of the model's files, where they are others than Comfy-Org's.");

const familyNames = Object.keys(families);

const ownWorkflow = z.strictObject({
  bundled: z
    .enum(familyNames)
    .optional()
    .describe("The bundled workflow that serves it, with its files and numbers changed."),
  files,
  steps: z.int().min(1).max(200).optional().describe("Sampling steps of the bundled workflow."),
  cfg: z.number().min(0).max(30).optional().describe("Guidance of the bundled workflow."),
  guidance: z.number().min(0).max(30).optional().describe("Distilled guidance (FLUX)."),
  sampler: z.string().min(1).optional().describe("Sampler of the bundled workflow."),
  scheduler: z.string().min(1).optional().describe("Noise schedule of the bundled workflow."),
  file: graph.optional().describe("Path of a workflow of your own, exported with Export (API)."),
  graph: graph.optional().describe("The same, written here."),
  inputs: z
    .partialRecord(z.enum(inputNames), places)
    .default({})
    .describe(
      "Where the request's values go in a workflow of your own: { prompt: 6.text, seed: 3.seed }.",
    ),
  outputs: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Ids of the nodes whose pictures are the result. Not set: all that save pictures."),
  mask: z
    .enum(["transparent", "white", "black"])
    .default("transparent")
    .describe(
      "What may change in the mask of your own workflow: transparent for LoadImage and for LoadImageMask of the alpha channel, white for its colours.",
    ),
});
export type WorkflowSettings = z.output<typeof ownWorkflow>;

/** A workflow is either a bundled one or one of the operator's own, and all its places are there. */
const workflow = ownWorkflow.superRefine((given, context) => {
  const kinds = [given.bundled, given.file, given.graph].filter((one) => one !== undefined);
  if (kinds.length !== 1) {
    context.addIssue({ code: "custom", message: "needs one of bundled, file and graph" });
    return;
  }
  const own = given.file ?? given.graph;
  if (own === undefined) return;
  for (const [name, list] of Object.entries(given.inputs)) {
    for (const text of list) {
      if (valueAt(own, text) !== undefined) continue;
      const message = `the workflow has no ${text}`;
      context.addIssue({ code: "custom", message, path: ["inputs", name] });
    }
  }
  for (const [index, id] of (given.outputs ?? []).entries()) {
    if (own[id] !== undefined) continue;
    context.addIssue({
      code: "custom",
      message: `the workflow has no node ${id}`,
      path: ["outputs", index],
    });
  }
  if (given.inputs.prompt === undefined) {
    context.addIssue({
      code: "custom",
      message: "must name the place of prompt",
      path: ["inputs"],
    });
  }
});

export const settings = z.strictObject({
  ...anyServerSettings,
  base_url: baseUrl("http://127.0.0.1:8188", "Address of the server."),
  workflows: z
    .record(z.string().min(1), workflow)
    .default({})
    .describe("Workflows by the name of the model that they serve, at the upstream."),
  denoise: z
    .number()
    .min(0)
    .max(1)
    .default(0.75)
    .describe("How much an edit may change that begins as its image: 0 nothing, 1 everything."),
  mask_denoise: z.number().min(0).max(1).default(1).describe("The same inside of a mask."),
  keep_files: z
    .boolean()
    .default(true)
    .describe(
      "False: input images and results go to the server's temporary folder, which it empties when it starts. Workflows of your own keep what they say.",
    ),
  preview_method: z
    .enum(["auto", "latent2rgb", "taesd"])
    .default("latent2rgb")
    .describe(
      "How previews are made where a client wants them; servers of before 2026 need --preview-method at their start.",
    ),
  prompt_networks: z
    .enum(["refuse", "allow"])
    .default("refuse")
    .describe(
      "embedding:name and tags such as <lora:name:1> in a caller's prompt load further files on the server. refuse: a 400; allow: they are passed on.",
    ),
});
export type Settings = z.output<typeof settings>;

/** Options of one request, which its caller may choose. */
export const options = z.strictObject({
  steps: z.int().min(1).max(150).optional().describe("Sampling steps."),
  cfg: z.number().min(0).max(30).optional().describe("How closely the prompt is followed."),
  guidance: z.number().min(0).max(30).optional().describe("The same of distilled models (FLUX)."),
  sampler: z.string().min(1).max(100).optional().describe("Sampler."),
  scheduler: z.string().min(1).max(100).optional().describe("Noise schedule."),
  denoise: z.number().min(0).max(1).optional().describe("How much an edit may change."),
});
export type Options = z.output<typeof options>;
