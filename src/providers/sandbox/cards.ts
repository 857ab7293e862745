import { defineCard, type ModelCard } from "../../core/model-card.ts";

/** Behaviours of the sandbox's models besides painting. Each acts out one thing that integrators must handle. */
export type Behaviour =
  | "plain"
  | "fast"
  | "slow"
  | "moderated"
  | "rate_limited"
  | "flaky"
  | "timeout"
  | "partial"
  | "stream_error";

/** Images that one call of the default model makes; a request for more is several calls, as it often is elsewhere. */
const imagesInOneCall = 4;

/** The other models see the whole request in one call: "one fewer than asked" is then true of the request. */
const imagesMax = 10;

/** By model. A name that is not here paints as `sandbox` does. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  sandbox: "plain",
  "sandbox-fast": "fast",
  "sandbox-slow": "slow",
  "sandbox-moderated": "moderated",
  "sandbox-rate-limited": "rate_limited",
  "sandbox-flaky": "flaky",
  "sandbox-timeout": "timeout",
  "sandbox-partial": "partial",
  "sandbox-stream-error": "stream_error",
};

/** Pixels. The widest rule of any provider, so that whatever an integrator asks for can be tried here. */
export const sizeLimits = {
  edge_min: 64,
  edge_max: 3840,
  pixels_max: 8_294_400,
  aspect_max: 8,
} as const;

export const cards: readonly ModelCard[] = Object.entries(behaviours).map(([name, behaviour]) =>
  defineCard({
    name,
    owned_by: "pinhole",
    operations: ["generation", "edit", "variation"],
    prompt_max: 32_000,
    n: behaviour === "plain" ? imagesInOneCall : imagesMax,
    n_max: imagesMax,
    sizes: ["auto", "1024x1024", "1536x1024", "1024x1536"],
    size_rule: { multiple: 1, pixels_min: 64 * 64, ...sizeLimits },
    size_default: "auto",
    qualities: ["low", "medium", "high", "auto"],
    quality_default: "auto",
    styles: ["vivid", "natural"],
    backgrounds: ["transparent", "opaque", "auto"],
    formats: ["png", "jpeg", "webp"],
    format_parameter: true,
    compression_parameter: true,
    images: { max: 16, formats: ["png", "jpeg", "webp"], references: true },
    mask: { polarity: "transparent" },
    // `moderation` and `user` are taken and change nothing: there is nothing here to moderate or to report.
    parameters: ["seed", "negative_prompt", "input_fidelity", "watermark", "moderation", "user"],
    streaming: true,
    failures_billed: false,
    price: "free",
  }),
);
