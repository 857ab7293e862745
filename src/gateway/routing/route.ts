import { PinholeError, asPinholeError, errorRow } from "../../core/errors.ts";
import { type ImageRequest, type Size, sizeText } from "../../core/request.ts";
import type { CatalogEntry } from "../catalog/catalog.ts";
import { rulingCard } from "../catalog/serving.ts";
import { fit } from "../fit/fit.ts";
import { deliveryOf } from "../fit/form.ts";
import type { ChargeTerms } from "../fit/priced-call.ts";
import type { Plan } from "../fit/terms.ts";
import type { RoutingParts } from "./parts.ts";
import type { Route, RouteTerms, SharedRoute, Words } from "./terms.ts";
import type { EntryGroups, FitClass } from "./target-groups.ts";
import { tiersOf } from "./tiers.ts";
import { unfitTargets } from "./passed-over.ts";
import { estimateOfPlans, versionsOf } from "./hold.ts";
import { checkMask } from "../../pictures/masks.ts";

/** Shared routes that are remembered; with more of them in use, all are forgotten. */
const sharedRoutesMax = 1000;

/** A word longer than this is no word that a model knows. */
const wordMax = 40;

const dayMs = 86_400_000;

/**
 * Fits the request to each class of targets that could serve it; one that cannot honour the request is
 * left out. None left: the first refusal is thrown. Nothing is chosen yet. Generations that differ in
 * their prompt and user alone share what was fitted once.
 */
export function planRoute(
  parts: Omit<RoutingParts, "uptime">,
  entry: CatalogEntry,
  request: ImageRequest,
  { strict, teamMarkup }: RouteTerms,
): Route {
  const [first] = request.images;
  if (request.mask !== undefined && first !== undefined) checkMask(request.mask, first);
  const groups = parts.routing.groups(parts.catalog(), entry);
  const terms = { at: parts.now(), teamMarkup, strict };
  if (!isPlain(request, groups))
    return routeOf(fitGroups(parts, groups, request, terms), undefined, parts.random, terms);
  const { sharedRoutes } = parts.routing;
  // Prices are those of a day, or of a part of it.
  const changes = groups.priceChanges.filter((moment) => moment <= terms.at).length;
  const markup = teamMarkup === undefined ? "" : JSON.stringify(teamMarkup);
  const day = Math.floor(terms.at / dayMs);
  const key = `${day} ${changes} ${markup} ${alikeText(request, strict)}`;
  let known = sharedRoutes.get(key);
  if (known === undefined) {
    if (sharedRoutes.size >= sharedRoutesMax) sharedRoutes.clear();
    known = fitGroups(parts, groups, withoutWords(request), terms);
    sharedRoutes.set(key, known);
  }
  return routeOf(known, request, parts.random, terms);
}

function routeOf(
  { tiers, totalMs, estimate, prices, roomBytes, isHosted, unfit }: SharedRoute,
  words: Words | undefined,
  random: () => number,
  { at, teamMarkup }: ChargeTerms,
): Route {
  const shared = { tiers, totalMs, estimate, prices, roomBytes, isHosted, unfit };
  return { ...shared, words, random, at, teamMarkup };
}

/**
 * The fields of a plain request that its plans depend on: `alikeText` writes each of them, and `isPlain`
 * says of each other one that plans do not depend on it. The compiler asks both for a new field.
 */
type AlikeField =
  | "model"
  | "n"
  | "size"
  | "quality"
  | "background"
  | "output_format"
  | "response_format"
  | "output_compression"
  | "watermark"
  | "moderation"
  | "stream"
  | "partial_images"
  | "user";

