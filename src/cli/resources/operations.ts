import type { OpenApiDocument } from "../../api/openapi.ts";
import type { JsonSchema } from "../../api/json-schema.ts";

/** A parameter of an operation: a part of its path, or a word of its query. */
export interface Parameter {
  readonly name: string;
  readonly schema: JsonSchema;
}

/** One operation of a resource of the admin API, as the command line has it. */
export interface Operation {
  /** The word of the command: `list`, `show`, `create`, `change`. */
  readonly verb: string;
  readonly about: string;
  readonly method: string;
  /** With `{id}` in it. */
  readonly path: string;
  /** In the order of the path. */
  readonly ids: readonly string[];
  readonly query: readonly Parameter[];
  /** The schema of its body; undefined: it has none. */
  readonly body: JsonSchema | undefined;
  /** The path at which what it changes can be read, so that the version that it changes is known; undefined: nowhere. */
  readonly readAt: string | undefined;
}

const root = "/admin/v1/";

/** The words for what stands at a path that ends in its resource's name, and in an id. */
const verbsOfAll: Readonly<Record<string, string>> = { get: "list", post: "create" };
const verbsOfOne: Readonly<Record<string, string>> = {
  get: "show",
  patch: "change",
  put: "set",
  delete: "delete",
};

type Described = Readonly<Record<string, unknown>>;

/** Names of all resources of the admin API, sorted. */
export function resourceNames(document: OpenApiDocument): string[] {
  const names = new Set(adminPaths(document).map(([path]) => nameOf(path)));
  return [...names].filter((name) => operationsOf(document, name).length > 0).toSorted();
}

/** The operations of one resource, each with a word of its own. */
export function operationsOf(document: OpenApiDocument, resource: string): Operation[] {
  const found = new Map<string, Operation>();
  const paths = adminPaths(document);
  const readable = new Set(paths.flatMap(([path, { get }]) => (get === undefined ? [] : [path])));
  for (const [path, item] of paths) {
    if (nameOf(path) !== resource) continue;
    for (const [method, described] of Object.entries(item)) {
      if ((described as Described)["x-pinhole-verb"] === null) continue;
      const operation = operationOf(path, method, described as Described, readable);
      if (!found.has(operation.verb)) found.set(operation.verb, operation);
    }
  }
  return [...found.values()];
}

function adminPaths(document: OpenApiDocument): [path: string, item: Described][] {
  // The document is this program's own.
  const paths = document["paths"] as Readonly<Record<string, Described>>;
  return Object.entries(paths).filter(([path]) => path.startsWith(root));
}

function nameOf(path: string): string {
  return path.slice(root.length).split("/", 1)[0] ?? "";
}

function operationOf(
  path: string,
  method: string,
  described: Described,
  readable: ReadonlySet<string>,
): Operation {
  const parameters = (described["parameters"] ?? []) as (Parameter & { readonly in: string })[];
  const own = described["x-pinhole-verb"];
  return {
    verb: typeof own === "string" ? own : verbOf(path, method),
    about: String(described["description"]),
    method: method.toUpperCase(),
    path,
    ids: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name),
    query: parameters.filter((parameter) => parameter.in === "query"),
    body: bodyOf(described),
    readAt: readAtOf(path, method, readable),
  };
}

/** A change, or an end, is made of what stands at its path, an act (`…/{id}/rotate`) of what stands above it. */
function readAtOf(path: string, method: string, readable: ReadonlySet<string>): string | undefined {
  const acted = /^(.*\/\{\w+\})\/[\w-]+$/.exec(path)?.[1];
  const at =
    method === "post" ? acted : ["patch", "put", "delete"].includes(method) ? path : undefined;
  return at !== undefined && readable.has(at) ? at : undefined;
}

/** `rotate` of `/admin/v1/keys/{id}/rotate`, else the word for the method. */
function verbOf(path: string, method: string): string {
  const steps = path.slice(root.length).split("/").slice(1);
  const last = steps.at(-1);
  if (last === undefined) return verbsOfAll[method] ?? method;
  if (last.startsWith("{")) return verbsOfOne[method] ?? method;
  return method === "get" || method === "post" ? last : `${method}-${last}`;
}

function bodyOf(described: Described): JsonSchema | undefined {
  const body = described["requestBody"] as
    | { readonly content: Readonly<Record<string, { readonly schema?: JsonSchema }>> }
    | undefined;
  return body?.content["application/json"]?.schema;
}
