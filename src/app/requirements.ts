import type { Config } from "../config.ts";

/**
 * The settings that a start on this configuration needs and does not have, as one sentence; undefined: none. Several gateways
 * share a Postgres: what one of them made up or printed, the others would not know.
 */
export function missingSettings({ database, secret, adminToken }: Config): string | undefined {
  if (database.kind !== "postgres") return undefined;
  const missing = [
    ...(secret === undefined ? ["PINHOLE_SECRET (32 characters or more)"] : []),
    ...(adminToken === undefined ? ["PINHOLE_ADMIN_TOKEN (20 characters or more)"] : []),
  ];
  if (missing.length === 0) return undefined;
  return `set ${missing.join(" and ")}: on Postgres, which several gateways share, nothing is made up at the first start and nothing is printed`;
}
