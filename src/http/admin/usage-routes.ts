import type { FastifyInstance } from "fastify";
import { usageQuery } from "../../api/admin/usage.ts";
import { PinholeError } from "../../core/errors.ts";
import { scopeOf } from "../../core/role.ts";
import { usageGroups } from "../../core/usage-groups.ts";
import type { Administration } from "../../gateway/gateway.ts";
import { callerOf } from "./callers.ts";
import { read } from "./read-checked.ts";
import { streamOf } from "./text-stream.ts";
import { csvText, jsonText } from "./usage-text.ts";

/** GET /admin/v1/usage: written while it is read, so that a report may be of any length. */
export function usageReportRoutes(
  app: FastifyInstance,
  { usage }: Pick<Administration, "usage">,
): void {
  app.get("/admin/v1/usage", async (request, reply) => {
    const { group, from, to, format, ...only } = read(usageQuery, request.query);
    const words = new Set(group.split(",").map((word) => word.trim()));
    // In the order of the query.
    const groups = [...words].flatMap((word) => usageGroups.filter((one) => one === word));
    const scope = scopeOf(callerOf(request));
    if (scope.of !== "all" && (groups.includes("channel") || only.channel !== undefined))
      throw new PinholeError("role_not_allowed", {
        message: "Channels are the operator's; leave `channel` out of `group` and of the filters.",
      });
    const report = usage({ groups, from, to, only: present(only), scope });
    const text = format === "csv" ? csvText(report) : jsonText(report);
    // What the database refuses is an error answer: nothing has been sent yet.
    const first = await text.next();
    if (format === "csv") {
      const name = `usage-${report.first}-${report.last}.csv`;
      reply.type("text/csv; charset=utf-8; header=present");
      reply.header("content-disposition", `attachment; filename="${name}"`);
    } else reply.type("application/json; charset=utf-8");
    return reply.send(streamOf(first, text));
  });
}

function present<T extends string>(
  values: Readonly<Partial<Record<T, string | undefined>>>,
): Partial<Record<T, string>> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  // Only what is undefined was left out.
  return Object.fromEntries(entries) as Partial<Record<T, string>>;
}
