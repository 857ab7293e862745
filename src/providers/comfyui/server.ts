import { z } from "zod";
import type { UpstreamHttp } from "../../core/provider.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { families } from "./families.ts";
import type { Settings } from "./settings.ts";

const classSchema = z.record(
  z.string(),
  z.object({
    input: z.object({ required: z.record(z.string(), z.array(z.unknown())).nullish() }),
  }),
);

/** The choices of an input: `[["a", "b"], {…}]`, or in newer servers `["COMBO", { options: ["a", "b"] }]`. */
const choicesSchema = z.union([
  z.tuple([z.array(z.string())], z.unknown()).transform(([list]) => list),
  z
    .tuple([z.string(), z.object({ options: z.array(z.string()) })], z.unknown())
    .transform(([, { options }]) => options),
]);

/** Names of files that an input of a node's class can be. */
async function choicesOf(http: UpstreamHttp, className: string, input: string): Promise<string[]> {
  const answer = await http.call({ url: `/object_info/${className}` });
  const found = readAnswer(classSchema, answer.json)[className]?.input.required?.[input];
  const choices = choicesSchema.safeParse(found);
  return choices.success ? choices.data : [];
}

/** Names under which the server's models can be asked for: the settings' workflows, bundled ones whose file is there, checkpoints. */
export async function listModels(http: UpstreamHttp, settings: Settings): Promise<string[]> {
  const checkpoints = await choicesOf(http, "CheckpointLoaderSimple", "ckpt_name");
  const unets = await choicesOf(http, "UNETLoader", "unet_name");
  const bundled = Object.entries(families).filter(
    ([, { files }]) =>
      checkpoints.includes(files.checkpoint ?? "") || unets.includes(files.unet ?? ""),
  );
  const own = Object.keys(settings.workflows);
  return [...new Set([...own, ...bundled.map(([name]) => name), ...checkpoints])];
}

const statsSchema = z.object({
  system: z.object({ comfyui_version: z.string().nullish() }),
});
const promptSchema = z.object({ exec_info: z.object({ queue_remaining: z.number() }) });

/** A sentence about the server that answers, and how much it has to do. */
export async function describeServer(http: UpstreamHttp): Promise<string> {
  const stats = readAnswer(statsSchema, (await http.call({ url: "/system_stats" })).json);
  const queue = readAnswer(promptSchema, (await http.call({ url: "/prompt" })).json);
  const version = stats.system.comfyui_version ?? "of an unknown version";
  return `ComfyUI ${version} answers; ${queue.exec_info.queue_remaining} prompts are in its queue`;
}
