import { isRecord } from "../core/entry-paths.ts";
import type { Faults, Path } from "./faults.ts";
import type { Environment } from "./sources.ts";

/**
 * Puts the environment into every text of the file: `${NAME}`, `${NAME:-default}` (for unset and
 * empty), and `$${NAME}` for the characters themselves. Names of settings are left alone.
 */
export function interpolate(
  value: unknown,
  env: Environment,
  faults: Faults,
  path: Path = [],
): unknown {
  if (typeof value === "string") return interpolateText(value, env, faults, path);
  if (Array.isArray(value)) {
    return value.map((inner, index) => interpolate(inner, env, faults, [...path, index]));
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      interpolate(inner, env, faults, [...path, name]),
    ]),
  );
}

function interpolateText(text: string, env: Environment, faults: Faults, path: Path): string {
  return text.replace(/\$(\$?)\{([^}]*)\}/g, (whole, escape: string, inside: string) => {
    if (escape !== "") return whole.slice(1);
    const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/.exec(inside);
    if (match === null) {
      faults.add(
        path,
        `\`${whole}\` must be \${NAME} or \${NAME:-default}; write $\${ for the characters themselves`,
      );
      return whole;
    }
    const [, name = "", fallback] = match;
    // A variable is never what every object has, such as `constructor`.
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value === undefined) {
      faults.add(
        path,
        `the environment variable ${name} is not set; set it, or give a default: \${${name}:-…}`,
      );
    }
    return value ?? whole;
  });
}
