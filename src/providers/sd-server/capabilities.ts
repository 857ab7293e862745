import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { UpstreamHttp } from "../../core/provider.ts";
import { readAnswer } from "../../dialects/read-answer.ts";

/** The part of the server's description of itself that is of use. A server has one model. */
const capabilitiesSchema = z.object({
  model: z.object({ stem: z.string() }),
  samplers: z.array(z.string()),
  schedulers: z.array(z.string()),
});
export type Capabilities = z.infer<typeof capabilitiesSchema>;

/** The server's description of itself, which is free. */
export async function capabilitiesOf(http: UpstreamHttp): Promise<Capabilities> {
  const answer = await http.call({ url: "/sdcpp/v1/capabilities" });
  return readAnswer(capabilitiesSchema, answer.json);
}

/** Values of the settings and options that the server knows a list of. */
export interface Chosen {
  readonly sampler?: string | undefined;
  readonly scheduler?: string | undefined;
}

/** The first of them that the server does not list: it would take its own instead and say nothing. */
function unlisted(
  { sampler, scheduler }: Chosen,
  { samplers, schedulers }: Capabilities,
): { readonly param: keyof Chosen; readonly words: string } | undefined {
  const isMissing = (name: string | undefined, list: readonly string[]): boolean =>
    name !== undefined && !list.includes(name);
  const words = (param: string, list: readonly string[]): string =>
    `\`${param}\` must be one of ${list.join(", ")} for this server.`;
  if (isMissing(sampler, samplers)) return { param: "sampler", words: words("sampler", samplers) };
  if (isMissing(scheduler, schedulers))
    return { param: "scheduler", words: words("scheduler", schedulers) };
  return undefined;
}

/** Throws invalid_value where the caller chose what the server does not list. Asks only where something was chosen. */
export async function refuseUnlisted(options: Chosen, http: UpstreamHttp): Promise<void> {
  if (options.sampler === undefined && options.scheduler === undefined) return;
  const found = unlisted(options, await capabilitiesOf(http));
  if (found === undefined) return;
  throw new PinholeError("invalid_value", { message: found.words, param: found.param });
}

/** The free check: the model that is loaded, and whether the settings name what the server lists. */
export async function checkServer(settings: Chosen, http: UpstreamHttp): Promise<string> {
  const capabilities = await capabilitiesOf(http);
  const found = unlisted(settings, capabilities);
  if (found !== undefined) throw new PinholeError("upstream_refused", { message: found.words });
  return `it serves ${capabilities.model.stem}`;
}
