import { type Fault, targetOf } from "./layer-rules.ts";
import { type Door, doors } from "./layers.ts";
import { importsOf, parse, type SourceFile } from "./source.ts";

/** The folder of a door that a path is in; undefined for a path in none. */
function houseOf(path: string, { folder }: Door): string | undefined {
  const pattern = `src/${folder}`.replace(/<\w+>/g, "[^/]+");
  return new RegExp(`^${pattern}(?=/)`).exec(path)?.[0];
}

/** Imports that enter a folder beside its door. For files of src. */
export function doorFaults(file: SourceFile): Fault[] {
  const targets = importsOf(parse(file))
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier }) => targetOf(file.path, specifier));
  return targets.flatMap((target) =>
    doors.flatMap((door) => {
      const house = houseOf(target, door);
      if (house === undefined || houseOf(file.path, door) === house) return [];
      const isOpen = [door.file, ...door.open.map((folder) => `${folder}/`)].some((entry) =>
        target.startsWith(`${house}/${entry}`),
      );
      return isOpen ? [] : [`${file.path}: enters ${house} by ${target}, not by ${door.file}`];
    }),
  );
}
