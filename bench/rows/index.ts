import type { Bench } from "../bench.ts";
import type { RowResult } from "../results.ts";
import { bucketMemoryRows, measureBucketMemory } from "./bucket-memory.ts";
import { bucketRow, bucketRows } from "./bucket.ts";
import { measureUploads, memoryRow, memoryRows, uploadRow } from "./memory.ts";
import { servedRow, servedRows } from "./served.ts";
import { measureMetrics } from "./metrics.ts";
import { measurePaid, paidRow } from "./paid.ts";
import { measureRecords } from "./records.ts";
import { measureLatency, measureScale, measureStart } from "./steady.ts";
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
  /** It compares with nginx or has it as its upstream. */
  readonly needsNginx: boolean;
  measure(bench: Bench): Promise<RowResult>;
}

export const rows: readonly Row[] = [
  ...[smallRow, relayRow, urlRow, shortSmallRow, shortRelayRow].map((row): Row => ({
    id: row.id,
    needsNginx: true,
    measure: (bench) => throughputRow(bench, row),
  })),
  { id: paidRow.id, needsNginx: true, measure: measurePaid },
  ...servedRows.map((row): Row => ({
    id: row.id,
    needsNginx: true,
    measure: (bench) => servedRow(bench, row),
  })),
  { id: "latency", needsNginx: true, measure: measureLatency },
  ...memoryRows.map((row): Row => ({
    id: row.id,
    needsNginx: false,
    measure: (bench) => memoryRow(bench, row),
  })),
  ...bucketMemoryRows.map((row): Row => ({
    id: row.id,
    needsNginx: false,
    measure: (bench) => measureBucketMemory(bench, row),
  })),
  ...bucketRows.map((row): Row => ({
    id: row.id,
    needsNginx: true,
    measure: (bench) => bucketRow(bench, row),
  })),
  { id: uploadRow.id, needsNginx: false, measure: measureUploads },
  { id: "start", needsNginx: false, measure: measureStart },
  { id: "metrics", needsNginx: false, measure: measureMetrics },
  { id: "records", needsNginx: true, measure: measureRecords },
  { id: "scale", needsNginx: true, measure: measureScale },
];
