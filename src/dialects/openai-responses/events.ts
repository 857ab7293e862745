import { z } from "zod";
import type { PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import type { ProviderEvent, UpstreamHttp } from "../../core/provider.ts";
import type { StreamedEvent, WireRequest } from "../../core/wire.ts";
import { noPicture } from "../openai-images/index.ts";
import { readResponse } from "./answer.ts";

/** The places of pictures in the events of a stream: a preview, a finished item, the whole response at the end. */
export const eventPictures: readonly string[] = [
  "partial_image_b64",
  "item.result",
  "response.output.*.result",
];

const eventSchema = z.object({
  type: z.string().nullish().catch(undefined),
  partial_image_b64: z.instanceof(Picture).nullish().catch(undefined),
  response: z.unknown().optional(),
});

/** Events that are the last of a stream and hold the response as it would have been answered without one. */
const lastEvents: ReadonlySet<string> = new Set([
  "response.completed",
  "response.failed",
  "response.incomplete",
]);

/** The finished response that the events of a stream end with. */
export function responseOf(events: readonly StreamedEvent[]): unknown {
  const read = events.map(({ event, json }) => ({ event, data: eventSchema.safeParse(json).data }));
  const last = read.findLast(({ event, data }) => lastEvents.has(data?.type ?? event));
  return last?.data?.response;
}

/**
 * Reads the events of a response (clouds.md §1, "Stream events"): previews as they come, then the
 * finished response. A server that does not stream answers as ever. An event that cannot be read
 * only counts where the picture is missing in the end.
 */
export async function* readResponseStream(
  wire: WireRequest,
  http: UpstreamHttp,
): AsyncGenerator<ProviderEvent, void, void> {
  let fault: PinholeError | undefined;
  for await (const came of http.events(wire)) {
    if ("answer" in came) {
      yield* readResponse(came.answer.json, http);
      return;
    }
    fault ??= came.fault;
    const event = eventSchema.safeParse(came.json).data;
    const type = event?.type ?? came.event;
    if (event?.partial_image_b64) yield { partial: event.partial_image_b64, index: 0 };
    if (!lastEvents.has(type)) continue;
    yield* readResponse(event?.response, http);
    return;
  }
  throw fault ?? noPicture("the stream ended without a response");
}
