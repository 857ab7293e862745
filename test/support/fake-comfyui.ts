import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { z } from "zod";
import { acceptSocket, type ServerSocket, uint32 } from "./websocket-server.ts";

/** A prompt as it was queued. */
export interface QueuedPrompt {
  readonly id: string;
  readonly clientId: string;
  readonly graph: z.infer<typeof graphSchema>;
}

/** How the next prompts run. */
export interface Conduct {
  /** `never`: it runs until it is interrupted. `waits`: it stays in the queue. `forgotten`: the server knows nothing of it. */
  readonly ends: "success" | "error" | "never" | "waits" | "forgotten" | "no picture";
  readonly steps: number;
  readonly stepMs: number;
  /** What becomes of websockets: cut after the first preview, or never opened. */
  readonly socket: "kept" | "cut" | "refused";
  /** False: as servers before preview metadata, whose frames say nothing of whose they are. */
  readonly describes: boolean;
  /** True: a prompt is queued, and the connection breaks before its answer. */
  readonly breaks: boolean;
}

/** A ComfyUI that makes flat pictures, over real HTTP and websockets, in the order in which a real 0.3.64 speaks. */
export interface FakeComfyUi {
  readonly url: string;
  readonly prompts: readonly QueuedPrompt[];
  readonly sockets: readonly ServerSocket[];
  /** `/interrupt` and `/queue` as they were asked for. */
  readonly cancels: readonly { readonly path: string; readonly body: unknown }[];
  conduct: Conduct;
  close(): Promise<void>;
}

export const usual: Conduct = {
  ends: "success",
  steps: 4,
  stepMs: 5,
  socket: "kept",
  describes: true,
  breaks: false,
};

const graphSchema = z.record(
  z.string(),
  z.object({ class_type: z.string(), inputs: z.record(z.string(), z.unknown()) }),
);
const promptSchema = z.object({
  prompt: graphSchema,
  client_id: z.string(),
  prompt_id: z.string(),
});

interface State {
  readonly prompts: QueuedPrompt[];
  readonly sockets: ServerSocket[];
  readonly cancels: { path: string; body: unknown }[];
  readonly history: Map<string, unknown>;
  readonly files: Map<string, Buffer>;
  running: string | undefined;
  pending: string[];
  conduct: Conduct;
  uploads: number;
}

