import type { DraftFields } from "./draft.ts";
import type { Made, MadePicture } from "./generation.ts";
import type { Priced } from "./price.ts";

/** The ways to go on from a result. */
export interface GoingOn {
  /** Takes a picture into the draft; undefined: the key may change none. */
  use: ((made: Made, picture: MadePicture) => void) | undefined;
  /** Takes a picture into the draft as its first one, and opens its mask; undefined: the draft's model takes none. */
  edit: ((made: Made, picture: MadePicture) => void) | undefined;
  /** Takes all that a result was made with into the draft. */
  adopt(made: Made): void;
  /** Takes a seed into the draft. */
  chooseSeed(seed: string): void;
  /** The request that `again` would make; undefined: its model or its pictures are not there any more, or the key may not make it. */
  asked(made: Made, change: Partial<DraftFields>): Priced | undefined;
  /** Asks for the same once more, with what is changed of it; `fills`: the request whose missing pictures it makes. */
  again(made: Made, change?: Partial<DraftFields>, fills?: string): void;
  /** The requests that fill one up, the oldest first. */
  fillersOf(made: Made): readonly Made[];
}
