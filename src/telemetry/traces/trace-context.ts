import type { Context, SpanContext } from "@opentelemetry/api";
import type * as Api from "@opentelemetry/api";

/** The W3C trace context of a client's headers, as the parent of what begins; `root` where they say none. */
export function parentOf(
  {
    trace,
    createTraceState,
    isSpanContextValid,
  }: Pick<typeof Api, "trace" | "createTraceState" | "isSpanContextValid">,
  root: Context,
  {
    traceparent,
    tracestate,
  }: {
    readonly traceparent?: string | undefined;
    readonly tracestate?: string | undefined;
  },
): Context {
  const read = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(
    traceparent?.trim() ?? "",
  );
  const [, version, traceId = "", spanId = "", flags = "0", more] = read ?? [];
  // Later versions may say more; this one may not, and ff is none.
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined))
    return root;
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate);
  const parent: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(traceState === undefined ? {} : { traceState }),
  };
  return isSpanContextValid(parent) ? trace.setSpanContext(root, parent) : root;
}

/** The headers that hand a trace on. */
export function headersOf({
  traceId,
  spanId,
  traceFlags,
  traceState,
}: SpanContext): Readonly<Record<string, string>> {
  const state = traceState?.serialize() ?? "";
  return {
    traceparent: `00-${traceId}-${spanId}-${(traceFlags & 1) === 1 ? "01" : "00"}`,
    ...(state === "" ? {} : { tracestate: state }),
  };
}
