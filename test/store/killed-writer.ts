import { setImmediate } from "node:timers/promises";
import { openStore } from "../../src/store/open.ts";
import { attempt, outcome, request } from "./samples.ts";

/** Run by kill.test.ts: begins and finishes requests until it is killed, and prints what was acknowledged. */
const [url = "", prefix = ""] = process.argv.slice(2);
const store = await openStore({ url, now: Date.now });

async function writeForEver(lane: number): Promise<void> {
  for (let at = 0; ; at += 1) {
    const id = `${prefix}-${lane}-${at}`;
    const costNano = lane + 1;
    await store.requests.begin(request(id), [attempt(id)]);
    process.stdout.write(`begun ${id}\n`);
    // Some lanes leave requests running, as those whose upstream is slow.
    if (lane % 4 === 3 && at % 2 === 1) continue;
    await setImmediate();
    await store.requests.finish(
      outcome(id, lane === 0 ? { state: "failed", costNano: 0 } : { costNano }),
    );
    process.stdout.write(`finished ${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => writeForEver(lane)));
