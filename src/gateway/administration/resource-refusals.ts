import { PinholeError } from "../../core/errors.ts";
import { isRecord } from "../../core/entry-paths.ts";
import type { EntryFault, EntryPath, EntryWords, ResourceKind } from "../../core/resource.ts";

/** Faults that an answer lists at most. */
const faultsMax = 20;

/** Throws invalid_value with the first of some faults, and all of them beside it. */
export function refuseFaults(entry: string, faults: readonly EntryFault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  const all = faults
    .slice(0, faultsMax)
    .map(({ param = "", message }) => ({ setting: param, entry, code: "invalid_value", message }));
  throw new PinholeError("invalid_value", {
    message: first.message,
    param: first.param,
    more: faults.length > 1 ? { faults: all } : undefined,
  });
}

export function noResource(kind: ResourceKind): PinholeError {
  return new PinholeError("not_found", { message: `There is no ${kind} with this id.` });
}

export function heldAt(kind: ResourceKind, id: string, declaredAt: string): PinholeError {
  return new PinholeError("conflict", {
    message: `The ${kind} \`${id}\` is held by the configuration (${declaredAt}); change it there.`,
    param: "id",
  });
}

export function taken(kind: ResourceKind, id: string): PinholeError {
  return new PinholeError("conflict", {
    message: `Another ${kind} has the id \`${id}\` already; choose a different one, or change that one.`,
    param: "id",
  });
}

export function neverSeen(kind: ResourceKind, id: string): PinholeError {
  return new PinholeError("version_stale", {
    message: `There is no ${kind} \`${id}\` any more or yet; leave \`If-Match\` out to make it.`,
    more: { current: null },
  });
}

export function deletedAt(kind: ResourceKind, id: string, at: number): PinholeError {
  return new PinholeError("conflict", {
    message: `The ${kind} \`${id}\` was deleted at ${new Date(at).toISOString()}; make it again first.`,
  });
}

/**
 * The fault of an entry whose kept credentials would go to another place than they were given for: whoever may change
 * an address is not thereby told the credentials.
 */
export function strayFaults(
  before: EntryWords,
  after: EntryWords,
  kept: readonly EntryPath[],
): EntryFault[] {
  if (kept.length === 0) return [];
  const known = new Set(addressesIn(before));
  const isMoved =
    before["provider"] !== after["provider"] ||
    addressesIn(after).some((address) => !known.has(address));
  if (!isMoved) return [];
  return kept.map((path) => {
    const param = path.join(".");
    const message = `\`${param}\` was given for another address; give it again with the new one.`;
    return { param, message };
  });
}

/** All that may be an address in an entry, with its place. */
function addressesIn(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((inner: unknown) => addressesIn(inner, at));
  if (isRecord(value))
    return Object.entries(value).flatMap(([name, inner]) => addressesIn(inner, `${at}.${name}`));
  const text = String(value);
  const isAddress = text.includes("://") || /host|url|origin|endpoint|domain/i.test(at);
  return isAddress ? [`${at} ${text}`] : [];
}
