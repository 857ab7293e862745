/** Names of fields that hold an end user of the client, wherever they stand. */
const endUserFields: ReadonlySet<string> = new Set(["user", "safety_identifier"]);

/** Fields of a request that say nothing of whoever asked: its form. */
const formFields: ReadonlySet<string> = new Set([
  "response_format",
  "output_format",
  "output_compression",
  "watermark",
  "moderation",
  "operation",
  "model",
  "n",
  "stream",
  "partial_images",
  "size",
]);

/** True where the fields of a request's record, as JSON, name this end user. */
export function isOfEndUser(fields: string, user: string): boolean {
  return names(JSON.parse(fields), user);
}

function names(value: unknown, user: string): boolean {
  if (Array.isArray(value)) return value.some((inner) => names(inner, user));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, inner]) =>
    endUserFields.has(name) ? inner === user || names(inner, user) : names(inner, user),
  );
}

/** The fields of a request's record without prompt, user and all else that may tell of whoever asked. */
export function withoutEndUser(fields: string): string {
  const read: unknown = JSON.parse(fields);
  if (typeof read !== "object" || read === null) return '{"erased":true}';
  const form = Object.entries(read).filter(([name]) => formFields.has(name));
  return JSON.stringify({ ...Object.fromEntries(form), erased: true });
}
