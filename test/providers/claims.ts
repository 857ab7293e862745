import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { Provider } from "../../src/core/provider.ts";
import { hostMatches } from "../../src/core/hosts.ts";
import type { ErrorCode } from "../../src/core/errors.ts";
import type { Fixture, LoadedFixture } from "./fixture.ts";

/** Names of fields of which each request has one, as dotted places or names of form parts; or why there is none. */
const spoken = z.union([z.array(z.string().min(1)).min(1), z.string().min(10)]);

const failures = [
  "moderation_blocked",
  "upstream_credentials",
  "upstream_rate_limited",
  "upstream_bad_answer",
] as const satisfies readonly ErrorCode[];

/**
 * The form of `src/providers/<id>/fixtures/claims.json`: what holds for every fixture beside it. Where
 * something does not exist at the upstream, a sentence says why.
 */
const claimsSchema = z.strictObject({
  /**
   * What every request for pictures says although its sender left it out, since the upstream's default
   * decides over the bill, the picture or the law.
   */
  always: z.strictObject({ n: spoken, size: spoken, watermark: spoken, safety: spoken }),
  /** Failures that the upstream cannot have, with the reason. */
  never: z.partialRecord(z.enum(failures), z.string().min(10)).default({}),
  /** Hosts of the definition that no conversation can show, with the reason. */
  unseen: z.record(z.string(), z.string().min(10)).default({}),
});
export type Claims = z.infer<typeof claimsSchema>;

/** The file's name, which is no fixture's. */
export const claimsFile = "claims.json";

/** What a provider claims of all its fixtures. Throws with the file's name on a mistake. */
export function loadClaims(providerId: string): Claims {
  const path = new URL(`../../src/providers/${providerId}/fixtures/${claimsFile}`, import.meta.url);
  if (!existsSync(path))
    throw new Error(`${providerId}/fixtures/${claimsFile} is missing; see docs/add-a-provider.md`);
  const read = claimsSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (read.success) return read.data;
  throw new Error(`${providerId}/fixtures/${claimsFile}: ${z.prettifyError(read.error)}`);
}

function hasPlace(value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return value !== undefined;
  if (typeof value !== "object" || value === null) return false;
  if (step === "*") return Object.values(value).some((one) => hasPlace(one, rest));
  return Object.hasOwn(value, step) && hasPlace(Reflect.get(value, step), rest);
}

function says({ request }: Fixture["exchanges"][number], place: string): boolean {
  return (
    hasPlace(request.json, place.split(".")) ||
    (request.form ?? []).some(({ name }) => name === place) ||
    Object.hasOwn(request.query, place)
  );
}

/** What a fixture's conversation leaves to the upstream's defaults although the provider claims that it never does. */
export function unsaid({ exchanges }: Fixture, { always }: Claims): string[] {
  const requests = exchanges.filter(({ request }) => (request.json ?? request.form) !== undefined);
  if (requests.length === 0) return [];
  return Object.entries(always).flatMap(([what, places]) => {
    if (typeof places === "string") return [];
    const isSaid = requests.some((one) => places.some((place) => says(one, place)));
    return isSaid ? [] : [what];
  });
}

/** Failures without a fixture that the provider does not claim to be impossible, and those claimed although there is one. */
export function failuresNotShown(loaded: readonly LoadedFixture[], { never }: Claims): string[] {
  const shown = new Set(loaded.flatMap(({ fixture }) => fixture.expect.error?.code ?? []));
  return failures.filter((code) => shown.has(code) === Object.hasOwn(never, code));
}

/** Hosts that the definition names and that no fixture's `{{https://…}}` shows. */
export function hostsNotShown(
  provider: Provider,
  loaded: readonly LoadedFixture[],
  { unseen }: Claims,
): string[] {
  const texts = JSON.stringify(loaded.map(({ fixture }) => fixture));
  const shown = [...texts.matchAll(/\{\{https:\/\/([^}/]+)\}\}/g)].map(([, host]) => host ?? "");
  const named = [...(provider.credentialHosts ?? []), ...(provider.resultHosts ?? [])];
  return named.filter(
    (rule) => !Object.hasOwn(unseen, rule) && !shown.some((host) => hostMatches(host, [rule])),
  );
}
