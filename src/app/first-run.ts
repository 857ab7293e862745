import type { Config } from "../config.ts";
import type { FirstCredentials, Gateway } from "../gateway/gateway.ts";
import type { Identity } from "../identity/identity.ts";
import { StartError } from "./start-faults.ts";
import { missingSettings } from "./requirements.ts";

/** Secrets that the first start made and shows once; each undefined on later ones. */
export interface FirstRun extends FirstCredentials {
  /** The code of the one-time link by which the first owner comes in. */
  readonly ownerCode: string | undefined;
}

/** Throws `StartError` where a start on this configuration needs what it does not have. */
export function requireSettings(config: Config): void {
  const missing = missingSettings(config);
  if (missing !== undefined) throw new StartError(missing);
}

/**
 * Reads the keys, and on a new database of this gateway's own makes what a first start shows. Gateways that share a
 * database would each show what the others do not know, so there nothing is made.
 */
export async function beginAdministration(
  config: Config,
  { administration }: Pick<Gateway, "administration">,
  { people }: Pick<Identity, "people">,
): Promise<FirstRun> {
  const isOwn = config.database.kind === "sqlite";
  const made = await administration.begin(config, config.adminToken, isOwn);
  const owner = isOwn ? await people.firstOwner() : undefined;
  return { ...made, ownerCode: owner?.code };
}
