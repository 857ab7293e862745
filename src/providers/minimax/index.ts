import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import type { UpstreamFault } from "../../core/wire.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { bearer } from "../../dialects/settings.ts";
import { cards } from "./cards.ts";
import { faults } from "./faults.ts";
import { callOf } from "./request.ts";
import { options, type Options, settings, type Settings } from "./settings.ts";
import { readTokens } from "./usage.ts";

type Input = GenerateInput<Settings, Options>;

/** A picture of H3 that was held back or failed is an error in its place. */
const itemSchema = z.object({ error: z.unknown().optional() });

function noneMade(json: unknown): UpstreamFault | undefined {
  const items = z.object({ data: z.array(itemSchema) }).safeParse(json).data?.data ?? [];
  const failed = items.find(({ error }) => error !== undefined && error !== null);
  if (failed === undefined) return undefined;
  const answer = { status: 200, headers: {}, json: { error: failed.error }, text: "" };
  return faults.refused(answer) ?? { code: "upstream_failed" };
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const answer = await input.http.call({
    ...callOf(input),
    lift: ["data.*.b64_json", "data.image_base64.*"],
    refused: faults.refused,
  });
  const usage = readTokens(answer.json);
  if (usage !== undefined) yield { usage };
  yield* madePictures(input.http, answer, {
    at: ["data.*.b64_json", "data.*.url", "data.image_base64.*", "data.image_urls.*"],
    none: noneMade,
  });
}

export default defineProvider({
  id: "minimax",
  name: "MiniMax",
  docs: "https://platform.minimax.io/docs/api-reference/image-generation-h3",
  facts: { documentation: "2026-11-26" },
  about:
    "MiniMax-H3-Image (generation, and edits of up to 16 pictures) and image-01. There is no mask; a call is charged although its client goes away.",
  settings,
  options,
  models: cards,
  openEnded: false,
  generate,
  authorize: bearer,
  readError: faults.readError,
});
