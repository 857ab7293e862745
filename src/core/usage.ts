import type { Usage } from "./request.ts";

/** What the later of two readings of one meter has beyond the earlier. */
export function subtractUsage(
  now: Usage | undefined,
  before: Usage | undefined,
): Usage | undefined {
  if (now === undefined || before === undefined) return now;
  const parts = (later: UsageParts, earlier: UsageParts | undefined): UsageParts => ({
    text_tokens: later.text_tokens - (earlier?.text_tokens ?? 0),
    image_tokens: later.image_tokens - (earlier?.image_tokens ?? 0),
  });
  return {
    input_tokens: now.input_tokens - before.input_tokens,
    output_tokens: now.output_tokens - before.output_tokens,
    total_tokens: now.total_tokens - before.total_tokens,
    input_tokens_details: parts(now.input_tokens_details, before.input_tokens_details),
    ...(now.output_tokens_details === undefined
      ? {}
      : { output_tokens_details: parts(now.output_tokens_details, before.output_tokens_details) }),
  };
}

type UsageParts = Usage["input_tokens_details"];

/** Adds up what the calls of one request used. */
export function sumUsage(usages: readonly (Usage | undefined)[]): Usage | undefined {
  const known = usages.filter((usage) => usage !== undefined);
  if (known.length === 0) return undefined;
  const sum = (pick: (usage: Usage) => number): number =>
    known.reduce((total, usage) => total + pick(usage), 0);
  const detailed = known.some((usage) => usage.output_tokens_details !== undefined);
  return {
    input_tokens: sum((usage) => usage.input_tokens),
    output_tokens: sum((usage) => usage.output_tokens),
    total_tokens: sum((usage) => usage.total_tokens),
    input_tokens_details: {
      text_tokens: sum((usage) => usage.input_tokens_details.text_tokens),
      image_tokens: sum((usage) => usage.input_tokens_details.image_tokens),
    },
    ...(detailed
      ? {
          output_tokens_details: {
            text_tokens: sum((usage) => usage.output_tokens_details?.text_tokens ?? 0),
            image_tokens: sum((usage) => usage.output_tokens_details?.image_tokens ?? 0),
          },
        }
      : {}),
  };
}
