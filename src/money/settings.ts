import type { Price } from "../core/price.ts";

/** Names of the channel settings that a price depends on. */
export function settingNames(price: Price | undefined): readonly string[] {
  const names = new Set<string>();
  for (const conditions of settingsIn(price))
    for (const name of Object.keys(conditions)) names.add(name);
  return [...names].toSorted();
}

/** A price as clients may see it: without what it says of the operator's settings. */
export function publicPrice(price: Price): unknown {
  return JSON.parse(
    JSON.stringify(price, (key, value: unknown) => (key === "settings" ? undefined : value)),
  ) as unknown;
}

/** All conditions on settings, wherever in a price they stand. */
function settingsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === "settings" && typeof inner === "object" && inner !== null ? [inner] : settingsIn(inner),
  );
}