/** True where fitting looks at neither the prompt nor at anything that `alikeText` does not name. */
function isPlain(request: ImageRequest, { promptMax }: EntryGroups): boolean {
  const { operation, prompt, images, mask, markup, style, more, unknown, provider_options } =
    request;
  const plain: Record<Exclude<keyof ImageRequest, AlikeField>, boolean> = {
    operation: operation === "generation",
    prompt: prompt.length <= promptMax,
    images: images.length === 0,
    mask: mask === undefined,
    keep_outside_mask: request.keep_outside_mask !== true,
    markup: markup === undefined,
    // A style may become part of the prompt.
    style: style === undefined,
    more: isEmpty(more),
    unknown: isEmpty(unknown),
    provider_options: isEmpty(provider_options),
  };
  return (
    Object.values(plain).every((isAlike) => isAlike) &&
    isWord(request.quality) &&
    isWord(request.background) &&
    isWord(request.moderation)
  );
}

function isWord(text: string | undefined): boolean {
  return text === undefined || text.length <= wordMax;
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}

/** Text of all that fitting looks at in a plain request: requests with the same text share their route. */
function alikeText(request: ImageRequest, strict: boolean): string {
  const { size, user } = request;
  const alike: Record<AlikeField, unknown> = {
    n: request.n,
    size: size === undefined || size === "auto" ? size : sizeText(size),
    output_format: request.output_format,
    response_format: request.response_format,
    output_compression: request.output_compression,
    watermark: request.watermark,
    stream: request.stream,
    partial_images: request.partial_images,
    // Fitting asks only whether there is one.
    user: user !== undefined,
    // These are the caller's own words, so they are quoted; the model comes last.
    background: quoted(request.background),
    quality: quoted(request.quality),
    moderation: quoted(request.moderation),
    model: request.model,
  };
  return `${strict} ${Object.values(alike).join(" ")}`;
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(text);
}

/** The request without its words, as shared plans are made for: only whether there is a user shows. */
function withoutWords(request: ImageRequest): ImageRequest {
  return { ...request, prompt: "", user: request.user === undefined ? undefined : "" };
}

function fitGroups(
  parts: Omit<RoutingParts, "uptime">,
  groups: EntryGroups,
  request: ImageRequest,
  { strict, ...terms }: RouteTerms & ChargeTerms,
): SharedRoute {
  const fits = new Map<FitClass, Plan>();
  const refusals = new Map<FitClass, PinholeError>();
  const { policy, images } = parts;
  const options = { policy, images, strict, chain: groups.providers };
  for (const fitClass of groups.classes) {
    try {
      fits.set(fitClass, fit(request, fitClass.representative, options));
    } catch (thrown) {
      const error = asPinholeError(thrown);
      if (errorRow(error.code).evidence !== "caller") throw thrown;
      refusals.set(fitClass, error);
    }
  }
  const { tiers, plans } = tiersOf(groups, ({ fitClass }) => fits.get(fitClass));
  const [best] = plans;
  if (best === undefined) throw refusals.values().next().value ?? noChannel(10_000);
  const estimate = estimateOfPlans(plans, request.n, terms);
  return {
    tiers,
    unfit: unfitTargets(groups, refusals),
    totalMs: groups.attemptMsMax,
    estimate,
    prices: estimate.state === "free" ? [] : versionsOf(plans, terms),
    roomBytes: roomFor(best, request.keep_outside_mask === true ? request.n * 2 : request.n),
    isHosted: plans.some(
      ({ target }) => deliveryOf(request, parts, rulingCard(target)?.delivery).url,
    ),
  };
}

/** The error for a request all of whose targets cool or are full. `waitMs`: until that may have changed. */
export function noChannel(waitMs: number): PinholeError {
  return new PinholeError("no_channel_available", {
    message: "Every channel that serves this model is busy or cooling down; try again later.",
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}

/** Pixels to reckon with where the size is left to the model. */
const unsaidSize: Size = { width: 2048, height: 2048 };

/** The pixels a plan's pictures will probably have, for room on the disk. */
function expectedSize(plan: Plan): Size {
  const { size } = plan.request;
  if (plan.output.size !== undefined) return plan.output.size;
  return size === undefined || size === "auto" ? unsaidSize : size;
}

/** Bytes that the pictures may take, at two a pixel. */
function roomFor(plan: Plan, n: number): number {
  const size = expectedSize(plan);
  return n * size.width * size.height * 2;
}

/** The dearest worst case of the plans; null where one has no bound. */
