import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { Picture } from "../../core/picture.ts";
import type {
  ProviderEvent,
  TakenBack,
  UpstreamHttp,
  UpstreamSocket,
} from "../../core/provider.ts";
import { followJob, onceAccepted } from "../../dialects/polled-jobs.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { failed, runFault } from "./faults.ts";
import { features, toldBy } from "./messages.ts";
import type { Input } from "./request.ts";
import type { PreparedGraph } from "./workflow.ts";

/** A made picture's place at the server. */
const fileSchema = z.object({
  filename: z.string().min(1),
  subfolder: z.string().nullish(),
  type: z.string().nullish(),
});
export type MadeFile = z.output<typeof fileSchema>;

const acceptedSchema = z.object({
  prompt_id: z.string().min(1),
  node_errors: z.unknown(),
});

const historySchema = z.record(
  z.string(),
  z.object({
    outputs: z
      .record(z.string(), z.object({ images: z.array(fileSchema).nullish().catch([]) }))
      .nullish(),
    status: z
      .object({
        status_str: z.string().nullish(),
        messages: z.array(z.tuple([z.string(), z.unknown()])).nullish(),
      })
      .nullish(),
  }),
);
type Finished = z.output<typeof historySchema>[string];

const queueSchema = z.object({
  queue_running: z.array(z.tuple([z.unknown(), z.string()], z.unknown())),
  queue_pending: z.array(z.tuple([z.unknown(), z.string()], z.unknown())),
});

/** Looks at the history between two looks at the queue: a prompt that is in neither is lost. */
const looksPerQueue = 5;
/** The silence of a socket, in milliseconds, after which the prompt is asked for. */
const quietMs = 5_000;
const pace = { firstMs: 250, maxMs: 1_000 };

/**
 * Queues the graph, follows it and gives the files that its result nodes made. Progress and previews come
 * by the websocket, for clients that want them; the outcome is always the history's, so a socket that
 * cannot be opened or that dies loses nothing but previews.
 */
export async function* runGraph(
  input: Input,
  prepared: PreparedGraph,
  id: string,
): AsyncGenerator<ProviderEvent, readonly MadeFile[], void> {
  const { request, settings } = input;
  const socket = request.stream
    ? await input.socket({ url: "/ws", query: { clientId: id } })
    : undefined;
  try {
    socket?.send(features);
    const previews = request.partial_images > 0 ? settings.preview_method : undefined;
    let job: string;
    try {
      job = await submit(input, prepared, id, previews);
    } catch (thrown) {
      // It may have been queued all the same, and can be taken back by the id that is ours.
      if (thrown instanceof PinholeError && thrown.evidence === "unknown") yield { job: id };
      throw thrown;
    }
    yield { job };
    const prompt = new Prompt(input.http, job);
    const finished =
      (socket === undefined ? undefined : yield* watch(input, socket, prompt)) ??
      (await followJob({
        tools: input,
        read: () => prompt.look(),
        judge: (state) => state.found,
        pace,
      }));
    return filesOf(finished, prepared);
  } finally {
    socket?.close();
  }
}

async function submit(
  { http }: Input,
  { graph, outputs }: PreparedGraph,
  id: string,
  previews: string | undefined,
): Promise<string> {
  const answer = await http.call({
    url: "/prompt",
    json: {
      prompt: graph,
      client_id: id,
      prompt_id: id,
      extra_data: previews === undefined ? undefined : { preview_method: previews },
    },
    refused({ json }) {
      const read = acceptedSchema.safeParse(json);
      const { node_errors: errors } = read.data ?? {};
      const isOurs =
        typeof errors === "object" &&
        errors !== null &&
        outputs.some((output) => Object.hasOwn(errors, output));
      return isOurs ? { code: "upstream_refused" } : undefined;
    },
  });
  return readAnswer(acceptedSchema, answer.json).prompt_id;
}

/** One prompt at the server, as far as it can be asked for. */
class Prompt {
  readonly #http: UpstreamHttp;
  readonly id: string;
  #looks = 0;

  constructor(http: UpstreamHttp, id: string) {
    this.#http = http;
    this.id = id;
  }

