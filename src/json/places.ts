/** The kind of value at a place: a picture, or a text with pictures inside it. */
export type PlaceKind = "picture" | "inside";

/** One step of the places where pictures may be: the names that lead on from here. */
interface PlaceNode {
  readonly names: Map<string, PlaceNode>;
  /** The step for any name or index. */
  any: PlaceNode | undefined;
  /** A place ends here. `inside`: of texts that may have pictures among their words. */
  end: PlaceKind | undefined;
}

/**
 * A value's standing among the places: on several steps where `*` and a name both match. Made once
 * for a list of places; what lies behind it is made as the first document leads there.
 */
export class Standing {
  /** The kind of place that this is; undefined where it is none. */
  readonly kind: PlaceKind | undefined;
  readonly #nodes: readonly PlaceNode[];
  /** Members whose names are in places. */
  readonly #named = new Map<string, Standing>();
  readonly #hasNames: boolean;
  /** Every other member. */
  #other: Standing | undefined;

  constructor(nodes: readonly PlaceNode[]) {
    this.#nodes = nodes;
    this.kind = nodes.find((node) => node.end !== undefined)?.end;
    this.#hasNames = nodes.some((node) => node.names.size > 0);
  }

  /** The standing of a member of this object or array. */
  member(key: string | number): Standing {
    if (this.#nodes.length === 0) return this;
    if (this.#hasNames) {
      const name = String(key);
      const known = this.#named.get(name);
      if (known !== undefined) return known;
      if (this.#nodes.some((node) => node.names.has(name))) {
        const made = this.#step(name);
        this.#named.set(name, made);
        return made;
      }
    }
    this.#other ??= this.#step(undefined);
    return this.#other;
  }

  #step(name: string | undefined): Standing {
    const nodes: PlaceNode[] = [];
    for (const node of this.#nodes) {
      const named = name === undefined ? undefined : node.names.get(name);
      if (named !== undefined) nodes.push(named);
      if (node.any !== undefined) nodes.push(node.any);
    }
    return nodes.length === 0 ? nowhere : new Standing(nodes);
  }
}

const nowhere = new Standing([]);

interface Compiled {
  readonly texts: readonly string[];
  readonly root: Standing;
}

/** Of the lists that were read last: providers give the same one with each call. */
const compiled = new WeakMap<readonly string[], Compiled>();
const noTexts: readonly string[] = [];

/**
 * Reads places such as `data.*.b64_json`, of pictures and of texts that have some inside; the result is
 * where the document's root stands. The lists must not change afterwards.
 */
export function compilePlaces(
  pictures: readonly string[],
  texts: readonly string[] = noTexts,
): Standing {
  if (pictures.length + texts.length === 0) return nowhere;
  const known = compiled.get(pictures);
  if (known?.texts === texts) return known.root;
  const root = compile(pictures, texts);
  compiled.set(pictures, { texts, root });
  return root;
}

function compile(pictures: readonly string[], texts: readonly string[]): Standing {
  const root = emptyNode();
  const add = (place: string, kind: PlaceKind): void => {
    let node = root;
    for (const name of place.split(".")) node = step(node, name);
    node.end = kind;
  };
  for (const place of texts) add(place, "inside");
  for (const place of pictures) add(place, "picture");
  return new Standing([root]);
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
