/** One thing that was looked at, and whether it stands well. */
export interface Finding {
  /** The part: `database`, `disk`, `channel openai-main`. */
  readonly name: string;
  /** `warning`: it works, and something is to be done; `fault`: requests fail, or soon will. */
  readonly state: "ok" | "warning" | "fault";
  /** One or two sentences: what was found, and what to do where something is. */
  readonly said: string;
}

/** Looks at all that a gateway stands on. It ends within half a minute, whatever hangs. */
export type Examine = () => Promise<readonly Finding[]>;
