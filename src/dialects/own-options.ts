import { PinholeError } from "../core/errors.ts";

/**
 * The caller's own options of a provider, whole. Throws unsupported_parameter where one is set that the model's
 * endpoint does not have: vendors refuse such a field or, worse, ignore it.
 */
export function ownOptions<O extends Readonly<Record<string, unknown>>>(
  chosen: O,
  about: { readonly provider: string; readonly model: string; readonly takes: readonly string[] },
): O {
  for (const [name, value] of Object.entries(chosen)) {
    if (value === undefined || about.takes.includes(name)) continue;
    const param = `provider_options.${about.provider}.${name}`;
    throw new PinholeError("unsupported_parameter", {
      message: `\`${param}\` is not known to ${about.model}; leave it out.`,
      param,
    });
  }
  return chosen;
}
