import { z } from "zod";
import { Picture } from "../../core/picture.ts";
import type { ProviderEvent, ProviderTools } from "../../core/provider.ts";
import type { WireAnswer, WireRequest } from "../../core/wire.ts";

/** Pause between two looks at the progress: the servers refresh theirs about that often. */
const lookEveryMs = 500;

const progressSchema = z.object({
  progress: z.number(),
  current_image: z.unknown(),
  /** The id that the running job was started with; servers that do not know it leave it out. */
  current_task: z.string().nullish().catch(undefined),
});

/** The answer to a call, and how many of the previews that were due have been shown, the passed ones counted. */
export interface PreviewedCall {
  readonly answer: WireAnswer;
  readonly shown: number;
}

/**
 * Makes the call and shows up to `wanted` previews of it, as evenly spread as the server's progress
 * lets them. Progress is the whole server's: a job that is known to be another's is never shown; `taskId`
 * is undefined where the server knows no ids. Of a
 * batch the server shows all pictures in one preview, which stands for the first.
 */
export async function* callWithPreviews(
  tools: Pick<ProviderTools, "http" | "alongside">,
  request: WireRequest,
  taskId: string | undefined,
  wanted: number,
): AsyncGenerator<ProviderEvent, PreviewedCall, void> {
  let shown = 0;
  const read = async (withImage: boolean) => {
    const answer = await tools.http.call({
      url: "/sdapi/v1/progress",
      query: { skip_current_image: String(!withImage) },
      lift: ["current_image"],
    });
    const found = progressSchema.parse(answer.json);
    const isOthers =
      taskId !== undefined &&
      typeof found.current_task === "string" &&
      found.current_task !== taskId;
    // What a preview is due at: a quarter, a half and three quarters for three of them.
    const isDue = found.progress >= (shown + 1) / (wanted + 1) && found.progress < 1;
    return isDue && !isOthers ? found : undefined;
  };
  const look = async (): Promise<ProviderEvent | undefined> => {
    // Asked for only when it is due: making a preview costs the server time.
    if (shown >= wanted || (await read(false)) === undefined) return undefined;
    const found = await read(true);
    if (!(found?.current_image instanceof Picture)) return undefined;
    shown = Math.floor(found.progress * (wanted + 1));
    return { partial: found.current_image, index: 0 };
  };
  const answer = yield* tools.alongside(() => tools.http.call(request), look, lookEveryMs);
  return { answer, shown };
}
