import { defaultModelId } from "../core/name-words.ts";
import type { Concern, DeclaredEntry, Served } from "../core/resource.ts";
import { sentenceOf } from "./entry-faults.ts";
import type { Faults } from "./faults.ts";
import type { FileSettings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/** Adds a fault for an alias that names another one, which no channel of the database would mend. `served`: models of the file. */
export function faultAliasesOfAliases(
  { aliases }: FileSettings,
  served: readonly string[],
  faults: Faults,
): void {
  // One that stands for a model of its own name, with others to fall back to, may be meant as that model.
  const isModel = (name: string): boolean =>
    served.includes(name) || [aliases[name] ?? []].flat().includes(name);
  for (const [alias, targets] of Object.entries(aliases)) {
    for (const [index, target] of [targets].flat().entries()) {
      if (isModel(target) || !Object.hasOwn(aliases, target)) continue;
      const at = Array.isArray(targets) ? ["aliases", alias, index] : ["aliases", alias];
      faults.add(at, `\`${target}\` is itself an alias; name models here`);
    }
  }
}

/** Declared entries that lead to a model or a channel which there is not, as what is served stands. */
export function unservedNames(declared: readonly DeclaredEntry[], served: Served): Concern[] {
  const models = served.channels.flatMap((channel) => channel.models.map(({ name }) => name));
  const names = [...models, ...Object.keys(served.aliases)];
  const channels = served.channels.map(({ id }) => id);
  const faultsOf = ({ kind, id, words }: DeclaredEntry): string[] => {
    if (kind === "alias") return unservedOf(words["models"], models);
    if (kind === "policy" && id === defaultModelId) return unservedOf(words["value"], names);
    const channel = kind === "price" ? words["channel"] : undefined;
    if (typeof channel !== "string" || channels.includes(channel)) return [];
    return [`there is no channel \`${channel}\`${didYouMean(channel, channels)}`];
  };
  return declared
    .filter(({ givesWay }) => !givesWay)
    .flatMap((entry) => {
      const { kind, id, declaredAt } = entry;
      return faultsOf(entry).map((fault) => ({ kind, id, declaredAt, message: sentenceOf(fault) }));
    });
}

function unservedOf(targets: unknown, names: readonly string[]): string[] {
  return [targets]
    .flat()
    .filter((target) => typeof target === "string")
    .filter((target) => !names.includes(target))
    .map((target) => unserved(target, names));
}

/** The sentence for a model that nothing serves, with the name that was meant where one is alike. */
export function unserved(model: string, names: readonly string[]): string {
  return `no channel serves the model \`${model}\`${didYouMean(model, names)}`;
}
