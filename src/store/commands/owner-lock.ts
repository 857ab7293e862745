import type { BudgetScope } from "../../core/budget.ts";
import type { Account } from "../request-records.ts";
import { payersOf } from "./movements.ts";

/**
 * The name of the lock of all that moves the budgets of one owner, or counts what they have come to: what is booked for an owner
 * and a counter that is opened for it never miss each other.
 */
export function ownerLock(scope: BudgetScope, id: string): string {
  return `budgets of ${scope} ${id}`;
}

/** The locks of a request's payer and of the channels that may have charged for it. */
export function accountLocks(
  account: Pick<Account, "payer"> | undefined,
  channels: readonly string[],
): string[] {
  const owners = account === undefined ? [] : payersOf(account, 0);
  return [
    ...owners.map(({ scope, scopeId }) => ownerLock(scope, scopeId)),
    ...channels.map((id) => ownerLock("channel", id)),
  ];
}
