import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { OutputFormat, Raster } from "../../core/picture.ts";
import type { GenerateInput, ProviderEvent } from "../../core/provider.ts";
import type { FittedRequest, Size } from "../../core/request.ts";
import { actBefore, countMade, failed } from "./behaviour.ts";
import { behaviours, sizeLimits, type Behaviour } from "./cards.ts";
import type { PaintJob, Painter } from "./paint/painter.ts";
import type { Options, Settings } from "./settings.ts";
import { usageOf } from "./usage.ts";

type Input = GenerateInput<Settings, Options>;
type Job = PaintJob & { readonly kind: "paint" };
type Look = Job["look"];
type Detail = Look["detail"];

/** The further parameters that the sandbox reads. */
const moreSchema = z.object({
  seed: z.int().optional(),
  negative_prompt: z.string().optional(),
  input_fidelity: z.enum(["low", "high"]).optional(),
});

function readMore(more: Readonly<Record<string, unknown>>): z.output<typeof moreSchema> {
  const read = moreSchema.safeParse(more);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  const param = String(issue?.path[0] ?? "");
  const takes =
    param === "seed" ? "a whole number" : param === "input_fidelity" ? "low or high" : "a text";
  throw new PinholeError("invalid_value", { message: `${param} must be ${takes}.`, param });
}

/** The sandbox's own words and those of other models' cards, since any name may be served here. */
function detailOf(behaviour: Behaviour, quality: string | undefined): Detail {
  if (behaviour === "fast" && (quality === undefined || quality === "auto")) return 0;
  if (quality === "low") return 0;
  if (quality === "medium" || quality === "standard") return 1;
  return 2;
}

const qualityWords = ["low", "medium", "high"] as const;

/** An edit keeps its first picture's size where none is asked, brought inside the limits where it is larger. */
function sizeOf(request: FittedRequest, first: Raster | undefined): Size {
  if (request.size !== undefined && request.size !== "auto") return request.size;
  if (first === undefined || request.operation === "generation")
    return { width: 1024, height: 1024 };
  const scale = Math.min(
    1,
    sizeLimits.edge_max / Math.max(first.width, first.height),
    Math.sqrt(sizeLimits.pixels_max / (first.width * first.height)),
  );
  return {
    width: Math.max(1, Math.floor(first.width * scale)),
    height: Math.max(1, Math.floor(first.height * scale)),
  };
}

function formatOf(request: FittedRequest): OutputFormat {
  const format = request.output_format ?? "png";
  if (format === "png" || format === "jpeg" || format === "webp") return format;
  throw new PinholeError("invalid_value", {
    message: "output_format must be png, jpeg or webp.",
    param: "output_format",
  });
}

/**
 * Decodes the inputs one after another; all but an edit's first are made small at once, so that
 * sixteen large photographs are never in memory together.
 */
async function readInputs(
  input: Input,
  painter: Painter,
): Promise<{ pictures: Raster[]; sizes: Size[] }> {
  const { request } = input;
  const pictures: Raster[] = [];
  const sizes: Size[] = [];
  const edgeMax = request.images.length > 4 ? 1280 : 1920;
  for (const [index, image] of request.images.entries()) {
    const raster = await input.raster.decode(image);
    sizes.push({ width: raster.width, height: raster.height });
    const whole = index === 0 && request.operation !== "generation";
    pictures.push(whole ? raster : await painter.paint({ kind: "shrink", raster, edgeMax }));
  }
  return { pictures, sizes };
}

function lookOf(input: Input, seed: number, detail: Detail): Look {
  const { request, options } = input;
  const more = readMore(request.more);
  return {
    prompt: request.prompt,
    negativePrompt: more.negative_prompt ?? "",
    seed,
    detail,
    saturation: request.style === "natural" ? 0.62 : 1.08,
    mood: options.palette,
    composition: options.composition,
    hueShift: options.hue,
    lettering: options.lettering,
    mark: request.watermark ?? true,
    transparent: request.background === "transparent",
  };
}

/** The painting that a request describes, for one look and size. */
async function jobFor(
  input: Input,
  look: Look,
  size: Size,
  pictures: readonly Raster[],
): Promise<Job> {
  const { request } = input;
  const fidelity = readMore(request.more).input_fidelity === "high" ? 0.7 : 0.32;
  const plain = { kind: "paint", look, ...size, coarse: 1 } as const;
  const [first, ...others] = pictures;
  if (first === undefined) return { ...plain, inputs: undefined, masked: undefined };
  if (request.mask === undefined) {
    const pinned = pictures.length > 1 || request.operation === "generation";
    return { ...plain, inputs: { pictures, fidelity, pinned }, masked: undefined };
  }
  const mask = await input.raster.decode(request.mask);
  // The first picture is the one that the mask belongs to; further ones are pinned up inside it.
  const inputs = others.length === 0 ? undefined : { pictures: others, fidelity, pinned: true };
  return { ...plain, inputs, masked: { source: first, mask } };
}

/** Waits out the model's own slowness in steps, telling how far it is. */
async function* takeTime(input: Input, behaviour: Behaviour, from: number, to: number) {
  const whole = behaviour === "slow" ? input.settings.slow_ms : input.settings.delay_ms;
  const steps = behaviour === "slow" ? 20 : 1;
  for (let step = 1; step <= steps && whole > 0; step++) {
    await input.sleep(whole / steps);
    if (steps > 1) yield { progress: from + ((to - from) * step) / steps };
  }
}

/** Factors by which each of up to three previews is painted smaller: ever finer. */
const previewCoarseness = [24, 12, 6] as const;

/**
 * Paints the asked pictures one after another. Picture k of a request is made with the request's seed
 * plus k, and says so: asking for that seed alone gives the same picture.
 */
export async function* generate(
  input: Input,
  painter: Painter,
): AsyncGenerator<ProviderEvent, void, void> {
  const { request } = input;
  const behaviour = behaviours[input.model] ?? "plain";
  // The gateway draws one where the caller gave none, and has added the place of the call's first picture.
  const { seed = 0 } = readMore(request.more);
  await actBefore(behaviour, input, seed);
  const detail = detailOf(behaviour, request.quality);
  const format = formatOf(request);
  const { pictures, sizes } = await readInputs(input, painter);
  const size = sizeOf(request, pictures[0]);
  const made = countMade(behaviour, request.n);
  const wanted = request.stream ? request.partial_images : 0;
  // A stream that breaks must have shown something first, asked for or not.
  const previews = behaviour === "stream_error" ? Math.max(1, wanted) : wanted;
  for (let index = 0; index < made; index++) {
    const job = await jobFor(input, lookOf(input, seed + index, detail), size, pictures);
    yield* takeTime(input, behaviour, index / made, (index + 1) / made);
    for (const coarse of previewCoarseness.slice(previewCoarseness.length - previews)) {
      const preview = await painter.paint({ ...job, coarse });
      yield {
        partial: await input.raster.encode(preview, format, request.output_compression),
        index,
      };
    }
    if (behaviour === "stream_error")
      throw failed("sandbox-stream-error fails after its first preview");
    const raster = await painter.paint(job);
    const picture = await input.raster.encode(raster, format, request.output_compression);
    yield {
      picture,
      index,
      quality: qualityWords[detail],
      background:
        request.background === "transparent" && format !== "jpeg" ? "transparent" : "opaque",
      seed: seed + index,
    };
  }
  yield { usage: usageOf({ prompt: request.prompt, inputs: sizes, size, detail, made }) };
}
