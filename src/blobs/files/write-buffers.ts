import { writeSync, writevSync } from "node:fs";

/** Writes all of the buffers at a place of an open file. Throws the file system's error. */
export function writeBuffers(file: number, buffers: readonly Buffer[], at: number): void {
  let total = 0;
  for (const { length } of buffers) total += length;
  let written = writevSync(file, buffers, at);
  // A write may stop short without an error; the rest goes on from there.
  if (written === total) return;
  const all = Buffer.concat(buffers);
  while (written < total) written += writeSync(file, all, written, total - written, at + written);
}
