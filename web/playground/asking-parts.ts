import type { ReactNode } from "react";

/** The parts of the form that says what is asked, which a desk and a phone lay out in their ways. */
export interface AskingParts {
  /** The draft of before, what a model leaves behind, and refusals. */
  readonly notes: ReactNode;
  readonly prompt: ReactNode;
  /** The pictures that are brought along, and the ways in of others. */
  readonly bringing: ReactNode;
  /** The pictures that are there already, in a line; nothing where there are none. */
  readonly brought: ReactNode;
  readonly models: ReactNode;
  readonly controls: ReactNode;
  readonly make: ReactNode;
}
