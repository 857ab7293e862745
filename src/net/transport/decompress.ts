import type { Transform } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib";
import type { AnswerHead, AnswerSink, SinkControl } from "./answer-sink.ts";
import { TransportFault } from "./transport-fault.ts";

/** Encodings of one body, one inside the other; more are made by nobody but attackers. */
const encodingsMax = 2;
/** Bytes of one answer after decompression: what a stream of events may have as well. */
const bytesMax = 2 * 1024 * 1024 * 1024;
/** A body grows at most so much, but for its first bytes: base64 of a picture shrinks by a quarter, a bomb a thousandfold. */
const growthMax = 100;
const freeBytes = 16 * 1024 * 1024;
const outputChunkBytes = 65_536;

/** A decoder for a body with that first byte, where it is known; undefined: the body is not what its head says, but plain. */
type Open = (first: number | undefined) => Transform | undefined;

const options = { chunkSize: outputChunkBytes };

const gunzip: Open = (first = 0x1f) => (first === 0x1f ? createGunzip(options) : undefined);

/** By the names of HTTP's registry. */
const decoders: ReadonlyMap<string, Open> = new Map<string, Open>([
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  // Meant is zlib's format (RFC 9110 §8.4.1.2); some servers send the bare one inside it.
  [
    "deflate",
    (first = 8) => ((first & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options)),
  ],
  ["br", () => createBrotliDecompress(options)],
  ["zstd", (first = 0x28) => (first === 0x28 ? createZstdDecompress(options) : undefined)],
]);

/**
 * The sink for an answer that may be compressed although `identity` was asked for, as proxies and some
 * servers do. The sink inside sees plain bytes and a head that says nothing of the compression.
 */
export function plainSink<T>(
  head: AnswerHead,
  receive: (head: AnswerHead) => AnswerSink<T>,
): AnswerSink<T> {
  const encodings = encodingsOf(head);
  if (encodings.length === 0) return receive(head);
  if (encodings.length > encodingsMax) {
    throw new TransportFault(true, "unreadable", "the answer is compressed several times over");
  }
  const { "content-encoding": _encoding, "content-length": _length, ...headers } = head.headers;
  return new DecompressingSink(encodings, receive({ status: head.status, headers }));
}

/** The encodings of a body, the outermost first. Names that no decoder has (`identity`, `utf-8`) say nothing. */
function encodingsOf({ headers }: AnswerHead): readonly Open[] {
  const named = headers["content-encoding"];
  if (named === undefined) return [];
  const opens = named.toLowerCase().split(",");
  return opens.flatMap((name) => decoders.get(name.trim()) ?? []).toReversed();
}

class DecompressingSink<T> implements AnswerSink<T> {
  readonly #encodings: readonly Open[];
  readonly #inner: AnswerSink<T>;
  /** The decoders, the first of which takes what comes; none where the body turned out to be plain. */
  #chain: readonly Transform[] | undefined;
  #control: SinkControl | undefined;
  #read = 0;
  #written = 0;
  /** The inner sink has seen enough, or nothing more may reach it. */
  #isOver = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(encodings: readonly Open[], inner: AnswerSink<T>) {
    this.#encodings = encodings;
    this.#inner = inner;
    this.#ended.promise.catch(() => undefined);
  }

  attach(control: SinkControl): void {
    this.#control = control;
    this.#inner.attach?.(control);
  }

  write(chunk: Buffer): boolean {
    if (this.#isOver) return false;
    this.#read += chunk.length;
    this.#chain ??= this.#open(chunk[0] ?? 0);
    const [first] = this.#chain;
    if (first === undefined) return this.#inner.write(chunk);
    first.write(chunk);
    return true;
  }

  end(): T | PromiseLike<T> {
    const [first] = this.#chain ?? [];
    if (first === undefined || this.#isOver) return this.#inner.end();
    first.end();
    return this.#ended.promise.then(
      () => this.#inner.end(),
      (thrown: unknown) => {
        this.#inner.abort();
        throw thrown;
      },
    );
  }

  abort(): void {
    this.#close();
    this.#inner.abort();
  }

  get complete(): boolean {
    return this.#inner.complete;
  }

  congested(resume: () => void): boolean {
    const [first] = this.#chain ?? [];
    if (first === undefined) return this.#inner.congested?.(resume) ?? false;
    if (!first.writableNeedDrain) return false;
    first.once("drain", resume);
    return true;
  }

  #open(firstByte: number): readonly Transform[] {
    const chain: Transform[] = [];
    for (const open of this.#encodings) {
      const made = open(chain.length === 0 ? firstByte : undefined);
      if (made === undefined) continue;
      chain.at(-1)?.pipe(made);
      chain.push(made);
    }
    const last = chain.at(-1);
    for (const one of chain) one.on("error", (error) => this.#broken(error));
    last?.on("data", (piece: Buffer) => this.#pass(piece, last));
    last?.on("end", () => this.#ended.resolve());
    return chain;
  }

  #pass(piece: Buffer, last: Transform): void {
    if (this.#isOver) return;
    this.#written += piece.length;
    try {
      this.#checkGrowth();
      if (!this.#inner.write(piece)) {
        this.#close();
        this.#ended.resolve();
        this.#control?.finish();
      } else if (this.#inner.congested?.(() => last.resume()) === true) last.pause();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #checkGrowth(): void {
    const isBomb = this.#written > freeBytes && this.#written > this.#read * growthMax;
    if (isBomb || this.#written > bytesMax) {
      throw new TransportFault(
        true,
        "unreadable",
        "the compressed answer grows beyond all measure",
      );
    }
  }

  #broken(error: Error): void {
    if (this.#isOver) return;
    // A stream that lacks its own end has lost nothing where the document in it is whole.
    if (this.#inner.complete) {
      this.#close();
      this.#ended.resolve();
      return;
    }
    const problem = `the compressed answer cannot be read: ${error.message}`;
    this.#fail(new TransportFault(true, "unreadable", problem));
  }

  /** Before the answer has come whole the exchange is told; after it, who waits for the sink's end. */
  #fail(thrown: unknown): void {
    this.#close();
    this.#ended.reject(thrown);
    this.#control?.fail(thrown);
  }

  #close(): void {
    this.#isOver = true;
    for (const one of this.#chain ?? []) one.destroy();
  }
}
