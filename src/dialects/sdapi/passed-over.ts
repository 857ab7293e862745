import type { Warning } from "../../core/request.ts";

/** A job as the server that did it tells of it in `info`. */
export interface DoneJob {
  readonly sampler_name?: string | null | undefined;
  readonly sd_model_name?: string | null | undefined;
  readonly sd_model_hash?: string | null | undefined;
}

/** The job that was asked for; undefined where the caller did not say. */
export interface AskedJob {
  readonly sampler: string | undefined;
  readonly checkpoint: string | undefined;
  /** False: previews were asked for, and none came. */
  readonly previewed: boolean;
}

/** Warnings about words of a request that these servers pass over in silence: they go on with what they have. */
export function passedOver(asked: AskedJob, done: DoneJob): readonly Warning[] {
  const { sampler, checkpoint } = asked;
  const { sampler_name: usedSampler, sd_model_name: usedModel, sd_model_hash: usedHash } = done;
  const warnings: Warning[] = [];
  if (!asked.previewed) {
    const message = "`partial_images` brought nothing: the server showed no preview of its work.";
    warnings.push({ param: "partial_images", code: "unsupported_parameter", message });
  }
  if (sampler !== undefined && isName(usedSampler) && !isSampler(sampler, usedSampler)) {
    const message = `The server took the sampler ${usedSampler}; it does not know the one that was asked for.`;
    warnings.push({ param: "sampler", code: "adjusted_value", message });
  }
  const names = [usedModel, usedHash].filter(isName).map(stem);
  if (checkpoint !== undefined && isName(usedModel) && !names.includes(stem(checkpoint))) {
    const message = "The server made the image with another checkpoint; it does not know this one.";
    warnings.push({ param: "model", code: "adjusted_value", message });
  }
  return warnings;
}

function isName(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && text !== "";
}

/** The name may have been followed by that of a schedule: "DPM++ 2M Karras". */
function isSampler(asked: string, used: string): boolean {
  return `${asked.toLowerCase()} `.startsWith(`${used.toLowerCase()} `);
}

/** A checkpoint's name without folders, ending and hash: "sd/dream.safetensors [879db523c3]" is "dream". */
function stem(name: string): string {
  const plain = name
    .replace(/ \[[0-9a-f]+\]$/i, "")
    .replace(/\.(safetensors|ckpt|gguf|sft|pt)$/i, "");
  return plain.replace(/^.*[\\/]/, "").toLowerCase();
}
