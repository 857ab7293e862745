import type { StreamedEvent } from "../../core/wire.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The answer that the events of an images stream come to: every finished picture is an entry of its `data`,
 * and the last event says the rest. Where no event holds a picture in OpenAI's fields, the last one is the answer.
 */
export function imagesDocument(events: readonly StreamedEvent[]): unknown {
  const finished = events.flatMap(({ event, json }) => {
    const fields = fieldsOf(json);
    const { type = event } = fields ?? {};
    return fields === undefined || String(type).endsWith("partial_image") ? [] : [fields];
  });
  const data = finished.flatMap((fields): readonly unknown[] => {
    if (Array.isArray(fields["data"])) return fields["data"];
    return "b64_json" in fields || "url" in fields ? [fields] : [];
  });
  const last = finished.at(-1);
  if (data.length === 0) return last;
  const usage = finished.findLast((fields) => fields["usage"] !== undefined)?.["usage"];
  return { ...last, b64_json: undefined, url: undefined, usage, data };
}

function fieldsOf(json: unknown): Fields | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as Fields)
    : undefined;
}