  /** `found` is undefined while it waits or runs. Throws where the server knows nothing of it any more. */
  async look(): Promise<{ readonly found: Finished | undefined }> {
    const found = await this.#inHistory();
    this.#looks += 1;
    if (found !== undefined || this.#looks % looksPerQueue !== 0) return { found };
    if (await isQueued(this.#http, this.id)) return { found };
    // It may have ended between the two questions.
    const late = await this.#inHistory();
    return late === undefined ? { found: lost } : { found: late };
  }

  async #inHistory(): Promise<Finished | undefined> {
    const answer = await this.#http.call({ url: `/history/${encodeURIComponent(this.id)}` });
    return readAnswer(historySchema, answer.json)[this.id];
  }
}

/** The end of a prompt that is in neither queue nor history. */
const lost: Finished = { status: { status_str: "lost" } };

async function isQueued(http: UpstreamHttp, id: string): Promise<boolean> {
  const { running, pending } = await readQueue(http);
  return running.includes(id) || pending.includes(id);
}

async function readQueue(
  http: UpstreamHttp,
): Promise<{ readonly running: readonly string[]; readonly pending: readonly string[] }> {
  const answer = await http.call({ url: "/queue" });
  const { queue_running, queue_pending } = readAnswer(queueSchema, answer.json);
  return {
    running: queue_running.map(([, id]) => id),
    pending: queue_pending.map(([, id]) => id),
  };
}

/** Reports what the socket tells until the prompt has ended; undefined: it is to be asked for. */
async function* watch(
  input: Input,
  socket: UpstreamSocket,
  prompt: Prompt,
): AsyncGenerator<ProviderEvent, Finished | undefined, void> {
  const previews = new Previews(input.request.partial_images);
  for (;;) {
    const next = await socket.next((message) => toldBy(message, prompt.id), quietMs);
    if (next === "over") return undefined;
    if (next === "quiet") {
      const { found } = await onceAccepted(() => prompt.look()).catch(() => ({ found: undefined }));
      if (found !== undefined) return found;
      continue;
    }
    const told = next.found;
    if (told === "ended") {
      const partial = previewOf(socket, previews.standIn());
      if (partial !== undefined) yield { partial, index: 0 };
      return undefined;
    }
    if ("progress" in told) {
      previews.advance(told);
      yield { progress: told.progress };
      continue;
    }
    const partial = previewOf(socket, previews.due(told.preview));
    if (partial !== undefined) yield { partial, index: 0 };
  }
}

/** The choice of previews that are shown: as evenly spread as the steps let them. */
class Previews {
  readonly #wanted: number;
  #shown = 0;
  #progress = 0;
  /** Part of the work that one step is; a preview is sent before its step is counted. */
  #step = 0;
  #latest: Uint8Array | undefined;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  advance({ progress, step }: { readonly progress: number; readonly step: number }): void {
    this.#progress = progress;
    this.#step = step;
  }

  /** The preview, where its time has come: a quarter, a half and three quarters for three of them. */
  due(preview: Uint8Array): Uint8Array | undefined {
    this.#latest = preview;
    const done = this.#progress + this.#step;
    const isDue = this.#shown < this.#wanted && done >= (this.#shown + 1) / (this.#wanted + 1);
    if (!isDue) return undefined;
    // Those between are skipped where one step is more than their distance.
    this.#shown = Math.max(this.#shown + 1, Math.floor(Math.min(done, 1) * (this.#wanted + 1)));
    return preview;
  }

  /** The last preview, where the steps were too few for any to be due. */
  standIn(): Uint8Array | undefined {
    return this.#shown === 0 && this.#wanted > 0 ? this.#latest : undefined;
  }
}

/** A preview that is no picture is none. */
function previewOf(socket: UpstreamSocket, bytes: Uint8Array | undefined): Picture | undefined {
  if (bytes === undefined) return undefined;
  try {
    return socket.picture(bytes);
  } catch {
    return undefined;
  }
}

/** The files of the result nodes, in their order. Throws what the prompt ended in. */
function filesOf(finished: Finished, { outputs }: PreparedGraph): readonly MadeFile[] {
  const { status, outputs: made } = finished;
  if (status?.status_str === "lost") {
    throw failed(
      "the server has the prompt neither in its queue nor in its history; it was deleted or the server started anew",
    );
  }
  if (status?.status_str === "error") throw runFault(status.messages ?? []);
  return outputs.flatMap((id) => made?.[id]?.images ?? []);
}

/** Takes a prompt back: out of the queue where it waits, else stopped where it runs. Others' are left alone. */
export async function cancelPrompt(http: UpstreamHttp, id: string): Promise<TakenBack> {
  let isTakenOut = false;
  // A second look, since it may have begun while it was being taken out.
  for (let looks = 0; looks < 2; looks += 1) {
    const { running, pending } = await readQueue(http);
    if (running.includes(id)) {
      await http.call({ url: "/interrupt", json: { prompt_id: id } });
      return "free";
    }
    if (!pending.includes(id)) return isTakenOut ? "free" : "kept";
    await http.call({ url: "/queue", json: { delete: [id] } });
    isTakenOut = true;
  }
  return "free";
}
