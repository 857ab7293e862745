import { connect, type Socket } from "node:net";

/** One answer: its body has gone to `onBody` where that was given. */
export interface WireAnswer {
  readonly status: number;
  readonly head: string;
  readonly bodyBytes: number;
}

/** A keep-alive connection that takes one request after the other. */
export interface Connection {
  /** Sends bytes that hold a whole request. Rejects where the connection breaks before the answer is whole. */
  ask(request: Buffer, onBody?: (chunk: Buffer) => void): Promise<WireAnswer>;
  close(): void;
}

interface Running {
  readonly onBody: ((chunk: Buffer) => void) | undefined;
  readonly resolve: (answer: WireAnswer) => void;
  readonly reject: (error: Error) => void;
  head: string | undefined;
  headBytes: Buffer;
  status: number;
  /** Bytes of the body, or of the current chunk, that are still to come; undefined: until the end. */
  left: number | undefined;
  chunked: boolean;
  /** A chunk's size line that has not come whole. */
  line: string;
  /** What is read next in a chunked body. */
  part: "size" | "data" | "end" | "trailer";
  bodyBytes: number;
}

/**
 * HTTP/1.1 over a plain socket, with as little work as possible: a load generator that works harder
 * than what it measures would make every gateway look like the next one.
 */
export function openConnection(host: string, port: number): Connection {
  let socket: Socket | undefined;
  let running: Running | undefined;
  const settle = (error?: Error): void => {
    const done = running;
    if (done === undefined) return;
    running = undefined;
    if (error !== undefined) done.reject(error);
    else {
      if (/\nconnection: close/i.test(done.head ?? "")) drop();
      done.resolve({ status: done.status, head: done.head ?? "", bodyBytes: done.bodyBytes });
    }
  };
  const drop = (): void => {
    const old = socket;
    socket = undefined;
    old?.removeAllListeners();
    old?.on("error", () => undefined);
    old?.destroy();
  };
  const lost = (problem: string): void => {
    const untilEnd = running?.head !== undefined && running.left === undefined && !running.chunked;
    drop();
    settle(untilEnd ? undefined : new Error(problem));
  };
  const open = (): Socket => {
    const opened = connect({ host, port, noDelay: true });
    opened.on("data", (chunk: Buffer) => {
      if (running === undefined) drop();
      else if (take(running, chunk)) settle();
    });
    opened.on("error", (error) => lost(error.message));
    opened.on("close", () => lost("the connection was closed"));
    return opened;
  };
  return {
    ask(request, onBody) {
      const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
      running = {
        onBody,
        resolve,
        reject,
        head: undefined,
        headBytes: Buffer.alloc(0),
        status: 0,
        left: undefined,
        chunked: false,
        line: "",
        part: "size",
        bodyBytes: 0,
      };
      socket ??= open();
      socket.write(request);
      return promise;
    },
    close: drop,
  };
}

/** True once the answer is whole. */
function take(running: Running, chunk: Buffer): boolean {
  if (running.head !== undefined) return takeBody(running, chunk);
  const all = running.headBytes.length === 0 ? chunk : Buffer.concat([running.headBytes, chunk]);
  const end = all.indexOf("\r\n\r\n");
  if (end === -1) {
    running.headBytes = all;
    return false;
  }
  const head = all.toString("latin1", 0, end);
  running.status = Number(head.slice(9, 12));
  if (running.status < 200) {
    running.headBytes = Buffer.alloc(0);
    return end + 4 < all.length && take(running, all.subarray(end + 4));
  }
  running.head = head;
  running.chunked = /\ntransfer-encoding: *chunked/i.test(head);
  const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (!running.chunked && length !== undefined) running.left = Number(length);
  return takeBody(running, all.subarray(end + 4));
}

function takeBody(running: Running, chunk: Buffer): boolean {
  if (running.chunked) return takeChunked(running, chunk);
  running.bodyBytes += chunk.length;
  if (chunk.length > 0) running.onBody?.(chunk);
  return running.left !== undefined && running.bodyBytes >= running.left;
}

function takeChunked(running: Running, bytes: Buffer): boolean {
  let at = 0;
  while (at < bytes.length) {
    if (running.part === "data") {
      const count = Math.min(running.left ?? 0, bytes.length - at);
      running.bodyBytes += count;
      running.onBody?.(bytes.subarray(at, at + count));
      running.left = (running.left ?? 0) - count;
      at += count;
      if (running.left === 0) running.part = "end";
      continue;
    }
    const newline = bytes.indexOf(0x0a, at);
    running.line += bytes.toString("latin1", at, newline === -1 ? bytes.length : newline);
    if (newline === -1) return false;
    at = newline + 1;
    const line = running.line.trim();
    running.line = "";
    if (running.part === "trailer" && line === "") return true;
    if (running.part === "end") running.part = "size";
    else if (running.part === "size") {
      running.left = Number.parseInt(line, 16);
      running.part = running.left === 0 ? "trailer" : "data";
    }
  }
  return false;
}
