import type { Usage } from "./request.ts";

type Tokens = Usage["input_tokens_details"];

/** The usage that the later of two readings of one meter has beyond the earlier. */
export function subtractUsage(
  now: Usage | undefined,
  before: Usage | undefined,
): Usage | undefined {
  if (now === undefined || before === undefined) return now;
  // Details that the later one does not tell are not less than nothing.
  const told: Usage = {
    ...before,
    output_tokens_details: now.output_tokens_details && before.output_tokens_details,
    cached_tokens_details: now.cached_tokens_details && before.cached_tokens_details,
  };
  return combine(now, told, (later, earlier) => later - earlier);
}

/** The usage of several calls together; undefined where none is known. */
export function sumUsage(usages: readonly (Usage | undefined)[]): Usage | undefined {
  const known = usages.filter((usage) => usage !== undefined);
  const [first, ...rest] = known;
  if (first === undefined) return undefined;
  return rest.reduce((sum, usage) => combine(sum, usage, (a, b) => a + b), first);
}

function combine(a: Usage, b: Usage, work: (a: number, b: number) => number): Usage {
  const outputs = tokens(a.output_tokens_details, b.output_tokens_details, work);
  const cached = tokens(a.cached_tokens_details, b.cached_tokens_details, work);
  return {
    input_tokens: work(a.input_tokens, b.input_tokens),
    output_tokens: work(a.output_tokens, b.output_tokens),
    total_tokens: work(a.total_tokens, b.total_tokens),
    input_tokens_details: {
      text_tokens: work(a.input_tokens_details.text_tokens, b.input_tokens_details.text_tokens),
      image_tokens: work(a.input_tokens_details.image_tokens, b.input_tokens_details.image_tokens),
    },
    ...(outputs === undefined ? {} : { output_tokens_details: outputs }),
    ...(cached === undefined ? {} : { cached_tokens_details: cached }),
  };
}

/** Details of both; undefined where neither has any. */
function tokens(
  a: Tokens | undefined,
  b: Tokens | undefined,
  work: (a: number, b: number) => number,
): Tokens | undefined {
  if (a === undefined && b === undefined) return undefined;
  return {
    text_tokens: work(a?.text_tokens ?? 0, b?.text_tokens ?? 0),
    image_tokens: work(a?.image_tokens ?? 0, b?.image_tokens ?? 0),
  };
}
