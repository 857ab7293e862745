import type { FastifyReply, FastifyRequest } from "fastify";
import type { Condition } from "../../gateway/gateway.ts";

/**
 * The versions that a change may be made from, of `If-Match`. Proxies that compress make an ETag weak, and people forget
 * its quotes; both are understood, since a version is not the bytes of an answer.
 */
export function conditionOf({ headers }: FastifyRequest): Condition {
  const text = headers["if-match"];
  if (text === undefined || text.trim() === "") return "unsaid";
  const tags = text.split(",").map((tag) => tag.trim());
  if (tags.includes("*")) return "any";
  return tags.flatMap((tag) => {
    const [, digits] = /^(?:W\/)?"?(\d{1,15})"?$/.exec(tag) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}

/** A resource as an answer, with its version as the ETag. */
export function withVersion<R extends Readonly<Record<string, unknown>>>(
  reply: FastifyReply,
  resource: R,
): R {
  void reply.header("etag", `"${String(resource["version"])}"`);
  return resource;
}

/** A page of a list that was read one entry further than it goes; `next` begins the one after it. */
export function pageOf<E extends { readonly id: string }>(
  entries: readonly E[],
  limit: number,
  show: (entry: E) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const shown = entries.slice(0, limit);
  const next = entries.length > limit ? (shown.at(-1)?.id ?? null) : null;
  return { object: "list", data: shown.map(show), next };
}
