import { type QueryClient, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, askFully } from "../api/ask.ts";
import { mayPass, throughRestart } from "../api/line.ts";
import { type GenerationState, type Made, after, begun, isOver, pathOf } from "./generation.ts";

const eventNames = [
  "accepted",
  "queued",
  "chosen",
  "cancellable",
  "failed_over",
  "partial",
  "picture",
  "warning",
  "cost",
  "stopped",
  "done",
  "error",
];

/** The question of what budgets have left: whatever was made has taken its part. */
const ownBudgets = { queryKey: ["own budgets"] };

const keyOf = (id: string): readonly string[] => ["generation", id];

/** The question whose answer grows while a generation is followed; all who ask share one line to the gateway. */
function generationQuery(made: Made) {
  return {
    queryKey: keyOf(made.id),
    queryFn: ({ signal, client }: { signal: AbortSignal; client: QueryClient }) =>
      made.refused === undefined
        ? followToEnd(made.id, signal, (state) =>
            client.setQueryData(keyOf(made.id), state),
          ).finally(() => void client.invalidateQueries(ownBudgets))
        : { ...begun, phase: "failed" as const, error: made.refused },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  };
}

/** Follows generations; a line that breaks is taken up again where it broke. */
export function useGenerations(made: readonly Made[]): readonly GenerationState[] {
  return useQueries({ queries: made.map(generationQuery) }).map(({ data }) => data ?? begun);
}

/** The state of one that is not looked at: it is asked now and then, so that no line is held for it. */
export function useGlance(made: Made): GenerationState {
  const client = useQueryClient();
  const known = client.getQueryData<GenerationState>(keyOf(made.id));
  const seen = useQuery({
    queryKey: ["glance", made.id],
    queryFn: ({ signal }) => glance(made.id, signal),
    enabled: made.refused === undefined && (known === undefined || !isOver(known)),
    refetchInterval: ({ state }) =>
      state.data === undefined || isOver(state.data) ? false : glanceEveryMs,
    staleTime: ({ state }) =>
      state.data !== undefined && isOver(state.data) ? Number.POSITIVE_INFINITY : 0,
    retry: false,
  });
  if (made.refused !== undefined) return { ...begun, phase: "failed", error: made.refused };
  return known !== undefined && isOver(known) ? known : (seen.data ?? known ?? begun);
}

const glanceEveryMs = 3_000;
/** All that has happened so far is told at once; what comes later is left to the next glance. */
const glanceMs = 1_000;

async function glance(id: string, signal: AbortSignal): Promise<GenerationState> {
  let latest = begun;
  const short = AbortSignal.any([signal, AbortSignal.timeout(glanceMs)]);
  try {
    return await followToEnd(id, short, (state) => {
      latest = state;
    });
  } catch (thrown) {
    signal.throwIfAborted();
    if (short.aborted) return latest;
    throw thrown;
  }
}

/** Hears a generation's events until its end; `onState` has the state after each. Rejects where the signal ends it. */
function followToEnd(
  id: string,
  signal: AbortSignal,
  onState: (state: GenerationState) => void,
): Promise<GenerationState> {
  const { promise, resolve, reject } = Promise.withResolvers<GenerationState>();
  let state = begun;
  const tell = (name: string, data: unknown): void => {
    // The gateway and this page are of one build: an event's data has the fields of its name.
    state = after(state, { name, data: data as never });
    onState(state);
    if (isOver(state)) resolve(state);
  };
  const source = new EventSource(`${pathOf(id)}/events`);
  signal.addEventListener("abort", () => reject(signal.reason as Error));
  for (const name of eventNames)
    source.addEventListener(name, (event) => {
      // A broken line is an event named `error` too, without data.
      if (event instanceof MessageEvent) tell(name, JSON.parse(String(event.data)));
    });
  source.addEventListener("error", () => {
    if (isOver(state) || source.readyState !== EventSource.CLOSED) return;
    recordOf(id, signal).then(
      (record) => tell("record", record),
      () => tell("away", undefined),
    );
  });
  return promise.finally(() => source.close());
}

/** The pause between two looks at a request that another gateway process makes. */
const lookAgainMs = 1000;

/** The outcome of a request that is not followed any more, from its record: the gateway was started again, or it was long ago. */
async function recordOf(id: string, signal: AbortSignal): Promise<Partial<GenerationState>> {
  for (;;) {
    const answer = await throughRestart(() => lookAt(id, signal));
    if ("error" in answer) return { phase: "failed", error: answer.error };
    const { value, headers, status } = answer;
    if (status === 202) {
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      continue;
    }
    const [width = 0, height = 0] = (value.size ?? "").split("x").map(Number);
    const format = value.output_format ?? "png";
    const pictures = value.data.flatMap(({ url }, index) =>
      url === undefined ? [] : [{ index, url: pathOfUrl(url), width, height, format }],
    );
    return { phase: "done", pictures, usd: headers.get("x-pinhole-cost") };
  }
}

/** Errors of a record that may have been billed; while it is followed its attempts say so themselves. */
const doubtfulCodes: ReadonlySet<string> = new Set([
  "outcome_unknown",
  "upstream_timeout",
  "upstream_failed",
]);

async function lookAt(id: string, signal: AbortSignal) {
  try {
    const path = `/console/v1/images/requests/${id}`;
    return await askFully<RecordAnswer>("GET", path, { signal });
  } catch (thrown) {
    // What is not there any more is away; another refusal is the one that the request ended in.
    const isEnd = thrown instanceof ApiError && ![401, 404, 410].includes(thrown.status);
    if (!isEnd || mayPass(thrown)) throw thrown;
    const { code, message, param } = thrown;
    return { error: { code, message, param, mayBeBilled: doubtfulCodes.has(code) } };
  }
}

interface RecordAnswer {
  readonly data: readonly { readonly url?: string }[];
  readonly size?: string;
  readonly output_format?: string;
}

/** A hosted picture's address on this page's own origin, which its policy allows. */
function pathOfUrl(url: string): string {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}
