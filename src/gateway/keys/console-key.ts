import type { KeyRecord } from "../../core/key.ts";
import type { Caller } from "../../core/role.ts";

/**
 * The key that a person's pictures of the console are made with. It never leaves the gateway: no secret opens it, and
 * records and ledger name it by the person.
 */
export function consoleKey(caller: Caller): KeyRecord {
  return {
    id: `console:${caller.id}`,
    name: `${caller.name} in the console`,
    digest: "",
    models: ["*"],
    operations: null,
    strict: false,
    disabled: false,
    expiresAt: null,
    limits: { rpm: null, ipm: null, ipd: null, concurrency: null },
  };
}
