import type { Config } from "../config.ts";
import type { EgressOptions } from "../net/egress.ts";

/** The operator's rules for all that leaves the process. */
export function egressOptions(config: Config): Pick<EgressOptions, "allowPrivate" | "proxy"> {
  const { allowPrivate, proxyFilters: filters } = config.egress;
  const { http, https } = config.proxy;
  const isDirect = http === undefined && https === undefined;
  return { allowPrivate, ...(isDirect ? {} : { proxy: { ...config.proxy, filters } }) };
}
