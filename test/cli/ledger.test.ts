import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { claim, payer } from "../store/budget-suite.ts";
import { attempt, outcome, request } from "../store/samples.ts";
import { runCommand, temporaryFolder } from "./run-command.ts";

const cent = 10_000_000;

test("counters that are the ledger's sums are proved; one that is not is told of, and set by --rebuild", async () => {
  using disposable = temporaryFolder();
  const file = join(disposable.path, "pinhole.db");
  const store = await openStore({ url: `sqlite:${file}`, now: () => 1000 });
  const money = { payer, claims: [claim()], holdNano: 10 * cent, createdAt: 2000 };
  for (const id of ["held", "paid"]) await store.requests.begin(request(id, money), [attempt(id)]);
  const booking = { payer, heldAt: 2000, model: "sandbox-fast", channelId: "main", images: 1 };
  await store.requests.finish(
    outcome("paid", { costNano: 7 * cent, settledNano: 7 * cent, booking }),
  );
  await store.close();
  const verify = async (...more: string[]) => {
    const env = { DATABASE_URL: `sqlite:${file}` };
    const { code, out } = await runCommand(["ledger", "verify", ...more], {
      env,
      cwd: disposable.path,
    });
    return [code, out];
  };
  expect(await verify()).toEqual([0, "0 of 1 counters differ from the ledger\n"]);
  const vandal = new DatabaseSync(file);
  vandal.exec("UPDATE budget_counters SET spent_nano = 1, reserved_nano = 2");
  vandal.close();
  const told =
    "key key_1 month since 1970-01-01T00:00:01.000Z: counted $0.000000001 spent, $0.000000002 reserved; the ledger has $0.07 spent, $0.1 reserved\n";
  expect(await verify()).toEqual([1, `${told}1 of 1 counters differ from the ledger\n`]);
  expect(await verify("--rebuild")).toEqual([
    0,
    `${told}1 of 1 counters differ from the ledger; they were set to it\n`,
  ]);
  expect(await verify()).toEqual([0, "0 of 1 counters differ from the ledger\n"]);
  const second = new DatabaseSync(file);
  second.exec("UPDATE totals SET nano = nano + 1");
  second.close();
  const totals = "the totals of 1970-01-01 differ in 1 rows; the ledger makes 1\n";
  const counters = "0 of 1 counters differ from the ledger\n";
  expect(await verify()).toEqual([1, `${totals}${counters}1 of 1 days differ from the ledger\n`]);
  expect(await verify("--rebuild")).toEqual([
    0,
    `${totals}${counters}1 of 1 days differ from the ledger; they were set to it\n`,
  ]);
  expect(await verify()).toEqual([0, counters]);
});
