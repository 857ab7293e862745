import { PinholeError } from "../../core/errors.ts";
import { consoleKeyPrefix, type KeyRecord, mayDoEverything } from "../../core/key.ts";
import type { Caller } from "../../core/role.ts";
import { judgedKey, type OwnerBook } from "./key-owners.ts";

/**
 * The key that a person's pictures of the console are made with. It never leaves the gateway: no secret opens it, and
 * records and ledger name it by the person. The models, limits and budgets of the person's user and team hold. Throws
 * role_not_allowed where either is disabled or gone.
 */
export function consoleKey(owners: OwnerBook, caller: Caller): KeyRecord {
  const key = judgedKey(
    {
      id: consoleKeyPrefix + caller.id,
      name: `${caller.name} in the console`,
      digest: "",
      previous: null,
      ...mayDoEverything,
      budgets: [],
      ipAllow: null,
      userId: caller.userId,
      teamId: caller.teamId,
      labels: [],
    },
    owners,
  );
  if (!key.disabled) return key;
  throw new PinholeError("role_not_allowed", {
    message:
      "The user or team that your pictures are paid by is disabled or gone; ask an administrator.",
  });
}
