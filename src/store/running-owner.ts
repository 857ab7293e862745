/** A node that runs a request equal to one that has come. */
export interface RunningOwner {
  readonly id: string;
  /** The time of its last renewal; null: it is no node any more, and what it left is about to be closed. */
  readonly seenAt: number | null;
  /** The newest time, by the node's clock, at which it began to give an answer that may not have arrived; null: it runs the request. */
  readonly answeredAt: number | null;
}

/** The time after which an answer has arrived, or the record says that its client has gone. */
export const arrivalMs = 1_000;
