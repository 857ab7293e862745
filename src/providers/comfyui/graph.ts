import { z } from "zod";

/** A node's input: a value, or the place of another node's output, `["4", 0]`. */
const inputSchema = z.json();

const nodeSchema = z.object({
  class_type: z.string().min(1),
  _meta: z.json().optional(),
  inputs: z.record(z.string(), inputSchema).default({}),
});

/** A workflow in the API's format: nodes by their ids. */
export const graphSchema = z.record(z.string().min(1), nodeSchema);
export type Graph = z.output<typeof graphSchema>;
export type GraphInput = z.core.util.JSONType;

/** The fault of a document that should be a workflow; undefined where it is one. */
export function graphFault(document: unknown): string | undefined {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return "must be a workflow: an object of nodes";
  }
  if ("nodes" in document && "links" in document) {
    return "is in the format of ComfyUI's own editor; export it again with Export (API)";
  }
  if (Object.keys(document).length === 0) return "has no nodes";
  return graphSchema.safeParse(document).success
    ? undefined
    : "must have an object with class_type and inputs for each node; export it with Export (API)";
}

/** A place in a graph where a value goes, `6.text`: the node before the last dot, its input behind it. */
export interface Place {
  readonly node: string;
  readonly input: string;
}

export function placeOf(text: string): Place {
  const dot = text.lastIndexOf(".");
  return { node: text.slice(0, dot), input: text.slice(dot + 1) };
}

/** The value that stands at a place; undefined where there is none. */
export function valueAt(graph: Graph, place: string): GraphInput | undefined {
  const { node, input } = placeOf(place);
  return graph[node]?.inputs[input];
}

/** A copy of the graph with values at these places. They are set as values, never written into text. */
export function withValues(graph: Graph, values: ReadonlyMap<string, GraphInput>): Graph {
  const copy = structuredClone(graph);
  for (const [place, value] of values) {
    const { node, input } = placeOf(place);
    const found = copy[node];
    if (found !== undefined) found.inputs[input] = value;
  }
  return copy;
}
