import { parentPort } from "node:worker_threads";
import { runJob, type PaintJob, type PaintResult } from "./job.ts";

/** The painting thread: takes jobs, gives pixels. Started by painter.ts, never imported. */
const port = parentPort;

port?.on("message", ({ id, job }: { readonly id: number; readonly job: PaintJob }) => {
  let result: PaintResult;
  try {
    result = { id, raster: runJob(job) };
  } catch (thrown) {
    // Errors lose their kind on the way between threads; the text is for the operator's log.
    result = {
      id,
      failure: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    };
  }
  const transfer = "raster" in result ? [result.raster.rgba.buffer as ArrayBuffer] : []; // runJob never gives shared memory.
  port.postMessage(result, transfer);
});
