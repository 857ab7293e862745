import { queryOptions } from "@tanstack/react-query";
import { ApiError } from "./ask.ts";

/** The state of the gateway as this page sees it: it answers, or the reason why it cannot serve. */
export type Line = "well" | "away" | "stopping" | "database" | "images";

/** Parts of the gateway without which nothing can be made; the others have their notices. */
const neededParts = ["database", "images"] as const;

const lookEveryMs = 15_000;
const lookAgainMs = 1_500;

/** The question how the gateway is: asked now and then, and again and again while it is not well. */
export const lineQuery = queryOptions({
  queryKey: ["line"],
  queryFn: askLine,
  refetchInterval: ({ state }) => ((state.data ?? "well") === "well" ? lookEveryMs : lookAgainMs),
  retry: false,
  gcTime: Infinity,
});

/** Asks whether the gateway is ready. It answers without looking at who asks. */
async function askLine(): Promise<Line> {
  let answer: Response;
  try {
    answer = await fetch("/health/ready", { cache: "no-store" });
  } catch {
    return "away";
  }
  if (answer.ok) return "well";
  const said = (await answer.json().catch(() => undefined)) as
    | { readonly status?: string; readonly failing?: readonly string[] }
    | undefined;
  if (said?.status === undefined) return "away";
  if (said.status === "stopping") return "stopping";
  return neededParts.find((part) => said.failing?.includes(part) === true) ?? "well";
}

/** True where an answer did not come from the gateway: there was none, or a proxy before it said that it is away. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { status, code } = error;
  return status === 0 || ([502, 503, 504].includes(status) && code === "unknown");
}

/** True where the same may succeed in a moment: the gateway is away, or has no room or no database just now. */
export function mayPass(error: unknown): boolean {
  return isAway(error) || (error instanceof ApiError && error.code === "overloaded");
}

/** The window's event for a question that got no answer and is asked again. */
export const awayEvent = "pinhole-away";

/** Tries while the gateway is away, about a minute of them. */
const triesMax = 40;

/** Does something that may be done twice, and again while the gateway is away. */
export async function throughRestart<T>(deed: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await deed();
    } catch (thrown) {
      if (tries === triesMax || !mayPass(thrown)) throw thrown;
      dispatchEvent(new Event(awayEvent));
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
  }
}

/**
 * Loads a file of the console, and again while the gateway is away. Without it the router would load the whole document
 * anew, and the browser's own page of an error would stand in place of the console.
 */
export function sureOf<T>(load: () => Promise<T>): () => Promise<T> {
  return () =>
    throughRestart(async () => {
      try {
        return await load();
      } catch (thrown) {
        if ((await askLine()) !== "away") throw thrown;
        throw new ApiError("the gateway is away", { status: 0, code: "unreachable" });
      }
    });
}
