import type { Fault } from "./layer-rules.ts";

/** The folders of src/providers, which are the ids. */
export function providerIds(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => /^src\/providers\/([^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(found)].toSorted();
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** The list of providers, and the list of their models' names that is made from their cards. */
export const providerLists: readonly string[] = [
  "src/providers/index.ts",
  "src/providers/known-models.ts",
];

/** What is known of the providers besides their paths. */
export interface ProviderFolders {
  /** A file's default export. */
  readonly load: (path: string) => Promise<unknown>;
  /** Ids of those that are no upstream, so that there are no conversations with them. */
  readonly builtIn: readonly string[];
}

/** Each provider is a folder with an index whose value carries the folder's name, and with fixtures. */
export async function providerFolderFaults(
  paths: readonly string[],
  { load, builtIn }: ProviderFolders,
): Promise<Fault[]> {
  const faults = paths
    .filter((path) => /^src\/providers\/[^/]+$/.test(path) && !providerLists.includes(path))
    .map((path) => `${path}: only the lists stand beside the providers' folders`);
  for (const id of providerIds(paths)) {
    const folder = `src/providers/${id}`;
    if (!paths.includes(`${folder}/index.ts`)) {
      faults.push(`${folder}: has no index.ts`);
      continue;
    }
    const provider = await load(`${folder}/index.ts`);
    const found = property(provider, "id");
    if (found !== id)
      faults.push(`${folder}: its index.ts exports a provider called ${String(found)}`);
    const hasFixtures = paths.some(
      (path) => path.startsWith(`${folder}/fixtures/`) && path.endsWith(".json"),
    );
    if (!hasFixtures && !builtIn.includes(id)) faults.push(`${folder}: has no fixtures/*.json`);
  }
  return faults;
}
