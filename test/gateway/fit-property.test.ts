import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Channel, Target } from "../../src/core/channel.ts";
import { errorRow, PinholeError } from "../../src/core/errors.ts";
import { ratioValue } from "../../src/core/model-card.ts";
import type { ImageRequest } from "../../src/core/request.ts";
import { splitCalls } from "../../src/gateway/routing/call-part.ts";
import { buildCatalog } from "../../src/gateway/catalog/catalog.ts";
import { fit } from "../../src/gateway/fit/fit.ts";
import type { FitPolicy, Plan } from "../../src/gateway/fit/terms.ts";
import { channels, requests } from "./random-requests.ts";

const policies: fc.Arbitrary<FitPolicy> = fc.record({
  resample: fc.boolean(),
  style: fc.constantFrom("drop", "prompt"),
  variationsAsEdits: fc.boolean(),
});

const chain = new Set(["stub", "elsewhere"]);

function targetOf(channel: Channel): Target {
  const [target] = buildCatalog([channel], {}).find("asked").targets;
  if (target === undefined) throw new Error("the catalog dropped the channel");
  return target;
}

const images = { defaultDelivery: "b64_json" } as const;

/** The plan, or the refusal; anything else that is thrown fails the test. */
function fitted(
  request: ImageRequest,
  target: Target,
  policy: FitPolicy,
  strict: boolean,
): Plan | PinholeError {
  try {
    return fit(request, target, { policy, images, strict, chain });
  } catch (thrown) {
    if (thrown instanceof PinholeError) return thrown;
    throw thrown;
  }
}

const tiers: Readonly<Record<string, number>> = { medium: 2, standard: 2, high: 3, hd: 3 };

/** Whether a quality is honoured by another word, or by doing nothing. */
function sameQuality(asked: string, plan: Plan): boolean {
  const sent = plan.request.quality;
  if (sent === asked || asked === "auto") return true;
  if (sent === undefined) return asked === "standard";
  return tiers[asked] !== undefined && tiers[asked] === tiers[sent];
}

/** The fields that were sent and that the plan neither carries out nor names. */
function lostFields(request: ImageRequest, plan: Plan): string[] {
  const warned = new Set(plan.warnings.map((warning) => warning.param));
  const { request: sent, output } = plan;
  const { size } = request;
  const kept: Record<string, boolean> = {
    prompt: request.operation === "variation" || sent.prompt.startsWith(request.prompt),
    n: splitCalls(request.n, plan.perCall).reduce((sum, call) => sum + call.count, 0) === request.n,
    size:
      size === undefined ||
      size === "auto" ||
      sent.ratio !== undefined ||
      JSON.stringify(sent.size) === JSON.stringify(size) ||
      JSON.stringify(output.size) === JSON.stringify(size),
    quality: request.quality === undefined || sameQuality(request.quality, plan),
    style:
      request.style === undefined ||
      sent.style === request.style ||
      sent.prompt.includes(`Style: ${request.style}.`),
    background:
      request.background === undefined ||
      request.background === "auto" ||
      sent.background === request.background ||
      (request.background === "opaque" && plan.target.card?.backgrounds === undefined),
    output_format:
      request.output_format === undefined ||
      sent.output_format === request.output_format ||
      output.format === request.output_format ||
      plan.target.card?.formats[0] === request.output_format,
    output_compression:
      request.output_compression === undefined ||
      request.output_compression === 100 ||
      sent.output_compression === request.output_compression ||
      output.compression === request.output_compression,
    watermark: !request.watermark || sent.watermark === true,
    moderation: request.moderation !== "low" || sent.moderation === "low",
    partial_images: request.partial_images === 0 || sent.partial_images === request.partial_images,
    images: plan.inputs.images.length === request.images.length,
    mask: plan.inputs.mask === request.mask,
  };
  const lost = Object.keys(kept).filter((name) => kept[name] === false && !warned.has(name));
  const loose = { ...request.more, ...request.unknown };
  for (const name of Object.keys(loose)) {
    const carried =
      (Object.hasOwn(sent.more, name) && sent.more[name] === loose[name]) ||
      (name === "aspect_ratio" && (hasShape(plan, loose[name]) || warned.has("size")));
    if (!carried && !warned.has(name)) lost.push(name);
  }
  for (const [provider, options] of Object.entries(request.provider_options)) {
    const carried =
      provider === "stub"
        ? JSON.stringify(plan.options) === JSON.stringify(options)
        : chain.has(provider) || warned.has("provider_options");
    if (!carried) lost.push(`provider_options.${provider}`);
  }
  return lost;
}

