/**
 * The fields of a request's record without what may hold a prompt: whatever has the word in its name, and all that
 * the contract does not know, wherever it stands. What is no document of fields is left out whole.
 */
export function withoutPrompts(fields: string): string {
  const read: unknown = JSON.parse(fields);
  return JSON.stringify(without(read) ?? {});
}

/** The trace of a request's record without what was sent upstream: under what name a prompt stands there, each provider decides. */
export function withoutSent(trace: string): string {
  return JSON.stringify(JSON.parse(trace), (name, value: unknown) =>
    name === "upstream" ? undefined : value,
  );
}

/** Names of fields of which nobody knows what they hold. */
const unknownFields: ReadonlySet<string> = new Set(["unknown", "provider_options"]);

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !/prompt/i.test(name) && !unknownFields.has(name))
      .map(([name, inner]) => [name, without(inner)]),
  );
}