export async function startFakeComfyUi(): Promise<FakeComfyUi> {
  const state: State = {
    prompts: [],
    sockets: [],
    cancels: [],
    history: new Map(),
    files: new Map(),
    running: undefined,
    pending: [],
    conduct: usual,
    uploads: 0,
  };
  const server = createServer((request, response) => {
    answer(state, request, response).catch(() => response.destroy());
  });
  server.on("upgrade", (request, wire) => {
    if (state.conduct.socket === "refused") wire.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    else {
      const socket = acceptSocket(request, wire);
      state.sockets.push(socket);
      socket.send(message("status", { status: { exec_info: { queue_remaining: 0 } }, sid: "x" }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    prompts: state.prompts,
    sockets: state.sockets,
    cancels: state.cancels,
    get conduct() {
      return state.conduct;
    },
    set conduct(next) {
      state.conduct = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of state.sockets) socket.cut();
        server.closeAllConnections();
      }),
  };
}

async function answer(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://comfy.test");
  const chunks: Buffer[] = [];
  // Without an encoding set, a request's chunks are buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const json = (document: unknown, status = 200): void => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(document));
  };
  if (url.pathname === "/prompt") {
    const queued = queue(state, promptSchema.parse(parsed(body)));
    if (state.conduct.breaks) response.destroy();
    else json(queued);
  } else if (url.pathname.startsWith("/history/")) {
    const id = url.pathname.slice("/history/".length);
    json(state.history.has(id) ? { [id]: state.history.get(id) } : {});
  } else if (url.pathname === "/queue" && request.method === "GET") {
    const entry = (id: string): unknown[] => [1, id, {}, {}, []];
    json({
      queue_running: (state.running === undefined ? [] : [state.running]).map(entry),
      queue_pending: state.pending.map(entry),
    });
  } else if (url.pathname === "/queue" || url.pathname === "/interrupt") {
    cancel(state, url.pathname, parsed(body));
    response.writeHead(200).end();
  } else if (url.pathname === "/upload/image") {
    state.uploads += 1;
    json({ name: `image (${state.uploads}).png`, subfolder: "pinhole", type: "input" });
  } else if (url.pathname === "/view") {
    response.writeHead(200, { "content-type": "image/png" });
    response.end(state.files.get(url.searchParams.get("filename") ?? ""));
  } else json({}, 404);
}

function parsed(body: Buffer): unknown {
  return body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
}

function queue(state: State, given: z.infer<typeof promptSchema>): unknown {
  const prompt = { id: given.prompt_id, clientId: given.client_id, graph: given.prompt };
  state.prompts.push(prompt);
  if (state.conduct.ends === "waits") state.pending.push(prompt.id);
  else if (state.conduct.ends !== "forgotten") void run(state, prompt);
  return { prompt_id: prompt.id, number: state.prompts.length, node_errors: {} };
}

function cancel(state: State, path: string, body: unknown): void {
  state.cancels.push({ path, body });
  const named = z.object({ delete: z.array(z.string()) }).safeParse(body);
  if (named.success) state.pending = state.pending.filter((id) => !named.data.delete.includes(id));
  const one = z.object({ prompt_id: z.string() }).safeParse(body);
  if (one.success && state.running === one.data.prompt_id) state.running = undefined;
}

function message(type: string, data: unknown): string {
  return JSON.stringify({ type, data });
}

async function run(state: State, { id, clientId, graph }: QueuedPrompt): Promise<void> {
  const { conduct } = state;
  const socket = state.sockets.find(
    ({ request }) =>
      new URL(request.url ?? "/", "http://comfy.test").searchParams.get("clientId") === clientId,
  );
  const tell = (type: string, data: object): void =>
    socket?.send(message(type, { prompt_id: id, ...data }));
  state.running = id;
  tell("execution_start", {});
  tell("execution_cached", { nodes: [] });
  tell("executing", { node: "sampler", display_node: "sampler" });
  for (let step = 1; step <= conduct.steps; step += 1) {
    await sleep(conduct.stepMs);
    const preview = await flat(64, 64, step * 20, "jpeg");
    // A preview of somebody else's prompt: nobody may be shown it.
    if (conduct.describes) socket?.send(described("another", await flat(32, 32, 9, "jpeg")));
    socket?.send(conduct.describes ? described(id, preview) : bare(preview));
    tell("progress", { value: step, max: conduct.steps, node: "sampler" });
    if (conduct.socket === "cut") socket?.cut();
  }
  while (conduct.ends === "never" && state.running === id) await sleep(5);
  const end = await endOf(conduct, state.files, id, graph);
  state.history.set(id, end.history);
  if (state.running === id) state.running = undefined;
  tell(end.word, {});
  tell("executing", { node: null });
}

async function endOf(
  conduct: Conduct,
  files: Map<string, Buffer>,
  id: string,
  graph: QueuedPrompt["graph"],
): Promise<{ readonly word: string; readonly history: unknown }> {
  const failed = (word: string, data: object) => ({
    word,
    history: {
      outputs: {},
      status: { status_str: "error", completed: false, messages: [[word, data]] },
    },
  });
  if (conduct.ends === "never") return failed("execution_interrupted", {});
  if (conduct.ends === "error") {
    return failed("execution_error", {
      node_type: "KSampler",
      exception_type: "RuntimeError",
      exception_message: "mat1 and mat2 at /home/someone/ComfyUI/nodes.py",
      traceback: ["/home/someone/ComfyUI/execution.py"],
    });
  }
  const outputs = Object.entries(graph).filter(([, node]) => node.class_type === "SaveImage");
  const made = await Promise.all(
    outputs.map(async ([node]) => [node, await save(files, id, graph)]),
  );
  const images = conduct.ends === "no picture" ? {} : Object.fromEntries(made);
  return {
    word: "execution_success",
    history: {
      outputs: images,
      status: { status_str: "success", completed: true, messages: [["execution_success", {}]] },
    },
  };
}

const numbers = z.object({ width: z.number(), height: z.number(), batch_size: z.number() });

async function save(
  files: Map<string, Buffer>,
  id: string,
  graph: QueuedPrompt["graph"],
): Promise<unknown> {
  const latent = Object.values(graph).find((node) => node.class_type.startsWith("Empty"));
  const read = numbers.safeParse(latent?.inputs);
  const {
    width,
    height,
    batch_size: count,
  } = read.data ?? { width: 64, height: 64, batch_size: 1 };
  const images = [];
  for (let index = 0; index < count; index += 1) {
    const filename = `${id}_${index}.png`;
    files.set(filename, await flat(width, height, 100 + index, "png"));
    images.push({ filename, subfolder: "", type: "output" });
  }
  return { images };
}

function flat(
  width: number,
  height: number,
  shade: number,
  format: "png" | "jpeg",
): Promise<Buffer> {
  const background = { r: shade, g: shade, b: shade };
  return sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();
}

/** A preview as servers send it that say nothing of it: type 1, format 1 for JPEG. */
function bare(preview: Buffer): Buffer {
  return Buffer.concat([uint32(1), uint32(1), preview]);
}

/** A preview with its description: type 4, the description's length, the description. */
function described(id: string, preview: Buffer): Buffer {
  const text = Buffer.from(
    JSON.stringify({ node_id: "sampler", prompt_id: id, image_type: "image/jpeg" }),
  );
  return Buffer.concat([uint32(4), uint32(text.length), text, preview]);
}
