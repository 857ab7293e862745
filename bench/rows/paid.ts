import { type Bench, compare, type Contender, find, generation, withServers } from "../bench.ts";
import { ratio, type RowResult } from "../results.ts";
import { startUpstream } from "../servers/nginx.ts";
import { ours, startPinhole } from "../servers/pinhole.ts";

const freeName = "pinhole, free";

/** The row of a priced model and a key with budgets, beside the same request for a free model. */
export const paidRow = {
  id: "small-paid",
  title: "small JSON answer of a priced model, a key with two budgets",
  floor: 0.71,
};

/**
 * Compares priced requests, whose answers leave after their settlement's commit, with free ones, whose answers wait
 * for nothing.
 */
export function measurePaid(bench: Bench): Promise<RowResult> {
  return withServers(async (keep) => {
    const upstream = keep(await startUpstream(bench.root, bench.bodies.folder, false));
    const upstreams = { small: `http://127.0.0.1:${upstream.port}/small/v1` };
    const asked = { model: "small", response_format: "b64_json" };
    const request = generation("/v1/images/generations", asked);
    const contenders: Contender[] = [];
    for (const isPaid of [true, false]) {
      const name = isPaid ? "small-paid" : "small-free";
      const options = { name, upstreams, isPaid };
      const pinhole = keep(await startPinhole(bench.root, bench.build, options));
      const server = isPaid ? ours : freeName;
      contenders.push({ name: server, port: pinhole.port, process: pinhole, request });
    }
    const measured = await compare(bench, contenders);
    const [paid, free] = [find(measured, ours), find(measured, freeName)];
    const reached = paid === undefined || free === undefined ? Number.NaN : ratio(paid, free);
    return {
      id: paidRow.id,
      title: paidRow.title,
      unit: "requests/s",
      measured,
      verdicts: [
        { what: "the free rate", reached, floor: paidRow.floor, unit: "×", goal: "least" },
      ],
      notes: [],
    };
  });
}
