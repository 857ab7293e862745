import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { UpstreamHttp } from "../../core/provider.ts";
import type { Warning } from "../../core/request.ts";
import { readAnswer } from "../read-answer.ts";
import type { SdapiSettings } from "./settings.ts";

const modelsSchema = z.array(z.object({ model_name: z.string() }));

/** The checkpoints that the server lists. */
export async function modelNames(http: UpstreamHttp): Promise<string[]> {
  const answer = await http.call({ url: "/sdapi/v1/sd-models" });
  return readAnswer(modelsSchema, answer.json).map((model) => model.model_name);
}

const samplersSchema = z.array(
  z.object({ name: z.string(), aliases: z.array(z.string()).catch([]) }),
);
type Samplers = z.infer<typeof samplersSchema>;

/** The samplers that the server lists; undefined where it has no such list. */
async function samplersOf(http: UpstreamHttp): Promise<Samplers | undefined> {
  try {
    const answer = await http.call({ url: "/sdapi/v1/samplers" });
    return samplersSchema.parse(answer.json);
  } catch {
    return undefined;
  }
}

/** A sampler's name may be followed by that of a schedule, as in "DPM++ 2M Karras", and be written with marks, as in euler_a. */
function isListed(sampler: string, list: Samplers): boolean {
  const lower = (name: string): string => `${name.toLowerCase()} `;
  const unmarked = (name: string): string => lower(name).replace(/[\s_-]+/g, " ");
  return list.some(({ name, aliases }) =>
    [name, ...aliases].some(
      (one) => lower(sampler).startsWith(lower(one)) || unmarked(sampler) === unmarked(one),
    ),
  );
}

/** The warning about a sampler that the server does not list, where its answer does not say which one it used. */
export async function unlistedSampler(
  http: UpstreamHttp,
  sampler: string | undefined,
  used: string | null | undefined,
): Promise<readonly Warning[]> {
  if (sampler === undefined || (used !== undefined && used !== null && used !== "")) return [];
  const list = await samplersOf(http);
  if (list === undefined || list.length === 0 || isListed(sampler, list)) return [];
  const message = `The server lists no sampler ${sampler.slice(0, 60)}, so it has used its own.`;
  return [{ param: "sampler", code: "adjusted_value", message }];
}

/** The free check of a server: what it lists, and whether the configured sampler is among it, since servers take another one in silence. */
export async function checkServer({
  settings: { sampler },
  http,
}: {
  readonly settings: Pick<SdapiSettings, "sampler">;
  readonly http: UpstreamHttp;
}): Promise<string> {
  const models = await modelNames(http);
  const samplers = await samplersOf(http);
  const counted = (count: number, word: string): string =>
    `${count} ${word}${count === 1 ? "" : "s"}`;
  const checkpoints = counted(models.length, "checkpoint");
  if (samplers === undefined) return `it lists ${checkpoints}`;
  if (sampler !== undefined && !isListed(sampler, samplers)) {
    throw new PinholeError("upstream_refused", {
      message: `The server has no sampler ${sampler}; set \`sampler\` to one of ${samplers.map(({ name }) => name).join(", ")}.`,
    });
  }
  return `it lists ${checkpoints} and ${counted(samplers.length, "sampler")}`;
}
