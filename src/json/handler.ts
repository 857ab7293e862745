import type { JsonFaultReason } from "./fault.ts";

/** Takes the characters of one lifted string as ASCII. */
export interface LiftSink {
  write(ascii: Uint8Array): void;
  /** Takes one escaped UTF-16 code unit. Without it, units beyond ASCII are written as bytes that are in no base64. */
  unit?(unit: number): void;
  /** False once its text has shown anything but standard base64; absent: it may hold anything. */
  readonly isStandard?: boolean;
  /** The value that stands in the document instead of the string. */
  end(): unknown;
  abort(): void;
}

/** A decision by the head of a string: keep it as text, ask again with more of it, or lift it. */
export type LiftDecision = "text" | "more" | LiftSink;

/** A listener to a document while it arrives. Every function may throw. */
export interface JsonHandler {
  open(kind: "object" | "array"): void;
  /** Called for both brackets; the tokens have checked that they match. */
  close(): void;
  key(text: string): void;
  value(value: unknown): void;
  /** True where the string value that begins now may be lifted; a sink where it is, whatever its head says. */
  mayLift(): boolean | LiftSink;
  /** `whole`: the string has ended. A sink has already been given the rest of the head. */
  decideLift(head: string, whole: boolean): LiftDecision;
  /** The place in the document that reading is at, for faults. */
  path(): string;
}

export interface JsonTokenLimits {
  /** Bytes that are not inside lifted strings. */
  readonly textBytesMax: number;
  /** Objects and arrays inside each other. */
  readonly depthMax: number;
  /** Takes invalid UTF-8 as U+FFFD. */
  readonly lenient?: boolean | undefined;
  /** Integers that a number cannot hold exactly become a `bigint`. */
  readonly exactIntegers?: boolean | undefined;
}

/** Throws the fault found at this byte of the current chunk. */
export type Fail = (reason: JsonFaultReason, problem: string, at: number) => never;
