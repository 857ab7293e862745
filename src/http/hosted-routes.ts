import type { FastifyInstance } from "fastify";
import { Readable } from "node:stream";
import { hostedAnswer } from "../blobs/hosted.ts";
import { PinholeError } from "../core/errors.ts";
import type { HttpParts } from "./parts.ts";

/** GET and HEAD of hosted images. The signature in the URL is the permission; no key is needed. */
export function hostedRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { signer, blobs, now } = parts.gateway;
  app.get<{ Params: { name: string } }>(
    "/i/:name",
    { exposeHeadRoute: true },
    async (request, reply) => {
      const url = new URL(request.url, "http://host.invalid");
      const answer = await hostedAnswer({
        signer,
        blobs,
        now,
        request: {
          method: request.method,
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: request.headers,
        },
      });
      if (answer.status === 404) {
        throw new PinholeError("not_found", { message: "There is no image at this address." });
      }
      if (answer.status === 410) {
        throw new PinholeError("result_expired", {
          message: "The image has expired or was deleted; generate it again.",
        });
      }
      void reply.code(answer.status).headers(answer.headers);
      return reply.send(
        answer.body === undefined ? "" : Readable.from(answer.body, { objectMode: false }),
      );
    },
  );
}
