import type { FastifyReply, FastifyRequest } from "fastify";
import { resourceQuery } from "../../api/admin/channels.ts";
import { PinholeError } from "../../core/errors.ts";
import { isRecord, withoutNulls } from "../../core/entry-paths.ts";
import type { EntryWords } from "../../core/resource.ts";
import { type Administration, resourceJson } from "../../gateway/gateway.ts";
import { changerOf } from "./callers.ts";
import { conditionOf, pageOf, withVersion } from "./conditions.ts";
import { read, readFields } from "./read-checked.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}
type Request = FastifyRequest<OfOne>;
/** Entries of any kind: their administration is the same. */
type ResourceAdministration = Administration["channels"];

/** The ways in which entries of a kind differ from others. */
interface EntryWays {
  /** Words that are replaced as a whole, although they may be groups: a mixture of two would be a third. */
  readonly whole?: readonly string[];
  /** The id of an entry that says none. Throws invalid_value where there can be none. */
  readonly idOf?: (words: EntryWords) => string;
}

/**
 * The handlers of entries of one kind: list, make, show, set, change and delete. What a body says is checked by the
 * schemas of the file, below; here it is an object.
 */
export function resourceHandlers(
  entries: ResourceAdministration,
  { whole = [], idOf = refuseMissingId }: EntryWays = {},
) {
  return {
    async list(request: FastifyRequest) {
      const { after, limit, removed } = read(resourceQuery, request.query);
      const asked = { after, limit: limit + 1, removed: removed === "true" };
      return pageOf(await entries.page(asked), limit, resourceJson);
    },
    async create(request: FastifyRequest, reply: FastifyReply) {
      const { id: written, ...words } = wordsOf(request.body);
      const id = checkedId(written ?? idOf(words));
      const view = await entries.create(changerOf(request), id, words);
      return reply.code(201).send(withVersion(reply, resourceJson(view)));
    },
    async show({ params }: Request, reply: FastifyReply) {
      return withVersion(reply, resourceJson(await entries.get(params.id)));
    },
    async put(request: Request, reply: FastifyReply) {
      const { id } = request.params;
      const wanted = { id, condition: conditionOf(request), words: ownWords(request) };
      const { view, isNew } = await entries.put(changerOf(request), wanted);
      return reply.code(isNew ? 201 : 200).send(withVersion(reply, resourceJson(view)));
    },
    async change(request: Request, reply: FastifyReply) {
      return withVersion(reply, resourceJson(await change(entries, request, whole)));
    },
    async remove(request: Request, reply: FastifyReply) {
      const { id } = request.params;
      const view = await entries.remove(changerOf(request), id, conditionOf(request));
      return withVersion(reply, resourceJson(view));
    },
  };
}

function change(
  entries: ResourceAdministration,
  request: Request,
  whole: readonly string[],
): ReturnType<ResourceAdministration["change"]> {
  const { id } = request.params;
  const fields = readFields(request.body);
  refuseOtherId(fields, id);
  const { id: _, ...changed } = fields;
  const replaced = Object.keys(changed).filter((name) => whole.includes(name));
  const edit = (now: EntryWords): EntryWords => {
    const kept = Object.entries(now).filter(([name]) => !replaced.includes(name));
    return wordsOf(merged(Object.fromEntries(kept), changed));
  };
  return entries.change(changerOf(request), { id, condition: conditionOf(request), edit });
}

/** A body's words; null is as good as absent. */
function wordsOf(body: unknown): Readonly<Record<string, unknown>> {
  return readFields(withoutNulls(body));
}

function ownWords({ body, params }: Request): EntryWords {
  const words = wordsOf(body);
  refuseOtherId(words, params.id);
  const { id: _, ...rest } = words;
  return rest;
}

/** Throws where a body names another id than its address does. */
function refuseOtherId(fields: Readonly<Record<string, unknown>>, id: string): void {
  const { id: own = id } = fields;
  if (own === id) return;
  throw new PinholeError("invalid_value", {
    message: "`id` is another one than the address names; leave it out, or ask for that one.",
    param: "id",
  });
}

function checkedId(id: unknown): string {
  return typeof id === "string" ? id : refuseMissingId();
}

function refuseMissingId(): never {
  throw new PinholeError("invalid_value", {
    message: "`id` is missing; name the entry by letters, digits, dots, hyphens and underscores.",
    param: "id",
  });
}

/** Words with those of a change in their place: groups are merged, lists replaced, and null takes a word away (RFC 7396). */
function merged(now: unknown, change: unknown): unknown {
  if (!isRecord(change)) return change;
  const known = isRecord(now) ? now : {};
  // The mark of a credential is one value and no group.
  if (isMark(now) || isMark(change)) return change;
  const changed = Object.entries(change).map(([name, inner]) => [name, merged(known[name], inner)]);
  return { ...known, ...Object.fromEntries(changed) };
}

function isMark(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).join() === "hint";
}
