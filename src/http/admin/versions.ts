import type { FastifyReply, FastifyRequest } from "fastify";
import { PinholeError } from "../../core/errors.ts";
import { conditionOf } from "./conditions.ts";

/** A thing that counts its changes. */
interface Versioned {
  readonly version: number;
}

/** An answer about one such thing, with its version as ETag. */
export function sendVersioned(
  reply: FastifyReply,
  { version }: Versioned,
  json: Record<string, unknown>,
): FastifyReply {
  return reply.header("etag", `"${version}"`).send(json);
}

/** The reading and changing of one thing, of which somebody else may be faster. */
export interface Change<T extends Versioned, R> {
  /** Throws not_found. */
  readonly read: () => Promise<T>;
  readonly show: (thing: T) => Record<string, unknown>;
  /** `stale`: it has another version by now, and nothing was done. */
  readonly change: (version: number) => Promise<R | "stale">;
}

/**
 * Changes what the `If-Match` of a request names. Throws version_required without that header, and version_stale with
 * what is there now where somebody else was faster.
 */
export async function changeVersion<T extends Versioned, R>(
  request: FastifyRequest,
  { read, show, change }: Change<T, R>,
): Promise<R> {
  const matches = versionsOf(request);
  for (;;) {
    const before = await read();
    if (!matches(before.version)) throw staleVersion(show(before));
    const after = await change(before.version);
    if (after !== "stale") return after;
  }
}

/** The versions that `If-Match` names; `*` is any. */
function versionsOf(request: FastifyRequest): (version: number) => boolean {
  const condition = conditionOf(request);
  if (condition === "unsaid")
    throw new PinholeError("version_required", {
      message:
        "Say which version this changes: send the `ETag` of the read as `If-Match`, or `If-Match: *` for whichever is there.",
    });
  return (version) => condition === "any" || condition.includes(version);
}

function staleVersion(current: Record<string, unknown>): PinholeError {
  return new PinholeError("version_stale", {
    message:
      "It has been changed since it was read; `current` is what is there now. Make the change from that one.",
    more: { current },
  });
}
