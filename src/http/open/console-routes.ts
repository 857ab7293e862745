import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PinholeError } from "../../core/errors.ts";

/** The part of the server that the console is served from. */
interface ConsoleParts {
  /** The folder of its build (`dist/web`). */
  readonly consoleFolder: string;
}

/** Addresses of the console's pages; each is the same document, whose script shows the page. */
export const consolePages: readonly string[] = [
  "/welcome",
  "/sign-in",
  "/more",
  "/make",
  "/gallery",
  "/gallery/:picture",
  "/overview",
  "/requests",
  "/requests/:id",
  "/notices",
  "/channels",
  "/channels/:id",
  "/models",
  "/models/:name",
  "/audit",
  "/keys",
  "/people",
  "/teams/:id",
  "/budgets",
  "/settings",
  "/settings/you",
];

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Style elements that the console's primitives write into the page (React Aria Components 1.22). */
const writtenStyles = [
  "@layer {\n  [data-react-aria-pressable] {\n    touch-action: pan-x pan-y pinch-zoom;\n  }\n}",
];

/** The console's policy: what the gateway itself serves, pictures that the page made, and no more. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' ${writtenStyles.map(hashOf).join(" ")}`,
  "img-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text.trim()).digest("base64")}'`;
}

/** GET of the console's pages and files, for anybody: they hold nothing that the source does not. */
export function consoleRoutes(app: FastifyInstance, { consoleFolder }: ConsoleParts): void {
  const page = async (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const document = await readFile(join(consoleFolder, "index.html")).catch(() => undefined);
    // A source tree that was never built has the API's page only.
    if (document === undefined) return reply.redirect("/docs", 302);
    return reply
      .header("content-type", "text/html; charset=utf-8")
      .header("content-security-policy", pagePolicy)
      .header("cache-control", "no-cache")
      .header("x-content-type-options", "nosniff")
      .header("referrer-policy", "no-referrer")
      .header("cross-origin-opener-policy", "same-origin")
      .send(document);
  };
  app.get("/", page);
  for (const path of consolePages) app.get(path, page);
  const assets = join(consoleFolder, "assets");
  let names: Promise<ReadonlySet<string>> | undefined;
  app.get<{ Params: { name: string } }>("/assets/:name", async (request, reply) => {
    names ??= readdir(assets).then(
      (found) => new Set(found),
      () => new Set<string>(),
    );
    const { name } = request.params;
    const type = contentTypes[/\.[a-z]+$/.exec(name)?.[0] ?? ""];
    // Only names of the build are read, so that no path leads out of its folder.
    if (type === undefined || !(await names).has(name))
      throw new PinholeError("not_found", { message: "The console has no such file; reload it." });
    const isPacked = /\bbr\b/.test(request.headers["accept-encoding"] ?? "");
    const packed = isPacked && (await names).has(`${name}.br`);
    return reply
      .header("content-type", type)
      .header("cache-control", "public, max-age=31536000, immutable")
      .header("vary", "accept-encoding")
      .header("x-content-type-options", "nosniff")
      .headers(packed ? { "content-encoding": "br" } : {})
      .send(await readFile(join(assets, packed ? `${name}.br` : name)));
  });
}
