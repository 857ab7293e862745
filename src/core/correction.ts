import type { Payer } from "./budget.ts";
import type { Nano } from "./money.ts";

/** An entry of the customer's book that an operator writes: above zero a debt, below it a credit. */
export interface Correction {
  /** The caller's own: one correction has it. */
  readonly id: string;
  readonly payer: Payer;
  readonly nano: Nano;
  /** The model whose budgets count it; null: only budgets of all models do. */
  readonly model: string | null;
  readonly reason: string;
  /** The operator who wrote it. */
  readonly actor: string;
  /** Unix milliseconds: the periods of its budgets are those of this moment. */
  readonly at: number;
}

/** A correction as the book has it. */
export interface BookedCorrection extends Omit<Correction, "payer" | "actor"> {
  readonly payer: Omit<Payer, "day" | "labels">;
  /** Null in entries of earlier versions. */
  readonly actor: string | null;
}
