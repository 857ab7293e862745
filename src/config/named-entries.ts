import { z } from "zod";
import { valueAt } from "../core/entry-paths.ts";
import { aliasId, aliasWords, defaultModelId } from "../core/name-words.ts";
import { moneyIds } from "../core/money-words.ts";
import type { Policy } from "../core/policy.ts";
import type { DeclaredEntry, EntryFault, ResourceEntry, Served } from "../core/resource.ts";
import { faultOf } from "./entry-faults.ts";
import { type Faults, gatherFaults, type Path, placeName } from "./faults.ts";
import { readWith } from "./issues.ts";
import type { FileSettings } from "./schema.ts";
import { policySchema } from "./sections/policy.ts";
import { unserved } from "./unserved-names.ts";
import { type KnownSettings, readValue } from "./value-rows.ts";

/** Names and policies, as a configuration has them. */
export interface Named extends Pick<Served, "aliases" | "defaultModel"> {
  readonly policy: FileSettings["policy"];
}

/** Policies in the words of the gateway. */
export function policyOf(policy: FileSettings["policy"]): Policy {
  return {
    strict: policy.strict,
    resample: policy.resample,
    variationsAsEdits: policy.variations_as_edits,
    style: policy.style,
    successors: policy.successors,
    repeatWindowMs: policy.repeat_window,
  };
}

/** Names, policies and settings of `money` that a configuration declares, and the names that go with the built-in channels. */
export function declaredNames(tree: unknown, named: Named, faults: Faults): DeclaredEntry[] {
  const written = valueAt(tree, ["policy"]) ?? {};
  const entry = (
    kind: DeclaredEntry["kind"],
    id: string,
    words: DeclaredEntry["words"],
    at: Path,
  ): DeclaredEntry => {
    const isListed = valueAt(tree, at) !== undefined;
    const declaredAt = isListed ? placeName(faults.placeOf(at)) : "built in";
    return { kind, id, words, declaredAt, givesWay: !isListed };
  };
  const { aliases, defaultModel } = named;
  const money = moneyIds.flatMap((id) => {
    const value = valueAt(tree, ["money", id]);
    return value === undefined ? [] : [entry("money", id, { value }, ["money", id])];
  });
  return [
    ...money,
    ...Object.entries(aliases).map(([id, models]) =>
      entry("alias", id, { models }, ["aliases", id]),
    ),
    ...Object.entries(written).map(([id, value]) => entry("policy", id, { value }, ["policy", id])),
    ...(defaultModel === undefined
      ? []
      : [entry("policy", defaultModelId, { value: defaultModel }, [defaultModelId])]),
  ];
}

/** Names and policies with the entries of the database beside them. */
export interface ReadNames extends Named {
  readonly faults: ReadonlyMap<ResourceEntry, readonly EntryFault[]>;
}

/** Reads aliases and policies beside those of a configuration. `models`: the names that channels serve. */
export function readNames(
  entries: readonly ResourceEntry[],
  named: Named,
  models: readonly string[],
): ReadNames {
  const faults = new Map<ResourceEntry, readonly EntryFault[]>();
  const reading = <T>(entry: ResourceEntry, read: (faults: Faults) => T): T => {
    const own = gatherFaults(() => undefined);
    const result = read(own);
    if (own.found) faults.set(entry, own.list().map(faultOf));
    return result;
  };
  const aliases: Record<string, readonly string[]> = { ...named.aliases };
  for (const entry of entries.filter(({ kind }) => kind === "alias")) {
    const targets = reading(entry, (own) => readAlias(entry, models, own));
    // With a part of its models an alias goes on serving.
    if (targets.length > 0) aliases[entry.id] = targets;
  }
  let { defaultModel, policy } = named;
  for (const entry of entries.filter(({ kind }) => kind === "policy")) {
    const value = reading(entry, (own) => {
      const names = [...models, ...Object.keys(aliases)];
      return readPolicy(entry, names, own);
    });
    if (value === undefined) continue;
    if (entry.id !== defaultModelId) policy = { ...policy, [entry.id]: value };
    else if (typeof value === "string") defaultModel = value;
  }
  return { aliases, defaultModel, policy, faults };
}

const aliasSchema = z.strictObject({ id: aliasId, ...aliasWords });

/** The models that an alias can serve. */
function readAlias({ id, words }: ResourceEntry, served: readonly string[], faults: Faults) {
  const read = readWith(aliasSchema, { ...words, id }, { faults, at: [], asWritten: true });
  const targets = read?.models ?? [];
  return targets.filter((target, index) => {
    if (served.includes(target)) return true;
    faults.add(["models", index], unserved(target, served));
    return false;
  });
}

const policies: KnownSettings = {
  what: "policy",
  schemas: { ...policySchema.shape, [defaultModelId]: z.string().min(1) },
};

/** The value of a policy as its setting reads it; undefined where it is at fault. */
function readPolicy(entry: ResourceEntry, names: readonly string[], faults: Faults): unknown {
  const value = readValue(entry, policies, faults);
  if (entry.id !== defaultModelId || typeof value !== "string" || names.includes(value))
    return value;
  faults.add(["value"], unserved(value, names));
  return undefined;
}
