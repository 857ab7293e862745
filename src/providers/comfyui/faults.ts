import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { UpstreamFault, WireError } from "../../core/wire.ts";
import type { Options } from "./settings.ts";
import type { PreparedGraph } from "./workflow.ts";

/** The fault of one input of one node, in the server's words for kinds of mistakes. */
const inputErrorSchema = z.object({
  type: z.string(),
  details: z.string().nullish(),
  extra_info: z.object({ input_name: z.string().nullish() }).nullish(),
});

const nodeErrorsSchema = z.record(
  z.string(),
  z.object({ errors: z.array(inputErrorSchema).default([]) }),
);

const refusalSchema = z.object({
  error: z.union([z.string(), z.object({ type: z.string().nullish() })]).nullish(),
  node_errors: nodeErrorsSchema.catch({}).optional(),
});

/** Values that a workflow does not take, whoever chose them. */
const badValues: ReadonlySet<string> = new Set([
  "value_not_in_list",
  "value_smaller_than_min",
  "value_bigger_than_max",
  "invalid_input_type",
]);

/** Inputs that name a file: ckpt_name, unet_name, clip_name1, vae_name, lora_name, control_net_name. */
const fileInput = /_name\d?$/;
const samplerInput = /^(sampler|scheduler)_name$/;

/**
 * The meaning of a refusal of the whole workflow: a file that is not there, a value that an input does not
 * take (`param` is then the place, `sampler.steps`), or a workflow that this server cannot run.
 */
export function readComfyError(error: WireError): UpstreamFault | undefined {
  if (error.status === 404 || error.status === 405) return { code: "upstream_refused" };
  if (error.status !== 400) return undefined;
  const read = refusalSchema.safeParse(error.json);
  if (!read.success) return { code: "upstream_refused" };
  const found = Object.entries(read.data.node_errors ?? {}).flatMap(([node, { errors }]) =>
    errors.map(({ type, extra_info: more }) => ({ node, type, input: more?.input_name ?? "" })),
  );
  const isMissingFile = found.some(
    ({ type, input }) =>
      type === "value_not_in_list" && fileInput.test(input) && !samplerInput.test(input),
  );
  if (isMissingFile) return { code: "upstream_model_missing" };
  const bad = found.find(({ type, input }) => badValues.has(type) && input !== "");
  if (bad === undefined) return { code: "upstream_refused" };
  return { code: "invalid_value", param: `${bad.node}.${bad.input}` };
}

/** An error about a place of the graph as one about the request's field that stands there, or as the operator's fault. */
export function blamed(thrown: unknown, prepared: PreparedGraph, options: Options): unknown {
  if (!(thrown instanceof PinholeError) || thrown.code !== "invalid_value") return thrown;
  const { param = "", detail } = thrown;
  const field = prepared.fieldAt(param);
  const isOption = field !== undefined && Object.hasOwn(optionFields, field);
  const isChosen = !isOption || Reflect.get(options, field) !== undefined;
  if (field !== undefined && isChosen) {
    return new PinholeError("invalid_value", {
      message: `\`${field}\` has a value that this model's workflow does not take; choose another.`,
      param: field,
      detail,
    });
  }
  return new PinholeError("upstream_refused", {
    message: "The upstream refused the request for a reason that is not the caller's.",
    detail: `the workflow's own ${param}: ${detail ?? thrown.message}`,
    cause: thrown,
  });
}

/** Fields that are the caller's only where `provider_options` say them; else the operator or the workflow chose them. */
const optionFields: Readonly<Record<keyof Options, true>> = {
  steps: true,
  cfg: true,
  guidance: true,
  sampler: true,
  scheduler: true,
  denoise: true,
};

const failureSchema = z.object({
  node_type: z.string().nullish(),
  exception_type: z.string().nullish(),
  exception_message: z.string().nullish(),
});

/**
 * The fault of a prompt that ran and failed, by the last message of its history. Paths and tracebacks stay at the
 * server: the kind of node and of exception say enough.
 */
export function runFault(messages: readonly (readonly [string, unknown])[]): PinholeError {
  const last = messages.findLast(([type]) => type.startsWith("execution_"));
  if (last?.[0] === "execution_interrupted") {
    return failed("the prompt was interrupted at the server");
  }
  const read = failureSchema.safeParse(last?.[1]);
  const { node_type: node, exception_type: kind, exception_message: text } = read.data ?? {};
  const isOfImage =
    (node ?? "").startsWith("LoadImage") || /UnidentifiedImageError/.test(kind ?? "");
  if (isOfImage) {
    return new PinholeError("invalid_image", {
      message: "The server could not read an input image; send another file.",
      param: "image",
      detail: `${kind ?? "an exception"} in ${node ?? "a node"}`,
    });
  }
  if (/OutOfMemory/i.test(kind ?? "") || /out of memory/i.test(text ?? "")) {
    return failed(`the server's memory was not enough (${node ?? "an unknown node"})`);
  }
  return failed(`${kind ?? "an exception"} in ${node ?? "an unknown node"}`);
}

/** A failure after the server had taken the work on. */
export function failed(detail: string): PinholeError {
  return new PinholeError("upstream_failed", {
    message: "The upstream failed after the request was sent; the request may have been billed.",
    detail,
  });
}
