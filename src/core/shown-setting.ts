/** A setting that the gateway runs with, as operators are shown it. */
export interface ShownSetting {
  /** `server.port`. */
  readonly setting: string;
  /** As it was written, or what stands by itself; null: it is not set. Never a credential. */
  readonly value: string | null;
  /** In words: `pinhole.yaml, line 3`, or a variable's name; null: it was not written anywhere. */
  readonly place: string | null;
}

/** All settings that a gateway runs with. */
export interface RunningSettings {
  readonly version: string;
  /** The file that was read, absolute; undefined: there is none. */
  readonly file: string | undefined;
  readonly settings: readonly ShownSetting[];
}
