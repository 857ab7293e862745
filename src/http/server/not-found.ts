import type { FastifyInstance } from "fastify";
import { PinholeError } from "../../core/errors.ts";

/** 404 for unknown addresses, 405 with `allow` for known ones of another method. */
export function installNotFound(app: FastifyInstance): void {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook("onRoute", (route) => {
    const source = route.url
      .split("/")
      .map((part) =>
        part === "*"
          ? ".*"
          : part.startsWith(":")
            ? "[^/]+"
            : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"),
      )
      .join("/");
    routes.push({ pattern: new RegExp(`^${source}$`), methods: [route.method].flat() });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const methods = new Set(
      routes.filter((route) => route.pattern.test(path)).flatMap((route) => route.methods),
    );
    if (methods.size > 0) {
      void reply.header("allow", [...methods].join(", "));
      throw new PinholeError("method_not_allowed", {
        message: `${request.method} is not possible here; use ${[...methods].join(" or ")}.`,
      });
    }
    throw new PinholeError("not_found", { message: nothingAt(request.method, path) });
  });
}

/** Other APIs of OpenAI's and of its like, which clients are pointed here for by mistake. */
const otherApis =
  /\/(chat\/completions|completions|responses|messages|embeddings|rerank|moderations|audio|videos|realtime|files|uploads|batches|fine_tuning|assistants|threads|conversations|vector_stores|evals)(?:\/|$)/;

function nothingAt(method: string, path: string): string {
  const [, other] = otherApis.exec(path) ?? [];
  return other === undefined
    ? `There is nothing at ${method} ${path.slice(0, 200)}; this gateway makes images at POST /v1/images/generations.`
    : `This gateway makes images and has no ${other}; send POST /v1/images/generations, or point this client elsewhere.`;
}
