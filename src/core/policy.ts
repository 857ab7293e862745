/** The operator's choices about requests that a model cannot honour as they are. */
export interface Policy {
  readonly strict: boolean;
  readonly resample: boolean;
  readonly variationsAsEdits: boolean;
  readonly style: "drop" | "prompt";
  /** Names of retired models are served by the models in their place. */
  readonly successors: boolean;
  /** The time within which a client that repeats a request without saying so is answered from it, milliseconds; 0: never. */
  readonly repeatWindowMs: number;
}
