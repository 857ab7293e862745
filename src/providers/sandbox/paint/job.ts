import type { Raster } from "../../../core/picture.ts";
import { paintMasked, paintWithInputs, type Inputs } from "./edits.ts";
import { letter, paintScene, type Look } from "./picture.ts";
import { cover, resample, shrink } from "./resample.ts";

/** One piece of work for the painting thread. Plain data, so that it can be sent there. */
export type PaintJob =
  | {
      readonly kind: "paint";
      readonly look: Look;
      readonly width: number;
      readonly height: number;
      /** Painted this many times smaller and scaled up, without lettering: a preview. 1 for the picture itself. */
      readonly coarse: number;
      readonly inputs: Inputs | undefined;
      /** Both of any one size; they are scaled to the picture's. */
      readonly masked: { readonly source: Raster; readonly mask: Raster } | undefined;
    }
  | { readonly kind: "shrink"; readonly raster: Raster; readonly edgeMax: number };

/** The worker's answer to a job. */
export type PaintResult =
  | { readonly id: number; readonly raster: Raster }
  | { readonly id: number; readonly failure: string };

function paintAt(job: PaintJob & { kind: "paint" }, width: number, height: number): Uint8Array {
  const { look, coarse, inputs } = job;
  const small = [Math.ceil(width / coarse), Math.ceil(height / coarse)] as const;
  const rgba =
    inputs === undefined ? paintScene(look, ...small) : paintWithInputs(look, ...small, inputs);
  if (coarse === 1) return rgba;
  const whole = { left: 0, top: 0, width: small[0], height: small[1] };
  return resample({ width: small[0], height: small[1], rgba }, whole, width, height).rgba;
}

/** Does one job. Pure: the same job gives the same bytes. */
export function runJob(job: PaintJob): Raster {
  if (job.kind === "shrink") return shrink(job.raster, job.edgeMax);
  const { width, height, masked } = job;
  const look = job.coarse === 1 ? job.look : { ...job.look, lettering: false, mark: false };
  if (masked !== undefined) {
    const source = cover(masked.source, width, height);
    const mask = cover(masked.mask, width, height);
    const rgba = paintMasked(look, source, mask, (wide, high) => paintAt(job, wide, high));
    return { width, height, rgba };
  }
  const rgba = paintAt(job, width, height);
  letter(look, { width, height, rgba }, { left: 0, top: 0, width, height });
  return { width, height, rgba };
}
