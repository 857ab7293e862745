import type { FastifyInstance } from "fastify";
import { correctionBody, correctionQuery } from "../../api/admin/corrections.ts";
import { correctionJson } from "../../api/admin/correction-json.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { callerOf, changerOf } from "./callers.ts";
import { pageOf } from "./conditions.ts";
import { read } from "./read-checked.ts";

/** GET and POST /admin/v1/corrections. */
export function correctionRoutes(
  app: FastifyInstance,
  gateway: Pick<Gateway, "administration" | "correct">,
): void {
  app.get("/admin/v1/corrections", async (request) => {
    const { limit, after, key, user, team, model } = read(correctionQuery, request.query);
    const only = { after, keyId: key, userId: user, teamId: team, model };
    const found = await gateway.administration.corrections({ ...only, limit: limit + 1 });
    return pageOf(found, limit, correctionJson);
  });
  app.post("/admin/v1/corrections", async (request, reply) => {
    const { id, key: keyId, usd: nano, reason, model } = read(correctionBody, request.body);
    const who = { actor: callerOf(request).name, by: changerOf(request) };
    const { booked, isNew } = await gateway.correct({ id, keyId, nano, reason, model, ...who });
    return reply.code(isNew ? 201 : 200).send(correctionJson(booked));
  });
}
