import type { z } from "zod";
import type { Provider } from "../core/provider.ts";
import { isRecord } from "../core/entry-paths.ts";
import type { Path } from "./faults.ts";
import { elementOf, settingsOf, unwrap } from "./walk.ts";

/** The places of credentials in a channel's settings, as they are written. */
export function secretPlaces(provider: Provider, settings: unknown): Path[] {
  if (!isRecord(settings)) return [];
  const known = settingsOf(provider.settings);
  return Object.entries(settings).flatMap(([name, value]) => {
    const own = known[name];
    if (own !== undefined) return placesIn(own, value, [name]);
    // A credential may be a list under its plural.
    const one = known[name.replace(/s$/, "")];
    if (one === undefined || !Array.isArray(value)) return [];
    return value.flatMap((inner: unknown, index) => placesIn(one, inner, [name, index]));
  });
}

function placesIn(schema: z.core.$ZodType, value: unknown, at: Path): Path[] {
  if (unwrap(schema).secret || holdsPassword(value)) return [at];
  if (Array.isArray(value)) {
    const element = elementOf(schema)?.schema;
    return value.flatMap((inner: unknown, index) =>
      element === undefined ? [] : placesIn(element, inner, [...at, index]),
    );
  }
  if (!isRecord(value)) return [];
  const fields = settingsOf(schema);
  const element = elementOf(schema)?.schema;
  return Object.entries(value).flatMap(([name, inner]) => {
    const own = fields[name] ?? element;
    return own === undefined ? [] : placesIn(own, inner, [...at, name]);
  });
}

/** True for an address that names a user or a password. */
function holdsPassword(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const url = URL.parse(value);
  return url !== null && `${url.username}${url.password}` !== "";
}
