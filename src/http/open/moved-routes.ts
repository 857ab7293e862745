import type { FastifyInstance } from "fastify";

/** The resources that were addressed without a version before there was one. */
const moved = ["keys", "requests", "channels", "health"];

/**
 * The addresses of the admin API without `/v1`: each leads to the new one. A 308, so that clients keep method and body;
 * it is given before the body is read and needs no token, since it tells nothing.
 */
export function movedRoutes(app: FastifyInstance): void {
  for (const url of moved.flatMap((name) => [`/admin/${name}`, `/admin/${name}/*`]))
    app.route({
      method: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
      url,
      onRequest: (request, reply) => {
        const location = request.url.replace(/^\/admin\//, "/admin/v1/");
        void reply.code(308).header("location", location).send();
      },
      handler: () => undefined,
    });
}
