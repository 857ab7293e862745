import type { Bench } from "../bench.ts";
import type { RowResult } from "../results.ts";
import {
  relayRow,
  shortRelayRow,
  shortSmallRow,
  smallRow,
  throughputRow,
  urlRow,
} from "./throughput.ts";

/** A row of the table: what it is called and how it is measured. */
export interface Row {
  readonly id: string;
  measure(bench: Bench): Promise<RowResult>;
}

export const rows: readonly Row[] = [smallRow, relayRow, urlRow, shortSmallRow, shortRelayRow].map(
  (row) => ({ id: row.id, measure: (bench: Bench) => throughputRow(bench, row) }),
);
