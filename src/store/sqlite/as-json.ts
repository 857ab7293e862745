import type { Nano } from "../../core/money.ts";
import type { CommandArguments, CommandName } from "../commands/index.ts";

/**
 * Encoders of the commands of every request, which have many small objects: JSON costs a fourth of what a message makes of them.
 * Nothing in them is undefined but what may as well be absent.
 */
const encoders: {
  readonly [N in "requestsBegin" | "requestsFinish"]: (args: CommandArguments<N>) => string;
} = {
  requestsBegin(args) {
    const [{ holdNano, claims, channelHolds }, attempts] = args;
    requireAmount(holdNano);
    for (const { limitNano } of claims ?? []) requireAmount(limitNano);
    for (const hold of channelHolds ?? []) {
      requireAmount(hold.nano);
      for (const { limitNano } of hold.claims) requireAmount(limitNano);
    }
    for (const { boundNano } of attempts) requireAmount(boundNano);
    return JSON.stringify(args);
  },
  requestsFinish(args) {
    const [{ costNano, settledNano, attempts }] = args;
    requireAmount(costNano);
    requireAmount(settledNano);
    for (const { providerNano, charge } of attempts) {
      requireAmount(providerNano);
      if (charge !== undefined) requireAmount(charge.nano);
    }
    return JSON.stringify(args);
  },
};

const byName: ReadonlyMap<string, (args: never) => string> = new Map(Object.entries(encoders));

/** A command's arguments as they are sent. Throws where an amount is none: JSON would make it null, which means unknown. */
export function argumentsAsSent(
  name: CommandName,
  args: readonly unknown[],
): readonly unknown[] | string {
  // The client's types tie each name to its arguments.
  return byName.get(name)?.(args as never) ?? args;
}

function requireAmount(nano: Nano | null): void {
  if (nano !== null && !Number.isFinite(nano)) throw new Error(`${nano} is no amount of money`);
}
