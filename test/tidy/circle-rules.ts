import { type Fault, targetOf } from "./layer-rules.ts";
import { importsOf, parse, type SourceFile } from "./source.ts";

/** Files in the order in which they import each other, the first again at the end. */
type Circle = readonly string[];

/**
 * Circles of files that import each other, type imports included: a type that two files need of each
 * other belongs in a third. One circle is told for each knot of files.
 */
export function circleFaults(files: readonly SourceFile[]): Fault[] {
  const imports = new Map(files.map((file) => [file.path, targetsOf(file)]));
  return circlesOf(imports).map(
    (circle) => `${circle[0] ?? ""}: imports itself in a circle: ${circle.join(" → ")}`,
  );
}

function targetsOf(file: SourceFile): string[] {
  return importsOf(parse(file))
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier }) => targetOf(file.path, specifier));
}

/** A walk in depth: whoever is met again while still on the path closes a circle. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): Circle[] {
  const circles: Circle[] = [];
  const path: string[] = [];
  const over = new Set<string>();
  const visit = (file: string): void => {
    const since = path.indexOf(file);
    if (since !== -1) circles.push([...path.slice(since), file]);
    if (since !== -1 || over.has(file)) return;
    path.push(file);
    for (const target of imports.get(file) ?? []) visit(target);
    path.pop();
    over.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return circles;
}
