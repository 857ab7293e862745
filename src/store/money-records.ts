import type { BudgetCounter, Payer } from "../core/budget.ts";
import type { BookedCorrection } from "../core/correction.ts";
import { integer, listOf, nullable, optional, record, text } from "./shape.ts";
import { rowSchemas } from "./tables.ts";

/** The row of a counter: a budget's id and the start of its period. */
export type CounterPlace = readonly [id: string, periodStart: number];

/** A counter and what it has come to, in digits: sums may be beyond 2^53. */
export interface CounterState extends BudgetCounter {
  readonly spentNano: string;
  readonly reservedNano: string;
}

/** A counter, and what the ledger and the holds say that it should be, in digits. */
export interface VerifiedCounter {
  readonly counter: CounterState;
  readonly spentNano: string;
  readonly reservedNano: string;
}

/** A span of time, from its first moment to the first after it, Unix milliseconds. */
export interface LedgerSpan {
  readonly from: number;
  readonly to: number;
}

/** A day of the operator's calendar with its bounds. */
export interface DaySpan extends LedgerSpan {
  /** As `2027-02-28`. */
  readonly day: string;
}

/** The sums of a key, amounts in digits: they may be beyond 2^53. */
export interface KeySums {
  readonly sums: readonly {
    readonly day: string;
    readonly model: string;
    readonly nano: string;
    readonly images: number;
  }[];
  readonly reservedNano: string;
}

/** The fate of a correction: booked, booked before by the same words, or its id is another one's; and what the book has by its id. */
export interface CorrectionEnd {
  readonly end: "booked" | "repeated" | "differs";
  readonly booked: BookedCorrection;
}

/** A page of corrections, the newest first. */
export interface CorrectionPage {
  readonly limit: number;
  /** The id of the last one of the page before. */
  readonly after?: string | undefined;
  readonly keyId?: string | undefined;
  readonly userId?: string | undefined;
  readonly teamId?: string | undefined;
  readonly model?: string | undefined;
}

const modelsSchema = listOf(text);
const placesSchema = listOf(record({ id: text, start: integer }));
const payerSchema = record({
  keyId: text,
  keyName: text,
  userId: nullable(text),
  userName: nullable(text),
  teamId: nullable(text),
  teamName: nullable(text),
  day: optional(text),
  labels: optional(listOf(text)),
});

/** A counter's row as it is. */
export function counterOf(value: unknown): CounterState {
  const row = rowSchemas.budget_counters.parse(value);
  return {
    id: row.id,
    scope: row.scope,
    scopeId: row.scope_id,
    period: row.period,
    periodStart: row.period_start,
    periodEnd: row.period_end,
    models: row.models === null ? null : modelsFromJson(row.models),
    spentNano: row.spent_nano,
    reservedNano: row.reserved_nano,
  };
}

/** The names and patterns of the models that a budget counts. */
export function modelsFromJson(json: string): string[] {
  return modelsSchema.parse(JSON.parse(json));
}

/** The counters that a hold was taken at. */
export function placesFromJson(json: string | null): CounterPlace[] {
  if (json === null) return [];
  return placesSchema.parse(JSON.parse(json)).map(({ id, start }) => [id, start]);
}

/** The same, sorted, so that everybody locks them in one order. */
export function placesToJson(places: readonly CounterPlace[]): string {
  const sorted = places.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(sorted.map(([id, start]) => ({ id, start })));
}

export function payerFromJson(json: string): Payer {
  return payerSchema.parse(JSON.parse(json));
}
