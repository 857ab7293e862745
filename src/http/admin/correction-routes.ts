import type { FastifyInstance } from "fastify";
import { correctionBody } from "../../api/admin/corrections.ts";
import { usdText } from "../../core/money.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { callerOf } from "./callers.ts";
import { read } from "./read-checked.ts";

/** POST /admin/v1/corrections. */
export function correctionRoutes(app: FastifyInstance, gateway: Pick<Gateway, "correct">): void {
  app.post("/admin/v1/corrections", async (request, reply) => {
    const { id, key: keyId, usd: nano, reason, model } = read(correctionBody, request.body);
    const actor = callerOf(request).name;
    const booked = await gateway.correct({ id, keyId, nano, reason, model, actor });
    return reply.code(booked.isNew ? 201 : 200).send({
      id,
      key: keyId,
      usd: usdText(nano),
      model: model ?? null,
      reason,
      by: actor,
    });
  });
}
