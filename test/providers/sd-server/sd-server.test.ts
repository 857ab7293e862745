import { randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { FittedRequest } from "../../../src/core/request.ts";
import provider from "../../../src/providers/sd-server/index.ts";
import {
  errorOf,
  eventsOf,
  fakePicture,
  fakeTools,
  fittedRequest,
  type Step,
} from "../../dialects/fake-tools.ts";

const capabilities = {
  json: { model: { stem: "tiny" }, samplers: ["euler", "lcm"], schedulers: ["karras"] },
};
const accepted = { json: { id: "job_1", status: "queued" } };
const finished = (pictures: number): Step => ({
  json: {
    id: "job_1",
    status: "completed",
    result: {
      images: Array.from({ length: pictures }, (_, index) => ({ index, b64_json: fakePicture() })),
    },
  },
});

function run(
  request: Partial<FittedRequest>,
  steps: readonly Step[],
  settings: Record<string, unknown> = {},
  options: Record<string, unknown> = {},
) {
  const tools = { ...fakeTools(steps), chance: { uuid: () => "", below: randomInt } };
  const events = eventsOf(
    provider.generate({
      ...tools,
      request: fittedRequest(request),
      model: "tiny",
      card: undefined,
      settings: provider.settings.parse(settings),
      options: provider.options.parse(options),
    }),
  );
  return { tools, events };
}

const seedsTold = async (events: ReturnType<typeof run>["events"]) =>
  (await events).flatMap((event) => ("picture" in event ? [event.seed] : []));

describe("seeds", () => {
  test("without one of the caller's, each call has one of its own, and it is told", async () => {
    const seen = new Set<number>();
    for (let call = 0; call < 20; call += 1) {
      const { tools, events } = run({ n: 2 }, [accepted, finished(2)]);
      const told = await seedsTold(events);
      const { seed } = z.object({ seed: z.int().min(0) }).parse(tools.calls[0]?.json);
      // One past it is still an integer of 32 bits, which is what older builds read.
      expect(seed + 1).toBeLessThan(2 ** 31);
      expect(told).toEqual([seed, seed + 1]);
      seen.add(seed);
    }
    expect(seen.size).toBeGreaterThan(15);
  });

  test("the caller's is sent as it is", async () => {
    const { tools, events } = run({ more: { seed: 2 ** 40 } }, [accepted, finished(1)]);
    expect(await seedsTold(events)).toEqual([2 ** 40]);
    expect(tools.calls[0]?.json).toMatchObject({ seed: 2 ** 40 });
  });
});

test("a job is reported, and taken back by its id", async () => {
  const { events } = run({}, [accepted, finished(1)]);
  expect((await events)[0]).toEqual({ job: "job_1" });
  const { http, calls } = fakeTools([{ json: { id: "job_1", status: "cancelled" } }]);
  await provider.cancel?.({ settings: provider.settings.parse({}), http, job: "job_1" });
  expect(calls).toEqual([{ url: "/sdcpp/v1/jobs/job_1/cancel", method: "POST" }]);
});

describe("edits", () => {
  test("a second picture is refused where edits start from one", async () => {
    const images = [fakePicture(), fakePicture()];
    const error = await errorOf(run({ operation: "edit", images }, []).events);
    expect([error.code, error.param]).toEqual(["invalid_value", "image"]);
  });

  test("a picture whose size the card does not know keeps it, rounded", async () => {
    const { tools, events } = run({ operation: "edit", images: [fakePicture(10, 6)] }, [
      accepted,
      finished(1),
    ]);
    await events;
    expect(tools.calls[0]?.json).toMatchObject({ width: 480, height: 640 });
  });
});

test("a quality without steps is said", async () => {
  const error = await errorOf(run({ quality: "high" }, [], { quality_steps: { low: 3 } }).events);
  expect([error.code, error.param]).toEqual(["invalid_value", "quality"]);
});

describe("the free check", () => {
  const checked = (settings: Record<string, unknown>): Promise<string> => {
    const { http } = fakeTools([capabilities]);
    if (provider.check === undefined) throw new Error("it has a free check");
    return provider.check({ settings: provider.settings.parse(settings), http });
  };

  test("names the model that is loaded", async () => {
    expect(await checked({ sampler: "lcm", scheduler: "karras" })).toBe("it serves tiny");
    expect(
      await provider.discover?.({
        settings: provider.settings.parse({}),
        http: fakeTools([capabilities]).http,
      }),
    ).toEqual(["tiny"]);
  });

  test.each([
    [{ sampler: "DPM++ 2M" }, "`sampler` must be one of euler, lcm"],
    [{ scheduler: "Karras" }, "`scheduler` must be one of karras"],
  ])("says what the server does not list: %j", async (settings, words) => {
    const error = await errorOf(checked(settings));
    expect(error.code).toBe("upstream_refused");
    expect(error.message).toContain(words);
  });
});
