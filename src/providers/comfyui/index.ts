import { errorTable, PinholeError } from "../../core/errors.ts";
import { defineProvider, type ProviderEvent } from "../../core/provider.ts";
import { refuseNetworkTags } from "../../dialects/billed-names.ts";
import { keyAndHeaders } from "../../dialects/settings.ts";
import { blamed, readComfyError } from "./faults.ts";
import { type Input, valuesOf } from "./request.ts";
import { cancelPrompt, type MadeFile, runGraph } from "./run.ts";
import { describeServer, listModels } from "./server.ts";
import { options, settings } from "./settings.ts";
import {
  cardOf,
  type PreparedGraph,
  prepareGraph,
  sends,
  workflowFor,
  workflowOf,
} from "./workflow.ts";

/** Words of a prompt by which CLIPTextEncode, or nodes that are often added to it, load further files. */
const loadingWords = /\bembedding:\S+|<[\p{L}\p{N}_]+:[^>]+>/iu;

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, chance } = input;
  if (input.settings.prompt_networks === "refuse") {
    refuseNetworkTags(
      { prompt: request.prompt, negative_prompt: request.more["negative_prompt"] },
      loadingWords,
    );
  }
  const workflow = workflowFor(input.settings, input.model);
  const values = await valuesOf(input, workflow);
  const id = chance.uuid();
  const { keep_files: keepFiles, denoise, mask_denoise: maskDenoise } = input.settings;
  const prepared = prepareGraph(workflow, values, {
    keepFiles,
    filePrefix: `pinhole-${id.slice(0, 8)}`,
    denoise: request.mask === undefined ? denoise : maskDenoise,
  });
  const files = yield* runBlamed(input, prepared, id);
  if (files.length === 0) {
    throw new PinholeError("upstream_bad_answer", {
      message: errorTable.upstream_bad_answer.meaning,
      detail: `the workflow ended well, and its nodes ${prepared.outputs.join(", ")} made no picture`,
    });
  }
  for (const [index, file] of files.slice(0, request.n).entries()) {
    const picture = await input.http.download(viewUrl(input.settings.base_url, file));
    // The others of a batch have no seed by which they could be made alone.
    yield { picture, index, seed: index === 0 ? values.seed : undefined };
  }
}

async function* runBlamed(
  input: Input,
  prepared: PreparedGraph,
  id: string,
): AsyncGenerator<ProviderEvent, readonly MadeFile[], void> {
  try {
    return yield* runGraph(input, prepared, id);
  } catch (thrown) {
    throw blamed(thrown, prepared, input.options);
  }
}

/** The server says where its file lies; all of it goes back as it was said. */
function viewUrl(baseUrl: string, { filename, subfolder, type }: MadeFile): string {
  const query = new URLSearchParams({ filename });
  query.set("subfolder", subfolder ?? "");
  query.set("type", type ?? "output");
  return `${baseUrl}/view?${query.toString()}`;
}

export default defineProvider({
  id: "comfyui",
  name: "ComfyUI",
  docs: "https://docs.comfy.org/development/comfyui-server/comms_routes",
  facts: { documentation: "2026-11-26" },
  about:
    "Self-hosted workflows. A model's name is a bundled workflow (sd15, sdxl, sd3, flux-dev, flux-schnell, flux-kontext, qwen-image, qwen-image-edit, z-image-turbo, z-image), a checkpoint's file, or a workflow of your own; docs/comfyui.md has them all.",
  example: {
    settings: "{ base_url: http://127.0.0.1:8188 }",
    models: "[sdxl, flux-dev]",
  },
  settings,
  options,
  models: [],
  openEnded: true,
  fileSettings: ["workflows.*.file"],
  cardFor({ settings: given, model }) {
    const workflow = workflowOf(given, model);
    return workflow === undefined ? undefined : cardOf(workflow, model);
  },
  sends: (field, about) => sends(workflowOf(about.settings, about.model), field),
  authorize: keyAndHeaders,
  generate,
  readError: readComfyError,
  discover: ({ settings: given, http }) => listModels(http, given),
  check: ({ http }) => describeServer(http),
  cancel: ({ http, job }) => cancelPrompt(http, job),
});
