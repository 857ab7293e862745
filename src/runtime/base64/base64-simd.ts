import { base64Module } from "./base64-module.ts";

/** Characters decoded at once, at most; what sockets deliver at once. */
export const decodeCharsMax = 65_536;
/** Bytes encoded at once, at most: a multiple of 3, and no more text than the input of decoding. */
export const encodeBytesMax = 49_152;
/** The code reads and writes up to so many bytes beyond what it was given. */
const slackBytes = 16;

/** The WebAssembly code of base64.wat, with its memory. Calls are synchronous, so one serves the whole process. */
export interface Simd {
  /** Memory for what is to be decoded or encoded, from its first byte. */
  readonly input: Buffer;
  /** Memory that holds the result until the next call. */
  readonly output: Buffer;
  /** Decodes so many characters of the input, unpadded groups of four; false where one is not of the alphabet. */
  decode(chars: number): boolean;
  /** Encodes so many bytes of the input, without padding. */
  encode(bytes: number): void;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  decode(from: number, length: number, to: number): number;
  encode(from: number, length: number, to: number): void;
}

/** The members of WebAssembly that are used; Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

let loaded: Simd | undefined;

/** Compiled on first use. */
export function simd(): Simd {
  loaded ??= load();
  return loaded;
}

function load(): Simd {
  const module = new WebAssembly.Module(Buffer.from(base64Module, "base64"));
  // The exports are what base64.wat says.
  const { memory, decode, encode } = new WebAssembly.Instance(module).exports as Exports;
  const to = decodeCharsMax + slackBytes;
  return {
    input: Buffer.from(memory.buffer, 0, decodeCharsMax),
    output: Buffer.from(memory.buffer, to, decodeCharsMax + slackBytes),
    decode: (chars) => decode(0, chars, to) === 0,
    encode: (bytes) => encode(0, bytes, to),
  };
}
