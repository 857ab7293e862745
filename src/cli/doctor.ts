import type { CliCommand } from "./command.ts";
import { withAdminClient } from "./remote.ts";

const codes = { ok: 0, warning: 1, fault: 2 } as const;
const signs = { ok: "ok     ", warning: "warning", fault: "FAULT  " } as const;

/** `pinhole doctor`: asks a running gateway what is wrong with what it stands on. */
export const doctorCommand: CliCommand = {
  name: "doctor",
  about:
    "ask a running gateway what is wrong: database, disk, clock, secret, upstreams, public URL",
  define(command) {
    command
      .option("--url <url>", "the gateway (default: $PINHOLE_URL, else http://127.0.0.1:8080)")
      .option("--json", "print one JSON document for scripts")
      .addHelpText("after", "\nExit codes: 0 all is well, 1 warnings, 2 faults.");
  },
  async run(input, context) {
    const { examination } = await import("../api/admin/examination.ts");
    let code: number = codes.fault;
    const asked = await withAdminClient(input, context, async (client) => {
      const { json } = await client({ method: "GET", path: "/admin/v1/doctor" });
      const { state, findings } = examination.parse(json);
      code = codes[state];
      if (input.options["json"] === true) {
        context.out(`${JSON.stringify({ state, findings })}\n`);
        return;
      }
      for (const { name, state: of, said } of findings)
        context.out(`${signs[of]}  ${name}: ${said}\n`);
    });
    // A gateway that cannot be asked is a fault, whatever the reason.
    return asked === 0 ? code : codes.fault;
  },
};
