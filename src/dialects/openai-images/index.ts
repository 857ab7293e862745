import { z } from "zod";
import type {
  BaseSettings,
  GenerateInput,
  ProviderEvent,
  UpstreamFault,
  UpstreamHttp,
} from "../../core/provider.ts";
import type { WireError, WireRequest } from "../../core/wire.ts";
import { readImagesAnswer } from "./answer.ts";
import { readOpenAiError } from "./errors.ts";
import { readImagesStream } from "./events.ts";
import type { OpenAiImagesQuirks } from "./quirks.ts";
import { eventPlaces, imagesRequest } from "./request.ts";
export {
  imagesPerCall,
  openaiImagesQuirks,
  takesField,
  type OpenAiImagesQuirks,
} from "./quirks.ts";
export { readOpenAiError } from "./errors.ts";
export { noPicture, readImagesAnswer } from "./answer.ts";
export { readOpenAiUsage } from "./usage.ts";

/** `provider_options` of a provider of this dialect: fields of the upstream's own, by its names. */
export type OpenAiImagesOptions = Readonly<Record<string, unknown>>;

/** The differences between providers of this dialect. */
export interface OpenAiImagesDialect<S extends BaseSettings> {
  /** The differences of this upstream from OpenAI for this call. */
  quirks(input: GenerateInput<S, OpenAiImagesOptions>): OpenAiImagesQuirks;
  /** Reads the upstream's errors, also those inside an answer with a good status; OpenAI's reading unless given. */
  readonly readError?: (error: WireError) => UpstreamFault | undefined;
}

/**
 * `generate` and `readError` of every provider that speaks OpenAI's images API: generations as JSON,
 * edits as multipart or JSON, one answer with all pictures or a stream of events. Facts: clouds.md §1.
 */
export function openaiImages<S extends BaseSettings>(
  dialect: OpenAiImagesDialect<S>,
): {
  generate(input: GenerateInput<S, OpenAiImagesOptions>): AsyncGenerator<ProviderEvent, void, void>;
  readError(error: WireError): UpstreamFault | undefined;
} {
  const readError = dialect.readError ?? readOpenAiError;
  return {
    generate(input) {
      const quirks = dialect.quirks(input);
      const { request, model, options, http } = input;
      const wire = (): WireRequest => imagesRequest({ request, model, options, quirks });
      const places = quirks.pictures;
      const { n } = request;
      return request.stream
        ? readImagesStream({ wire, n, places, eventPlaces: eventPlaces(quirks), http })
        : readImagesAnswer(() => http.call(wire()), { places, n, http });
    },
    readError,
  };
}

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/** The model names of `GET {base_url}/models`, as OpenAI and most of its imitators list them. */
export async function listOpenAiModels(http: UpstreamHttp): Promise<string[]> {
  const answer = await http.call({ url: "/models" });
  return modelsSchema.parse(answer.json).data.map(({ id }) => id);
}
