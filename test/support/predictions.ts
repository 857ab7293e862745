import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";

/** A server of predictions as Replicate has them, which begin, end and are canceled at the test's word. */
export interface Predictions {
  /** Ends in /v1. */
  readonly url: string;
  /** Predictions that were asked for. */
  readonly made: number;
  /** Predictions that were asked to be canceled, by their ids. */
  readonly canceled: readonly string[];
  /** What comes of predictions until they are canceled. `done_at_cancel`: they are at work until then, and are done as the call for it comes. */
  course: "starting" | "processing" | "succeeded" | "done_at_cancel";
  /** Answers to calls for a prediction are held until this is let go. */
  hold(): () => void;
  stop(): Promise<void>;
}

/** The state that a prediction is in once it was asked to be canceled. */
const afterCancel: Readonly<Record<Predictions["course"], string>> = {
  starting: "aborted",
  processing: "canceled",
  succeeded: "succeeded",
  done_at_cancel: "succeeded",
};

/** Starts one on a free port. */
export async function startPredictions(): Promise<Predictions> {
  const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#579" } })
    .png()
    .toBuffer();
  const canceled: string[] = [];
  const ended = new Map<string, string>();
  let held = Promise.resolve();
  const state = { course: "starting" as Predictions["course"], made: 0, url: "" };
  const answer = (response: ServerResponse, id: string): void => {
    const now = state.course === "done_at_cancel" ? "processing" : state.course;
    const status = ended.get(id) ?? now;
    const urls = { get: `${state.url}/predictions/${id}` };
    const output = status === "succeeded" ? [`${state.url}/made.png`] : null;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ id, status, output, error: null, urls }));
  };
  const server = createServer((request, response) => {
    request.resume();
    const path = request.url ?? "";
    const [, , , named = "", deed] = path.split("/");
    if (path.endsWith("/made.png")) {
      response.setHeader("content-type", "image/png");
      response.end(png);
    } else if (request.method === "POST" && deed === "cancel") {
      canceled.push(named);
      ended.set(named, afterCancel[state.course]);
      answer(response, named);
    } else if (request.method === "POST") {
      state.made += 1;
      const id = `made${state.made}`;
      void held.then(() => answer(response, id));
    } else answer(response, named);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  state.url = `http://127.0.0.1:${port}/v1`;
  return {
    url: state.url,
    canceled,
    get made() {
      return state.made;
    },
    get course() {
      return state.course;
    },
    set course(course) {
      state.course = course;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
