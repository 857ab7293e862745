import { z } from "zod";
import type { PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import type { ProviderEvent, UpstreamHttp } from "../../core/provider.ts";
import type { Usage } from "../../core/request.ts";
import { sumUsage } from "../../core/usage.ts";
import type { WireAnswer, WireRequest } from "../../core/wire.ts";
import { noPicture, readImagesAnswer } from "./answer.ts";
import { readOpenAiUsage } from "./usage.ts";
import { findAnyPictures } from "../picture-places.ts";

const text = z.string().nullish().catch(undefined);

const eventSchema = z.object({
  type: text,
  partial_image_index: z.int().min(0).nullish().catch(undefined),
  quality: text,
  background: text,
  revised_prompt: text,
  usage: z.unknown().optional(),
  /** Another Pinhole says which picture an event is about. */
  pinhole: z
    .object({ index: z.int().min(0).nullish() })
    .nullish()
    .catch(undefined),
});
type EventFields = z.infer<typeof eventSchema>;

/** One stream, from its request on. */
export interface ImagesStream {
  wire(): WireRequest;
  /** Pictures that were asked for. */
  readonly n: number;
  /** Places of the pictures of an ordinary answer. */
  readonly places: readonly string[];
  /** Places of the pictures of an event. */
  readonly eventPlaces: readonly string[];
  readonly http: UpstreamHttp;
}

/**
 * Reads `image_generation.*` and `image_edit.*` events (clouds.md §1, Streaming). An event that holds a
 * picture is a preview where its type ends in `partial_image` and a finished picture else, as the
 * imitators that send whole pictures one by one mean it. An upstream that does not stream answers as
 * ever. An event that cannot be read only counts where a picture is missing in the end.
 */
export async function* readImagesStream(
  stream: ImagesStream,
): AsyncGenerator<ProviderEvent, void, void> {
  const { n, eventPlaces, http } = stream;
  const tally = new Tally(n);
  let fault: PinholeError | undefined;
  let last: unknown;
  for await (const wire of http.events(stream.wire())) {
    if ("answer" in wire) {
      yield* readImagesAnswer(() => wire.answer, stream);
      return;
    }
    fault ??= wire.fault;
    last = wire.json ?? last;
    const fields = eventSchema.safeParse(wire.json).data;
    if (fields === undefined) continue;
    const found = findAnyPictures(wire.json, eventPlaces, Math.max(1, n - tally.made));
    if ((fields.type ?? wire.event).endsWith("partial_image")) {
      const preview = found[0]?.source;
      if (preview instanceof Picture) yield { partial: preview, index: tally.previewOf(fields) };
      continue;
    }
    const usage = readOpenAiUsage(fields.usage);
    if (usage !== undefined) yield { usage: tally.add(usage) };
    if (tally.made >= n) continue;
    for (const { source } of found) {
      yield {
        picture: source instanceof Picture ? source : await http.download(source),
        index: tally.pictureOf(fields),
        revisedPrompt: fields.revised_prompt || undefined,
        quality: fields.quality ?? undefined,
        background: fields.background ?? undefined,
      };
    }
    // What may still come is no picture that was asked for; some tell the usage in an event behind the last.
    if (tally.made >= n && tally.hasUsage) return;
  }
  if (tally.made === 0)
    throw (
      http.refusal(lastAnswer(last)) ?? fault ?? noPicture("the stream ended without a picture")
    );
  if (fault !== undefined) throw fault;
}

/** The last event as an answer: a server that fails may say so in an event without a name. */
function lastAnswer(json: unknown): WireAnswer {
  return { status: 200, headers: {}, json, picture: undefined };
}

/** A count of the pictures that events were about, and of what was used so far. */
class Tally {
  readonly #n: number;
  readonly #finished = new Set<number>();
  /** The times that each place among the previews came: once for every picture. */
  readonly #previews = new Map<number, number>();
  #usage: Usage | undefined;

  constructor(n: number) {
    this.#n = n;
  }

  get made(): number {
    return this.#finished.size;
  }

  get hasUsage(): boolean {
    return this.#usage !== undefined;
  }

  /** The published events do not name their picture: the second first preview belongs to the second picture. */
  previewOf({ pinhole, partial_image_index }: EventFields): number {
    const place = partial_image_index ?? 0;
    const before = this.#previews.get(place) ?? 0;
    this.#previews.set(place, before + 1);
    return Math.min(this.#n - 1, pinhole?.index ?? this.#unfinished(before));
  }

  pictureOf({ pinhole }: EventFields): number {
    const named = pinhole?.index ?? undefined;
    const index =
      named === undefined || named >= this.#n || this.#finished.has(named)
        ? this.#unfinished(0)
        : named;
    this.#finished.add(index);
    return index;
  }

  /** Of all calls' events together. */
  add(usage: Usage): Usage {
    this.#usage = sumUsage([this.#usage, usage]) ?? usage;
    return this.#usage;
  }

  #unfinished(from: number): number {
    let index = from;
    while (this.#finished.has(index)) index += 1;
    return index;
  }
}
