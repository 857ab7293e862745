import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** Appended to the client's key before hashing (RFC 6455 §1.3). */
const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The server's side of one websocket. */
export interface ServerSocket {
  readonly request: IncomingMessage;
  /** Texts that came, in order. */
  readonly texts: readonly string[];
  /** Pings that came. */
  readonly pings: number;
  readonly isClosed: boolean;
  send(message: string | Uint8Array): void;
  /** Writes bytes that need be no frame. */
  writeRaw(bytes: Uint8Array): void;
  /** Says goodbye. */
  close(): void;
  /** Breaks the connection without a word. */
  cut(): void;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  onText(listener: (text: string) => void): void;
}

/** One frame as a server writes it: whole, unmasked. */
export function frame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, length])
      : length < 65_536
        ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 255])
        : Buffer.concat([Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]), uint32(length)]);
  return Buffer.concat([head, payload]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Answers a handshake and gives the server's side. Frames of clients are small here: one read holds whole ones. */
export function acceptSocket(request: IncomingMessage, wire: Duplex): ServerSocket {
  const key = String(request.headers["sec-websocket-key"]);
  const accept = createHash("sha1")
    .update(key + magic)
    .digest("base64");
  wire.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const texts: string[] = [];
  const listeners: ((text: string) => void)[] = [];
  const state = { pings: 0, isClosed: false };
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let held: Buffer = Buffer.alloc(0);
  wire.on("error", () => {});
  wire.on("close", () => {
    state.isClosed = true;
    resolve();
  });
  wire.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    for (let read = readFrame(held); read !== undefined; read = readFrame(held)) {
      held = held.subarray(read.length);
      if (read.opcode === opcodes.text) {
        const text = read.payload.toString("utf8");
        texts.push(text);
        for (const listener of listeners) listener(text);
      } else if (read.opcode === opcodes.ping) {
        state.pings += 1;
        wire.write(frame(opcodes.pong, read.payload));
      } else if (read.opcode === opcodes.close) {
        wire.end(frame(opcodes.close, read.payload));
      }
    }
  });
  return {
    request,
    texts,
    get pings() {
      return state.pings;
    },
    get isClosed() {
      return state.isClosed;
    },
    send(message) {
      if (!state.isClosed) {
        wire.write(
          typeof message === "string"
            ? frame(opcodes.text, Buffer.from(message))
            : frame(opcodes.binary, message),
        );
      }
    },
    writeRaw: (bytes) => void wire.write(bytes),
    close: () => void wire.end(frame(opcodes.close, Buffer.from([0x03, 0xe8]))),
    cut: () => wire.destroy(),
    ended,
    onText: (listener) => void listeners.push(listener),
  };
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Bytes of the whole frame. */
  readonly length: number;
}

/** The first frame of a client's, unmasked; undefined where it is not whole. */
function readFrame(bytes: Buffer): Frame | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < at) return undefined;
  const size =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? bytes.readUInt32BE(6) : short;
  const end = at + 4 + size;
  if (bytes.length < end) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, end)).map(
    (byte, index) => byte ^ (mask[index % 4] ?? 0),
  );
  return { opcode: first & 0x0f, payload: Buffer.from(payload), length: end };
}
