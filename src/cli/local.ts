import { type Config, faultLine } from "../config.ts";
import type { CommandContext, CommandInput } from "./command.ts";
import { readCommandConfig } from "./read-config.ts";
import { startFault } from "./start-fault.ts";

/** Runs a command that works on the data of this machine's gateway, by the configuration of `pinhole serve`. Faults are one line each. */
export async function withConfig(
  input: CommandInput,
  context: CommandContext,
  work: (config: Config) => Promise<void>,
): Promise<number> {
  const read = await readCommandConfig(input, context, { modelsMayBeMissing: true });
  if ("faults" in read) {
    for (const fault of read.faults) context.err(`pinhole: ${faultLine(fault)}\n`);
    return 1;
  }
  try {
    await work(read.config);
    return 0;
  } catch (error) {
    context.err(`pinhole: ${startFault(error)}\n`);
    return 1;
  }
}
