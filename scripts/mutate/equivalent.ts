/** A mutant that changes nothing that could be noticed, and why. */
export interface EquivalentMutant {
  readonly path: string;
  /** The line of the change, trimmed, as it stands and as the mutant has it. */
  readonly line: string;
  readonly mutated: string;
  readonly reason: string;
}

/** Mutants that were looked at one by one: no test of the tree can tell them from the program. */
export const equivalents: readonly EquivalentMutant[] = [
  {
    path: "src/gateway/delivery/receive.ts",
    line: 'const delivery = rulingCard(made.plan.target)?.delivery ?? "url";',
    mutated: 'const delivery = rulingCard(made.plan.target)?.delivery ?? ("mutated" as never);',
    reason:
      "Only whether there is a URL is asked of the form here, and every word but b64_json means one.",
  },
  {
    path: "src/store/sqlite/client.ts",
    line: 'const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";',
    mutated: 'const extension = true ? "ts" : "js";',
    reason:
      "It always holds in the tree. In the built program it does not, which test/built.test.ts starts; copies are not built.",
  },
  {
    path: "src/money/range.ts",
    line: "export const anything: Range = { least: zero, most: undefined, isSure: false };",
    mutated: "export const anything: Range = { least: zero, most: undefined, isSure: true };",
    reason:
      "Without a most there is no exact value, sure or not, and no sum, product or choice gives it one again.",
  },
  {
    path: "src/money/conditions.ts",
    line: 'resolution === undefined ? "yes" : hasResolution([resolution].flat(), picture, tiers),',
    mutated:
      'resolution === undefined ? ("mutated" as never) : hasResolution([resolution].flat(), picture, tiers),',
    reason: "`all` looks for no and maybe, so that every other word is a yes.",
  },
];
