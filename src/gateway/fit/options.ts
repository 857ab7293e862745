import { PinholeError } from "../../core/errors.ts";
import type { Target } from "../../core/channel.ts";
import type { FittedRequest, ImageRequest } from "../../core/request.ts";
import { isShape } from "./ratio.ts";
import type { Complain, FitOptions, FitPolicy } from "./terms.ts";

type Options = Pick<
  FittedRequest,
  "prompt" | "style" | "background" | "watermark" | "moderation" | "user" | "more"
> & { readonly providerOptions: unknown };

/** Fits all fields besides operation, prompt length, n, size, quality, format and pictures. */
export function fitOptions(
  request: ImageRequest,
  target: Target,
  { policy, strict, chain }: FitOptions,
  complain: Complain,
): Options {
  const style = fitStyle(request, target, policy, complain);
  return {
    prompt: style.prompt,
    style: style.style,
    background: fitBackground(request, target, complain),
    watermark: fitParameter("watermark", request.watermark, false, request, target, complain),
    moderation: fitParameter("moderation", request.moderation, "auto", request, target, complain),
    // `user` is kept with the request's record, so leaving it out upstream loses nothing.
    user: takes(target, "user") ? request.user : undefined,
    more: {
      ...fitMore(request, target, complain),
      ...fitMarkup(request, target),
      ...fitUnknown(request, target, strict, complain),
    },
    providerOptions: fitProviderOptions(request, target, chain, complain),
  };
}

function takes(target: Target, parameter: string): boolean {
  return target.card === undefined
    ? target.takes(parameter)
    : target.card.parameters.includes(parameter);
}

/** A parameter that the card names is forwarded; `trivial` is the value that every model honours by doing nothing. */
function fitParameter<T>(
  name: string,
  value: T | undefined,
  trivial: T,
  request: ImageRequest,
  target: Target,
  complain: Complain,
): T | undefined {
  if (value === undefined || takes(target, name)) return value;
  if (value !== trivial) {
    complain(
      name,
      "unsupported_parameter",
      `${request.model} has no \`${name}\`; it was left out.`,
    );
  }
  return undefined;
}

function fitStyle(
  request: ImageRequest,
  target: Target,
  policy: FitPolicy,
  complain: Complain,
): { readonly prompt: string; readonly style: string | undefined } {
  const { style, prompt } = request;
  if (style === undefined) return { prompt, style: undefined };
  const { card } = target;
  if (card === undefined ? target.takes("style") : card.styles?.includes(style) === true)
    return { prompt, style };
  // A variation has no prompt to say it in.
  if (policy.style === "prompt" && request.operation !== "variation")
    return { prompt: `${prompt}\n\nStyle: ${style}.`, style: undefined };
  complain(
    "style",
    "unsupported_parameter",
    `${request.model} has no styles; \`style\` was left out.`,
  );
  return { prompt, style: undefined };
}

function fitBackground(
  request: ImageRequest,
  target: Target,
  complain: Complain,
): FittedRequest["background"] {
  const { background } = request;
  if (background === undefined) return undefined;
  const { card } = target;
  if (
    card === undefined
      ? target.takes("background")
      : card.backgrounds?.some((word) => word === background) === true
  ) {
    return background;
  }
  // A model that knows no backgrounds makes opaque ones.
  const trivial =
    background === "auto" ||
    (background === "opaque" && card !== undefined && card.backgrounds === undefined);
  if (!trivial) {
    complain(
      "background",
      "unsupported_parameter",
      `${request.model} makes no ${background} backgrounds; \`background\` was left out.`,
    );
  }
  return undefined;
}

/** Known fields without a place of their own: seed, negative_prompt, … */
function fitMore(
  request: ImageRequest,
  target: Target,
  complain: Complain,
): Record<string, unknown> {
  const kept = Object.entries(request.more).filter(([name]) => {
    // The size's fitting carries it out, or says that it could not.
    if (name === "aspect_ratio" && target.card !== undefined && isShape(target.card)) return false;
    if (takes(target, name)) {
      if (name === "seed") checkSeed(request, target);
      return true;
    }
    complain(
      name,
      "unsupported_parameter",
      `${request.model} has no \`${name}\`; it was left out.`,
    );
    return false;
  });
  return Object.fromEntries(kept);
}

/** Only servers that are sent a seed as it came can be sent one that a number does not hold exactly. */
function checkSeed({ more: { seed }, n, model }: ImageRequest, { channel }: Target): void {
  const isNarrow = typeof seed === "number" && Number.isSafeInteger(seed + (n - 1));
  if (isNarrow || channel.provider.forwardsUnknown === true) return;
  throw new PinholeError("invalid_value", {
    message: `\`seed\` must be an integer from -9007199254740991 to ${Number.MAX_SAFE_INTEGER - (n - 1)} for ${model}.`,
    param: "seed",
  });
}

/** Without it the model would not know what to change, so where it has no place the request is refused. */
function fitMarkup(
  { markup, model }: ImageRequest,
  target: Target,
): Readonly<Record<string, unknown>> {
  if (markup === undefined) return {};
  if (takes(target, "markup")) return { markup };
  throw new PinholeError("unsupported_parameter", {
    message: `${model} takes no \`markup\`; say in the prompt what to change, or send a mask.`,
    param: "markup",
  });
}

/** Fields that would change what is billed if they were forwarded under a name of the contract's. */
const billed = new Set(["model", "n", "size"]);

/** Fields the contract does not know go to the OpenAI dialect as they came; elsewhere they are named and left out. */
function fitUnknown(
  request: ImageRequest,
  target: Target,
  strict: boolean,
  complain: Complain,
): Record<string, unknown> {
  const names = Object.keys(request.unknown);
  if (names.length === 0) return {};
  // Without a prototype, so that no name (`__proto__`) is anything but a field.
  const forwarded = Object.create(null) as Record<string, unknown>;
  const { provider } = target.channel;
  for (const name of names) {
    if (strict) {
      throw new PinholeError("unknown_parameter", {
        message: `\`${name}\` is no parameter of this API; remove it, put it into \`provider_options\`, or turn strict mode off.`,
        param: name,
      });
    }
    if (provider.forwardsUnknown === true && target.takes(name) && !billed.has(name))
      forwarded[name] = request.unknown[name];
    else {
      complain(
        name,
        "unsupported_parameter",
        `\`${name}\` is not known here and was left out; a provider's own parameters go into \`provider_options\`.`,
      );
    }
  }
  return forwarded;
}

/** Options for another provider that may serve the same request wait for their turn; for any other they are named. */
function fitProviderOptions(
  request: ImageRequest,
  target: Target,
  chain: ReadonlySet<string>,
  complain: Complain,
): unknown {
  const { provider } = target.channel;
  for (const name of Object.keys(request.provider_options)) {
    if (name !== provider.id && !chain.has(name)) {
      complain(
        "provider_options",
        "unsupported_parameter",
        `\`provider_options.${name.slice(0, 40)}\` was left out: no such provider serves this request.`,
      );
    }
  }
  const result = provider.options.safeParse(request.provider_options[provider.id] ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = ["provider_options", provider.id, ...(issue?.path.map(String) ?? [])].join(".");
  throw new PinholeError("invalid_value", {
    message: `\`${path}\` is not what this provider takes: ${issue?.message ?? "invalid"}.`,
    param: path,
  });
}
