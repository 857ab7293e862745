/** A part of the source that is mutated, and the tests that must notice. */
export interface Room {
  readonly folder: string;
  /** Files elsewhere that are of its kind. */
  readonly also?: readonly string[];
  /** Mutants that are tried. */
  readonly count: number;
  /** Tests as vitest's filters name them: the quick ones first, the next list only for what they let pass. */
  readonly tests: readonly (readonly string[])[];
}

export const rooms: readonly Room[] = [
  {
    folder: "src/money",
    count: 40,
    tests: [["test/money"], ["test/contract/parallel-calls", "test/contract/stream-accounts"]],
  },
  {
    folder: "src/gateway/fit",
    count: 40,
    tests: [
      ["test/gateway/fit", "test/routing/shared-plans"],
      ["test/contract/fields", "test/contract/output-compression", "test/contract/edges"],
      ["test/contract/edits", "test/contract/variations", "test/contract/retired"],
    ],
  },
  {
    folder: "src/gateway/delivery",
    count: 40,
    tests: [
      ["test/gateway/delivery", "test/blobs/kept-pictures"],
      ["test/contract/answer-facts", "test/contract/previews", "test/contract/stream-accounts"],
      ["test/contract/parallel-calls", "test/contract/output-compression", "test/contract/relay"],
      ["test/contract/streaming", "test/recovery/renewed-urls", "test/recovery/requests"],
    ],
  },
  {
    folder: "src/store",
    count: 40,
    tests: [
      ["test/store"],
      ["test/recovery/idempotency", "test/recovery/requests", "test/recovery/gone-early"],
    ],
  },
  {
    folder: "src/gateway/attempts",
    count: 40,
    tests: [
      ["test/gateway/attempts", "test/routing/attempt-property"],
      ["test/contract/parallel-calls", "test/routing/failover", "test/contract/streaming-upstream"],
      ["test/routing", "test/contract/edits", "test/contract/edges", "test/recovery/at-once"],
    ],
  },
  {
    folder: "src/gateway/requests",
    count: 40,
    tests: [
      ["test/gateway/fingerprint", "test/gateway/requests"],
      ["test/contract/parallel-calls", "test/recovery/requests", "test/recovery/idempotency"],
      ["test/recovery/gone-early", "test/recovery/renewed-urls", "test/routing/failover"],
      ["test/recovery/dropped", "test/recovery/at-once", "test/recovery/restart"],
    ],
  },
];
