import { PinholeError } from "../../core/errors.ts";
import { defineCard, type ModelCard } from "../../core/model-card.ts";
import {
  bundledFields,
  type BundledValues,
  bundledGraph,
  resultNode,
  type Values,
} from "./bundled.ts";
import { families, type Family, familyOfCheckpoint, type ModelFiles } from "./families.ts";
import { type Graph, type GraphInput, valueAt, withValues } from "./graph.ts";
import type { InputName, Settings, WorkflowSettings } from "./settings.ts";

/** The workflow that serves a model: a bundled workflow with its files, or one of the operator's own. */
export type Workflow =
  | {
      readonly kind: "bundled";
      readonly family: Family;
      readonly files: ModelFiles;
      readonly chosen: Partial<WorkflowSettings>;
    }
  | { readonly kind: "own"; readonly graph: Graph; readonly own: WorkflowSettings };

/** A request's graph, ready to be submitted. */
export interface PreparedGraph {
  readonly graph: Graph;
  /** Ids of the nodes whose pictures are the result. */
  readonly outputs: readonly string[];
  /** The request's field that stands at a place of the graph; undefined: the place is not the caller's. */
  fieldAt(place: string): string | undefined;
}

/**
 * The workflow of a model, by its name at the upstream: one of the settings, a bundled family, or the
 * file of a checkpoint, whose family is told by its name. Undefined where it is none of these.
 */
export function workflowOf({ workflows }: Settings, model: string): Workflow | undefined {
  const own = Object.hasOwn(workflows, model) ? workflows[model] : undefined;
  const graph = own?.file ?? own?.graph;
  if (own !== undefined && graph !== undefined) return { kind: "own", graph, own };
  if (own?.bundled !== undefined) return bundled(own.bundled, own.files, own);
  if (Object.hasOwn(families, model)) return bundled(model, {}, {});
  const family = familyOfCheckpoint(model);
  return family === undefined ? undefined : bundled(family, { checkpoint: model }, {});
}

function bundled(
  name: string,
  files: ModelFiles,
  chosen: Partial<WorkflowSettings>,
): Workflow | undefined {
  const family = families[name];
  if (family === undefined) return undefined;
  // Parts of their own replace a family's checkpoint, and a checkpoint its parts.
  const isWhole =
    files.checkpoint !== undefined ||
    (files.unet === undefined && family.files.checkpoint !== undefined);
  const merged = isWhole
    ? { checkpoint: files.checkpoint ?? family.files.checkpoint }
    : {
        unet: files.unet ?? family.files.unet,
        clip: files.clip ?? family.files.clip,
        vae: files.vae ?? family.files.vae,
      };
  return { kind: "bundled", family, files: merged, chosen };
}

/** The same, for a request that has come. */
export function workflowFor(settings: Settings, model: string): Workflow {
  const found = workflowOf(settings, model);
  if (found !== undefined) return found;
  throw new PinholeError("upstream_refused", {
    message:
      "The upstream has no workflow for this model; ask the gateway's operator to look at it.",
    detail: `settings.workflows has no ${model}, and it is neither a bundled workflow nor the file of a checkpoint`,
  });
}

/** The card of a model: its family's, or what the inputs of the operator's own workflow let a request say. */
export function cardOf(workflow: Workflow, name: string): ModelCard {
  return workflow.kind === "bundled" ? { ...workflow.family.card, name } : ownCard(workflow, name);
}

/** A card of an own workflow, whose graph's own size is what is made unasked. */
function ownCard({ graph, own }: Extract<Workflow, { kind: "own" }>, name: string): ModelCard {
  const has = (input: InputName): boolean => own.inputs[input] !== undefined;
  const isSized = has("width") && has("height");
  const images = own.inputs.image?.length ?? 0;
  const size = (["width", "height"] as const).map((input) => {
    const value = valueAt(graph, own.inputs[input]?.[0] ?? "");
    return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
  });
  const isKnown = isSized && size.every((side) => side !== undefined && side < 16_384);
  return defineCard({
    name,
    operations: images > 0 ? ["edit"] : ["generation"],
    n: has("batch_size") ? 4 : 1,
    ...(isSized
      ? { size_rule: { multiple: 8, edge_min: 64, edge_max: 4096, pixels_max: 4_194_304 } }
      : { sizes: [] }),
    ...(isKnown ? { size_default: size.join("x") } : {}),
    formats: ["png"],
    ...(images > 0 ? { images: { max: images } } : {}),
    ...(has("mask") ? { mask: { polarity: own.mask } } : {}),
    parameters: (["seed", "negative_prompt"] as const).filter(has),
    streaming: true,
    failures_billed: false,
    price: "free",
  });
}

