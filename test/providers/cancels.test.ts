import { describe, expect, test } from "vitest";
import type { Provider, TakenBack } from "../../src/core/provider.ts";
import type { WireRequest } from "../../src/core/wire.ts";
import fal from "../../src/providers/fal/index.ts";
import firefly from "../../src/providers/firefly/index.ts";
import replicate from "../../src/providers/replicate/index.ts";
import runway from "../../src/providers/runway/index.ts";
import { failed, fakeTools, type Step } from "../dialects/fake-tools.ts";

/** Asks a provider to take a job back, with an upstream that answers from a script. */
async function cancel(
  provider: Provider,
  job: string,
  steps: readonly Step[],
): Promise<{ readonly word: TakenBack | undefined; readonly calls: readonly string[] }> {
  const { http, calls } = fakeTools(steps);
  // No `cancel` looks at its settings but for where a server has none.
  const word = await provider.cancel?.({ settings: { base_url: "https://up" }, http, job });
  return { word, calls: calls.map(said) };
}

const said = ({ method = "GET", url }: WireRequest): string => `${method} ${url}`;
const state = (status: string): Step => ({ json: { id: "p1", status } });

describe("a prediction of Replicate", () => {
  const asked = "POST /predictions/p1/cancel";
  const looked = "GET /predictions/p1";
  test.each([
    [[state("aborted")], "free", [asked]],
    [[state("canceled")], "doubtful", [asked]],
    // It is being stopped: the next look says how that ended, or it is not known.
    [[state("starting"), state("aborted")], "free", [asked, looked]],
    [[state("processing"), state("canceled")], "doubtful", [asked, looked]],
    [[state("processing"), state("processing")], "doubtful", [asked, looked]],
    [[state("succeeded")], "kept", [asked]],
    [[state("processing"), state("succeeded")], "kept", [asked, looked]],
    [[state("failed")], "kept", [asked]],
  ] as const)("%j is %s", async (steps, word, calls) => {
    expect(await cancel(replicate, "p1", steps)).toEqual({ word, calls });
  });
});

describe("a request of fal's queue", () => {
  const job = "https://queue.fal.run/fal-ai/flux/requests/76d1/cancel";
  test.each([
    ["OK", "free"],
    ["CANCELLATION_REQUESTED", "doubtful"],
    ["SOMETHING_NEW", "doubtful"],
  ] as const)("%s is %s", async (status, word) => {
    const calls = [`PUT ${job}`];
    expect(await cancel(fal, job, [{ json: { status } }])).toEqual({ word, calls });
  });

  test("that is over already goes on as it is", async () => {
    // 400 ALREADY_COMPLETED and 404 NOT_FOUND: whoever asked goes on.
    await expect(cancel(fal, job, [{ error: failed("invalid_value") }])).rejects.toMatchObject({
      code: "invalid_value",
    });
  });
});

describe("a task of Runway", () => {
  const url = "/v1/tasks/t1";
  test.each(["PENDING", "THROTTLED", "RUNNING"])("that is %s is cancelled", async (status) => {
    expect(await cancel(runway, "t1", [state(status), { json: undefined }])).toEqual({
      word: "doubtful",
      calls: [`GET ${url}`, `DELETE ${url}`],
    });
  });

  test.each(["SUCCEEDED", "FAILED", "CANCELLED"])(
    "that is %s is not deleted with its pictures",
    async (status) => {
      expect(await cancel(runway, "t1", [state(status)])).toEqual({
        word: "kept",
        calls: [`GET ${url}`],
      });
    },
  );
});

test("a job of Firefly is cancelled at the address that it came with", async () => {
  const job = "https://firefly-epo.adobe.io/v3/cancel/urn:ff:1";
  expect(await cancel(firefly, job, [{ json: undefined }])).toEqual({
    word: "doubtful",
    calls: [`PUT ${job}`],
  });
});
