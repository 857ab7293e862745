import { usdText } from "../core/money.ts";
import type { CliCommand } from "./command.ts";
import { withConfig } from "./local.ts";
import { defineConfigFlags } from "./read-config.ts";
import { UsageError } from "./remote.ts";

/** `pinhole ledger verify`: whether what budgets have counted is what the ledger has; `--rebuild` counts it again. */
export const ledgerCommand: CliCommand = {
  name: "ledger",
  about: "prove that the counters of budgets are the ledger's sums: `pinhole ledger verify`",
  define(command) {
    command
      .argument("<action>", "verify")
      .option("--rebuild", "set counters that differ to the ledger's sums");
    defineConfigFlags(command);
  },
  run: (input, context) =>
    withConfig(input, context, async (config) => {
      if (input.args[0] !== "verify") throw new UsageError("only `pinhole ledger verify` is known");
      const { verifyLedger } = await import("../app/database.ts");
      const isRebuild = input.options["rebuild"] === true;
      const { count, differences } = await verifyLedger(config, context.now, isRebuild);
      for (const { counter, spentNano, reservedNano } of differences) {
        const since = new Date(counter.periodStart).toISOString();
        const amounts = (spent: string, reserved: string): string =>
          `$${usdText(BigInt(spent))} spent, $${usdText(BigInt(reserved))} reserved`;
        context.out(
          `${counter.id} since ${since}: counted ${amounts(counter.spentNano, counter.reservedNano)}; the ledger has ${amounts(spentNano, reservedNano)}\n`,
        );
      }
      const found = `${differences.length} of ${count} counters differ from the ledger`;
      context.out(
        isRebuild && differences.length > 0 ? `${found}; they were set to it\n` : `${found}\n`,
      );
      if (differences.length > 0 && !isRebuild)
        throw new Error(
          "the counters are not the ledger's sums; `pinhole ledger verify --rebuild` sets them",
        );
    }),
};
