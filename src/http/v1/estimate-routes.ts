import type { FastifyInstance } from "fastify";
import { usdText } from "../../core/money.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { parseRequest } from "../../gateway/intake/parse-request.ts";
import { keyOf } from "../server/authentication.ts";
import { type Admitted, type BodyParts, bodyBytesOf, readBody } from "./read-body.ts";

/** The parts that the route works with. */
interface EstimateRouteParts extends BodyParts {
  readonly gateway: Pick<
    Gateway,
    "admit" | "defaultModel" | "estimate" | "fetchPicture" | "openSpool"
  >;
}

type Estimated = ReturnType<Gateway["estimate"]>;

/** POST /v1/images/estimate: any body of a generation or an edit, answered with what it would cost. */
export function estimateRoutes(app: FastifyInstance, parts: EstimateRouteParts): void {
  app.post("/v1/images/estimate", async (request) => {
    const ticket = parts.gateway.admit(bodyBytesOf(request));
    try {
      return answerOf(await estimate(parts, { request, ticket }));
    } finally {
      ticket.leave();
    }
  });
}

/** A body with pictures is an edit's; one without is a generation's. */
async function estimate(
  parts: EstimateRouteParts,
  admitted: Pick<Admitted, "request" | "ticket">,
): Promise<Estimated> {
  const { request, ticket } = admitted;
  const spool = parts.gateway.openSpool(keyOf(request).id);
  try {
    const raw = await readBody(parts, "edit", admitted, spool);
    ticket.bodyRead();
    const operation = raw.images.length > 0 || raw.mask !== undefined ? "edit" : "generation";
    return parts.gateway.estimate({
      key: keyOf(request),
      request: parseRequest(raw, operation, parts.gateway.defaultModel()),
      strict: request.headers["x-pinhole-strict"] === "true",
    });
  } finally {
    spool.dispose();
  }
}

function answerOf(estimated: Estimated): Readonly<Record<string, unknown>> {
  return {
    currency: "usd",
    ...boundsOf(estimated),
    targets: estimated.targets.map((target) => ({
      model: target.model,
      ...boundsOf(target),
      priced: target.state !== "unknown",
    })),
  };
}

function boundsOf({ least, most }: Pick<Estimated, "least" | "most">): {
  readonly min: string;
  readonly max: string | null;
} {
  return { min: usdText(least), max: most === undefined ? null : usdText(most) };
}