/** Whether the plan asks for a shape, as a ratio or in pixels, as nearly as whole pixels can be. */
function hasShape({ request, output }: Plan, asked: unknown): boolean {
  const value = ratioValue(String(asked)) ?? Number.NaN;
  if (request.ratio === asked) return true;
  const size = output.size ?? request.size;
  if (size === undefined || size === "auto") return false;
  return Math.abs(size.width / size.height / value - 1) < 0.02;
}

/** What the plan sends although the model does not take it. */
function untakenFields(plan: Plan): string[] {
  const { card } = plan.target;
  const { request: sent } = plan;
  const takes = (field: string): boolean => plan.target.takes(field);
  const bad: string[] = [];
  const check = (name: string, value: string | undefined, taken: readonly string[] | undefined) => {
    if (value === undefined) return;
    if (card === undefined ? !takes(name) : taken?.includes(value) !== true) bad.push(name);
  };
  check("quality", sent.quality, card?.qualities);
  check("style", sent.style, card?.styles);
  check("background", sent.background, card?.backgrounds);
  check("output_format", sent.output_format, card?.format_parameter ? card.formats : []);
  for (const name of ["watermark", "moderation", "user"] as const) {
    if (sent[name] === undefined) continue;
    if (card === undefined ? !takes(name) : !card.parameters.includes(name)) bad.push(name);
  }
  const governed = ["model", "n", "size", "prompt", "stream", "image", "images", "mask"];
  bad.push(...governed.filter((name) => Object.hasOwn(sent.more, name)));
  return bad;
}

describe("every field that is sent is forwarded, emulated, warned about or refused", () => {
  test("for any request, card, channel and policy", () => {
    let planned = 0;
    let refused = 0;
    fc.assert(
      fc.property(requests, channels, policies, (request, channel, policy) => {
        const target = targetOf(channel);
        const plan = fitted(request, target, policy, false);
        if (plan instanceof PinholeError) {
          refused += 1;
          expect(errorRow(plan.code).evidence).toBe("caller");
          expect(plan.param).toBeTruthy();
          return;
        }
        planned += 1;
        expect(lostFields(request, plan)).toEqual([]);
        expect(untakenFields(plan)).toEqual([]);
        const replaced = plan.warnings.filter(({ code }) => code === "model_replaced");
        expect(replaced).toHaveLength(target.model.named === undefined ? 0 : 1);
      }),
      { numRuns: 3000 },
    );
    // A property over nothing but refusals would prove nothing.
    expect(planned).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  test("strict mode leaves no warning, and refuses only what would have had one", () => {
    fc.assert(
      fc.property(requests, channels, policies, (request, channel, policy) => {
        const target = targetOf(channel);
        const plain = fitted(request, target, policy, false);
        const strict = fitted(request, target, policy, true);
        if (plain instanceof PinholeError) {
          expect(strict).toBeInstanceOf(PinholeError);
          return;
        }
        const named = plain.warnings.filter(({ code }) => code !== "model_replaced");
        const forwarded = Object.keys(request.unknown).length > 0;
        if (strict instanceof PinholeError) expect(named.length > 0 || forwarded).toBe(true);
        else {
          expect(named).toEqual([]);
          expect(strict.warnings).toEqual(plain.warnings);
          expect(strict.request).toEqual(plain.request);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
