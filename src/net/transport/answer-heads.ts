import type { Socket } from "node:net";
import type { buildConnector } from "undici";

/** Bytes of a head that are waited for; a longer one is left to undici, which has a limit of its own. */
const headBytesMax = 16_384;
/** `HTTP/1.1 100`. */
const statusLineBytes = 12;
const headEnd = Buffer.from("\r\n\r\n");
const lineEnd = Buffer.from("\r\n");
const closing = Buffer.from("connection: close\r\n");

/**
 * A connector whose connections have the heads of their answers mended before undici reads them. An unasked
 * 100 Continue, which undici takes for a broken server, is left out (RFC 9110 §15.2: a client may ignore it).
 * A 5xx or a 408 says that it closes: many servers close behind one without saying so, and the request that
 * is put on the connection meanwhile leaves nobody knowing whether it was read.
 */
export function withMendedHeads(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      if (result[0] === null) mendHeads(result[1]);
      callback(...result);
    });
  };
}

function mendHeads(socket: Socket): void {
  const heads = new AnswerHeads();
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket);
  Object.assign(socket, {
    read(size?: number): Buffer | null {
      for (;;) {
        // Without an encoding a socket gives buffers.
        const chunk = read(size) as Buffer | null;
        if (chunk === null || !heads.isAwaited) return chunk;
        const mended = heads.mend(chunk);
        if (mended.length > 0) return mended;
      }
    },
    write(...written: Parameters<Socket["write"]>): boolean {
      // undici writes the head of each request as a string, and bodies as bytes.
      if (typeof written[0] === "string") heads.isAwaited = true;
      return write(...written);
    },
  });
}

/** The heads of one connection's answers, in bytes cut anywhere. */
export class AnswerHeads {
  /** An answer's head comes next. */
  isAwaited = true;
  /** A head that is not whole yet. */
  #held: Buffer = Buffer.alloc(0);

  /** The part of these bytes that undici is to read; empty where more must come first. */
  mend(chunk: Buffer): Buffer {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    const passed: Buffer[] = [];
    while (rest.length > 0) {
      const status = statusOf(rest);
      const isInterim = status !== undefined && status >= 100 && status < 200;
      const end = rest.indexOf(isInterim ? headEnd : lineEnd);
      if (status === undefined || (end === -1 && rest.length <= headBytesMax)) {
        if (status === undefined && !mayBeHead(rest)) return this.#pass([...passed, rest]);
        this.#held = rest;
        break;
      }
      if (end === -1) return this.#pass([...passed, rest]);
      if (!isInterim) return this.#pass([...passed, ...finalHead(status, rest, end)]);
      const behind = end + headEnd.length;
      // A 101 hands the connection over: what follows is no head.
      if (status === 101) return this.#pass([...passed, rest]);
      if (status !== 100) passed.push(rest.subarray(0, behind));
      rest = rest.subarray(behind);
    }
    return Buffer.concat(passed);
  }

  #pass(bytes: readonly Buffer[]): Buffer {
    this.isAwaited = false;
    return bytes.length === 1 && bytes[0] !== undefined ? bytes[0] : Buffer.concat(bytes);
  }
}

function finalHead(status: number, bytes: Buffer, lineAt: number): readonly Buffer[] {
  if (status < 500 && status !== 408) return [bytes];
  const fields = lineAt + lineEnd.length;
  return [bytes.subarray(0, fields), closing, bytes.subarray(fields)];
}

function statusOf(bytes: Buffer): number | undefined {
  const line = /^HTTP\/1\.[01] (\d{3})/.exec(bytes.toString("latin1", 0, statusLineBytes));
  return line === null ? undefined : Number(line[1]);
}

/** The bytes are too few to see a status, and begin as a head does. */
function mayBeHead(bytes: Buffer): boolean {
  const text = bytes.toString("latin1");
  return (
    bytes.length < statusLineBytes &&
    /^HTTP\/1\.[01] \d{3}$/.test(text + "HTTP/1.1 200".slice(text.length))
  );
}