/** True where a field of the contract has a place in the workflow. */
export function sends(workflow: Workflow | undefined, field: string): boolean {
  if (workflow === undefined) return false;
  if (field === "stream") return true;
  if (workflow.kind === "bundled") {
    const { card } = workflow.family;
    return ["seed", "size", "mask"].includes(field) || card.parameters.includes(field);
  }
  const { inputs } = workflow.own;
  if (field === "size") return inputs.width !== undefined && inputs.height !== undefined;
  const input = (["seed", "negative_prompt", "mask"] as const).find((name) => name === field);
  return input !== undefined && inputs[input] !== undefined;
}

/** The graph of a request to a model. Throws where the request says what its workflow has no place for. */
export function prepareGraph(
  workflow: Workflow,
  values: Values,
  usual: Pick<BundledValues, "keepFiles" | "filePrefix"> & { readonly denoise: number },
): PreparedGraph {
  if (workflow.kind === "own") return ownGraph(workflow, values);
  const { family, files, chosen } = workflow;
  if (values.guidance !== undefined && family.guidance === undefined) throw noPlace("guidance");
  const graph = bundledGraph(family, files, {
    ...values,
    ...usual,
    width: values.width ?? family.side,
    height: values.height ?? family.side,
    denoise: values.denoise ?? usual.denoise,
    steps: values.steps ?? chosen.steps,
    cfg: values.cfg ?? chosen.cfg,
    guidance: values.guidance ?? chosen.guidance,
    sampler: values.sampler ?? chosen.sampler,
    scheduler: values.scheduler ?? chosen.scheduler,
  });
  return { graph, outputs: [resultNode], fieldAt: (place) => bundledFields[place] };
}

/** Fields of the request under which errors name an input. */
const fieldOfInput: Readonly<Partial<Record<InputName, string>>> = {
  width: "size",
  height: "size",
  batch_size: "n",
};

function ownGraph(
  { graph, own }: Extract<Workflow, { kind: "own" }>,
  values: Values,
): PreparedGraph {
  const said: Readonly<Record<Exclude<InputName, "image">, GraphInput | undefined>> = {
    prompt: values.prompt,
    negative_prompt: values.negative,
    width: values.width,
    height: values.height,
    batch_size: values.count,
    seed: values.seed,
    mask: values.mask?.name,
    steps: values.steps,
    cfg: values.cfg,
    guidance: values.guidance,
    sampler: values.sampler,
    scheduler: values.scheduler,
    denoise: values.denoise,
  };
  const at = new Map<string, GraphInput>();
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(said)) {
    // The keys of the record above.
    const input = name as Exclude<InputName, "image">;
    const places = own.inputs[input] ?? (input === "seed" ? seedPlaces(graph) : undefined);
    const isOptional = input === "batch_size" && value === 1;
    if (value !== undefined && places === undefined && !isOptional) {
      throw noPlace(fieldOfInput[input] ?? input);
    }
    for (const place of places ?? []) {
      fields.set(place, fieldOfInput[input] ?? input);
      if (value !== undefined) at.set(place, value);
    }
  }
  const places = own.inputs.image ?? [];
  if (values.images.length > places.length) throw noPlace("image");
  for (const [index, place] of places.entries()) {
    fields.set(place, "image");
    // A workflow for several images looks at the last one again where fewer came.
    const image = values.images[index] ?? values.images.at(-1);
    if (image !== undefined) at.set(place, image.name);
  }
  return {
    graph: withValues(graph, at),
    outputs: own.outputs ?? savingNodes(graph),
    fieldAt: (place) => fields.get(place),
  };
}

/**
 * Every seed that the graph writes out. Where the operator names none, all of them are drawn anew, since the
 * same graph is answered with the same picture for ever.
 */
function seedPlaces(graph: Graph): string[] {
  return Object.entries(graph).flatMap(([id, { inputs }]) =>
    ["seed", "noise_seed"]
      .filter((name) => typeof inputs[name] === "number")
      .map((name) => `${id}.${name}`),
  );
}

/** The nodes of ComfyUI itself that hand pictures out. */
const saving: ReadonlySet<string> = new Set(["SaveImage", "SaveImageAdvanced", "SaveAnimatedWEBP"]);

function savingNodes(graph: Graph): string[] {
  const ids = Object.keys(graph);
  const found = ids.filter((id) => saving.has(graph[id]?.class_type ?? ""));
  return found.length > 0 ? found : ids.filter((id) => graph[id]?.class_type === "PreviewImage");
}

function noPlace(field: string): PinholeError {
  return new PinholeError("unsupported_parameter", {
    message: `This model's workflow takes no \`${field}\`; leave it out.`,
    param: field,
  });
}
