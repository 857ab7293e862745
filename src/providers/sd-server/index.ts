import { z } from "zod";
import { defineCard } from "../../core/model-card.ts";
import { defineProvider, type ProviderEvent } from "../../core/provider.ts";
import { refusePromptTags } from "../../dialects/billed-names.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { keyAndHeaders } from "../../dialects/settings.ts";
import { capabilitiesOf, checkServer, refuseUnlisted } from "./capabilities.ts";
import { bodyOf, type Input, sideMultiple } from "./request.ts";
import { options, settings } from "./settings.ts";

const faults = faultReader({
  codeAt: ["error.code"],
  messageAt: ["error.message", "message", "error"],
  codes: { upstream_busy: ["cancelled"] },
  sentences: { upstream_model_missing: [/^loaded model does not support\b/i] },
});

const jobs: JobRules = {
  idAt: ["id"],
  cancels: true,
  byId: (id) => ({ url: `/sdcpp/v1/jobs/${id}` }),
  statusAt: ["status"],
  done: ["completed"],
  failed: ["failed", "cancelled"],
  failure: faults.refused,
  lift: ["result.images.*.b64_json"],
  pace: { firstMs: 200, maxMs: 1000 },
};

/** Any model that may be loaded. The operator's own card may say more. */
const defaultCard = defineCard({
  name: "any",
  operations: ["generation", "edit"],
  n: 8,
  size_rule: { multiple: sideMultiple, edge_min: 64, edge_max: 2048, pixels_max: 4_194_304 },
  formats: ["png", "jpeg", "webp"],
  format_parameter: true,
  compression_parameter: true,
  images: { max: 1 },
  mask: { polarity: "white", binary: true },
  parameters: ["seed", "negative_prompt"],
  failures_billed: false,
  price: "free",
});

/** Seeds of ours are below it: the server draws its own from the second, so that two calls in one would be the same picture. */
const seedsEnd = 2 ** 31 - 16;

const seedSchema = z.object({ seed: z.int().optional() });

const itemSchema = z.object({ index: z.int().min(0) });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, settings: given, http } = input;
  const texts = { prompt: request.prompt, negative_prompt: request.more["negative_prompt"] };
  refusePromptTags(texts, given.refused_prompt_tags);
  await refuseUnlisted(input.options, http);
  const seed = seedSchema.parse(request.more).seed ?? input.chance.below(seedsEnd);
  const { result } = yield* runJob(input, jobs, {
    url: "/sdcpp/v1/img_gen",
    json: bodyOf(input, seed),
  });
  yield* madePictures(http, result, {
    at: ["result.images.*.b64_json"],
    facts: (item) => ({ seed: seed + (itemSchema.safeParse(item).data?.index ?? 0) }),
  });
}

/** Fields of the contract that a job has, or that the settings stand for. */
const sentFields: ReadonlySet<string> = new Set([
  "seed",
  "negative_prompt",
  "size",
  "quality",
  "output_format",
  "output_compression",
  "mask",
]);

export default defineProvider({
  id: "sd-server",
  name: "stable-diffusion.cpp",
  docs: "https://github.com/leejet/stable-diffusion.cpp/blob/master/examples/server/README.md",
  facts: { documentation: "2026-11-27" },
  about:
    "The server of stable-diffusion.cpp by its own jobs (`/sdcpp/v1`), in which seeds and masks are fields and nothing is read out of prompts. It serves the one model that it was started with, whatever a channel calls it, and works on one job at a time: give the channel a concurrency of 1 and a long timeout.",
  settings,
  options,
  models: [],
  openEnded: true,
  defaultCard,
  authorize: keyAndHeaders,
  generate,
  sends: (field) => sentFields.has(field),
  readError: faults.readError,
  discover: async ({ http }) => [(await capabilitiesOf(http)).model.stem],
  // Only a job that waits: the server cannot stop one that it works on, and says so.
  async cancel({ http, job }) {
    await http.call({ url: `/sdcpp/v1/jobs/${job}/cancel`, method: "POST" });
    return "free";
  },
  check: ({ settings: given, http }) => checkServer(given, http),
});
