/** What stands at a place: a picture, or a text with pictures inside it. */
export type PlaceKind = "picture" | "inside";

/** One step of the places where pictures may be: the names that lead on from here. */
export interface PlaceNode {
  readonly names: Map<string, PlaceNode>;
  /** The step for any name or index. */
  any: PlaceNode | undefined;
  /** A place ends here. `inside`: of texts that may have pictures among their words. */
  end: PlaceKind | undefined;
}

/** The steps that a value in the document stands on; several where `*` and a name both match. */
export type Standing = readonly PlaceNode[];

const nowhere: Standing = [];

/**
 * Reads places such as `data.*.b64_json`, of pictures and of texts that have some inside; the result is
 * where the document's root stands.
 */
export function compilePlaces(
  pictures: readonly string[],
  texts: readonly string[] = [],
): Standing {
  const root = emptyNode();
  const add = (place: string, kind: PlaceKind): void => {
    let node = root;
    for (const name of place.split(".")) node = step(node, name);
    node.end = kind;
  };
  for (const place of texts) add(place, "inside");
  for (const place of pictures) add(place, "picture");
  return pictures.length + texts.length === 0 ? nowhere : [root];
}

function emptyNode(): PlaceNode {
  return { names: new Map(), any: undefined, end: undefined };
}

function step(node: PlaceNode, name: string): PlaceNode {
  if (name === "*") {
    node.any ??= emptyNode();
    return node.any;
  }
  const known = node.names.get(name);
  if (known !== undefined) return known;
  const made = emptyNode();
  node.names.set(name, made);
  return made;
}

/** Where a member of an object or array stands. */
export function standingOf(parent: Standing, key: string | number): Standing {
  if (parent.length === 0) return nowhere;
  const standing: PlaceNode[] = [];
  for (const node of parent) {
    const named = node.names.size === 0 ? undefined : node.names.get(String(key));
    if (named !== undefined) standing.push(named);
    if (node.any !== undefined) standing.push(node.any);
  }
  return standing.length === 0 ? nowhere : standing;
}

/** What stands here; undefined where it is no place. */
export function placeKind(standing: Standing): PlaceKind | undefined {
  return standing.find((node) => node.end !== undefined)?.end;
}
