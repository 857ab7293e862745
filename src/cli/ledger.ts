import { usdText } from "../core/money.ts";
import type { CliCommand } from "./command.ts";
import { withConfig } from "./local.ts";
import { defineConfigFlags } from "./read-config.ts";
import { UsageError } from "./remote.ts";

/** `pinhole ledger verify`: whether what budgets and days have counted is what the ledger has; `--rebuild` counts it again. */
export const ledgerCommand: CliCommand = {
  name: "ledger",
  about:
    "prove that counters of budgets and totals of days are the ledger's sums: `pinhole ledger verify`",
  define(command) {
    command
      .argument("<action>", "verify")
      .option("--rebuild", "set what differs to the ledger's sums");
    defineConfigFlags(command);
  },
  run: (input, context) =>
    withConfig(input, context, async (config) => {
      if (input.args[0] !== "verify") throw new UsageError("only `pinhole ledger verify` is known");
      const { verifyLedger } = await import("../app/database.ts");
      const isRebuild = input.options["rebuild"] === true;
      const found = await verifyLedger(config, context.now, isRebuild);
      const { count, differences, days, wrongDays } = found;
      for (const { counter, spentNano, reservedNano } of differences) {
        const since = new Date(counter.periodStart).toISOString();
        const amounts = (spent: string, reserved: string): string =>
          `$${usdText(BigInt(spent))} spent, $${usdText(BigInt(reserved))} reserved`;
        context.out(
          `${counter.id} since ${since}: counted ${amounts(counter.spentNano, counter.reservedNano)}; the ledger has ${amounts(spentNano, reservedNano)}\n`,
        );
      }
      for (const { day, rows, differing } of wrongDays)
        context.out(`the totals of ${day} differ in ${differing} rows; the ledger makes ${rows}\n`);
      const tell = (wrong: number, of: string): void => {
        const done = isRebuild && wrong > 0 ? "; they were set to it" : "";
        context.out(`${wrong} of ${of} differ from the ledger${done}\n`);
      };
      tell(differences.length, `${count} counters`);
      if (wrongDays.length > 0) tell(wrongDays.length, `${days} days`);
      if (differences.length + wrongDays.length > 0 && !isRebuild)
        throw new Error(
          "counters or totals are not the ledger's sums; `pinhole ledger verify --rebuild` sets them",
        );
    }),
};
