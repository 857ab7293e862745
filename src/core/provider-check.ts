import type { BaseSettings, Provider, UpstreamHttp } from "./provider.ts";

/**
 * The finding of a provider's free check with one credential, a sentence; undefined where it has none. Throws
 * `PinholeError`.
 */
export async function freeCheck(
  provider: Provider,
  input: { readonly settings: BaseSettings; readonly http: UpstreamHttp },
): Promise<string | undefined> {
  if (provider.check !== undefined) return provider.check(input);
  const names = await provider.discover?.(input);
  return names === undefined
    ? undefined
    : `it lists ${names.length} ${names.length === 1 ? "model" : "models"}`;
}
