import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { requestsQuery, statisticsQuery } from "../../api/admin/requests.ts";
import { PinholeError } from "../../core/errors.ts";
import { type Caller, type Scope, scopeOf } from "../../core/role.ts";
import type { Gateway, RequestQuestion, RequestRecord } from "../../gateway/gateway.ts";
import { callerOf, changerOf } from "./callers.ts";
import { pageOf } from "./conditions.ts";
import { read } from "./read-checked.ts";
import { requestsCsv } from "./request-csv.ts";
import { requestJson, type RequestView, statisticsJson, wholeRequestJson } from "./request-json.ts";
import { streamOf } from "./text-stream.ts";

/** The parts of the gateway that the routes ask. */
type RequestRouteParts = Pick<Gateway, "restingPath"> & {
  readonly administration: Pick<Gateway["administration"], "requests">;
};

/** GET /admin/v1/requests, /admin/v1/requests/{id} and /admin/v1/statistics. */
export function requestRoutes(
  app: FastifyInstance,
  { administration: { requests }, restingPath }: RequestRouteParts,
): void {
  const viewOf = async (caller: Caller): Promise<RequestView> => ({
    scope: scopeOf(caller),
    names: await requests.keyNames(),
    seen: await requests.seenBy(caller),
    // Who only looks sees numbers, not what people made.
    pathOf: caller.role === "viewer" ? () => undefined : restingPath,
  });
  app.get("/admin/v1/requests", async (request, reply) => {
    const { format, limit, before, after, ...words } = read(requestsQuery, request.query);
    const question = questionOf(words);
    const view = await viewOf(callerOf(request));
    const { scope } = view;
    refuseOthers(question, scope);
    if (format === "csv") {
      const text = requestsCsv(requests.lines(question, scope), view.names);
      // What the database refuses is an error answer: nothing has been sent yet.
      const first = await text.next();
      reply.type("text/csv; charset=utf-8; header=present");
      reply.header("content-disposition", `attachment; filename="requests.csv"`);
      return reply.send(streamOf(first, text));
    }
    // What is new begins no further page.
    const asked = after === undefined ? limit + 1 : limit;
    const rows = await requests.list(question, { limit: asked, before, after }, scope);
    if (rows.some((row) => isLook(row, view))) await requests.look(changerOf(request), undefined);
    return pageOf(rows, limit, (row) => requestJson(row, view));
  });
  app.get("/admin/v1/statistics", async (request) => {
    const { show, ...words } = read(statisticsQuery, request.query);
    const scope = scopeOf(callerOf(request));
    const question = questionOf(words);
    refuseOthers(question, scope);
    const found = await requests.statistics(question, scope, show === "times");
    return statisticsJson(found, await requests.keyNames(), scope);
  });
  app.get<{ Params: { id: string } }>("/admin/v1/requests/:id", async (request) => {
    const view = await viewOf(callerOf(request));
    const record = await requests.get(request.params.id, view.scope);
    if (record !== undefined) {
      if (isLook(record, view)) await requests.look(changerOf(request), record.id);
      return wholeRequestJson(record, view);
    }
    throw new PinholeError("not_found", { message: "There is no request with this id." });
  });
}

/** True where somebody is shown what another one made. */
function isLook(record: RequestRecord, { seen }: RequestView): boolean {
  return seen.has(record) && !seen.isOwn(record);
}

type Words = Omit<z.output<typeof statisticsQuery>, "show">;

function questionOf({ from, to, min_ms, max_ms, ...words }: Words): RequestQuestion {
  return {
    ...words,
    from: momentOf(from),
    to: momentOf(to),
    tookMsMin: min_ms,
    tookMsMax: max_ms,
  };
}

function refuseOthers({ channel }: RequestQuestion, { of }: Scope): void {
  if (of === "all" || channel === undefined) return;
  throw new PinholeError("role_not_allowed", {
    message: "Channels are the operator's; leave `channel` out of the filters.",
  });
}

function momentOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
