import { expect, test } from "vitest";
import { type Received, startFakeGateway } from "./fake-gateway.ts";
import { type Outcome, runCommand, temporaryFolder } from "./run-command.ts";

const pricing = {
  table: [
    { resolution: "1k", quality: "low", usd: 0.04 },
    { resolution: ["2k", "4k"], usd: 0.08 },
  ],
  lines: [{ per: "input_megapixel", rate: "0.003", round_up: 1 }],
  source: "https://vendor.example/pricing",
  as_of: "2026-11-26",
  certainty: "third_party",
};

async function show(
  answer: unknown,
  argv: readonly string[] = [],
  price: unknown = pricing,
): Promise<Outcome & { readonly received: readonly Received[] }> {
  using folder = temporaryFolder();
  await using gateway = await startFakeGateway(({ path }) => ({
    body: JSON.stringify(
      path === "/v1/images/estimate" ? answer : { id: "org/one", pricing: price },
    ),
  }));
  const outcome = await runCommand(["prices", "show", "org/one", ...argv, "--url", gateway.url], {
    cwd: folder.path,
    env: { PINHOLE_KEY: "pin_test_key" },
  });
  return { ...outcome, received: gateway.received };
}

const one = { model: "org/one", min: "0.04", max: "0.08", priced: true };

test("prices show names the price, its source, and the least and most of what was asked", async () => {
  const estimate = { currency: "usd", min: "0.04", max: "0.08", targets: [one] };
  const options = ["-n", "2", "--size", "1024x1024", "--quality", "low", "--opt", "steps=5"];
  const { code, out, received } = await show(estimate, options);
  expect(out).toBe(
    [
      "org/one: $0.04 an image (1k, low), $0.08 an image (2k or 4k), $0.003 an input megapixel, begun ones whole",
      "  quoted from https://vendor.example/pricing, read 2026-11-26",
      "model    least  most",
      "org/one  $0.04  $0.08",
      "",
    ].join("\n"),
  );
  expect(code).toBe(0);
  const asked = received.find(({ path }) => path === "/v1/images/estimate");
  expect(JSON.parse(asked?.body.toString() ?? "")).toEqual({
    model: "org/one",
    prompt: "a picture",
    n: 2,
    size: "1024x1024",
    quality: "low",
    steps: 5,
  });
  expect(received.map(({ path }) => path)).toContain("/v1/models/org/one");
});

test("several targets have a line each and one for all, with what has no price or no bound", async () => {
  const targets = [
    one,
    { model: "two", min: "0", max: null, priced: false },
    { model: "three", min: "0.1", max: null, priced: true },
  ];
  const { out } = await show({ currency: "usd", min: "0", max: null, targets }, [], "free");
  expect(out.split("\n").slice(0, 5)).toEqual([
    "org/one: free",
    "model        least  most",
    "org/one      $0.04  $0.08",
    "two          $0     no price",
    "three        $0.1   no bound",
  ]);
  expect(out).toContain("any of them  $0     no bound\n");
});

test("--json prints what the gateway said", async () => {
  const estimate = { currency: "usd", min: "0.04", max: "0.08", targets: [one] };
  const { out } = await show(estimate, ["--json"]);
  expect(JSON.parse(out)).toEqual({ model: "org/one", pricing, ...estimate });
  const unpriced = await show({ currency: "usd", min: "0", max: null, targets: [] }, [], null);
  expect(unpriced.out).toMatch(/^org\/one: no price\n/);
});

test("anything but show is called wrongly", async () => {
  using folder = temporaryFolder();
  const around = { cwd: folder.path, env: { PINHOLE_KEY: "pin_test_key" } };
  const { code, err } = await runCommand(["prices", "guess", "one"], around);
  expect([code, err]).toEqual([2, "pinhole: only `pinhole prices show <model>` is known\n"]);
});
