import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { HostedAnswer, HostedRequest } from "../../blobs/hosting/hosted.ts";
import { PinholeError } from "../../core/errors.ts";
import { beginAnswer } from "../server/begin-answer.ts";
import { sendChunks } from "../server/send-chunks.ts";

/** Answers requests for hosted images. */
export type HostedImages = (request: HostedRequest) => Promise<HostedAnswer>;

/** One answer for every address that is no signed one, whatever is wrong with it. */
function noImage(): PinholeError {
  return new PinholeError("not_found", { message: "There is no image at this address." });
}

/** The error for an address below /i/ that the router itself refuses (a bad escape, an endless path). */
export function asMissingImage(url: string | undefined): PinholeError | undefined {
  return url?.startsWith("/i/") === true ? noImage() : undefined;
}

/** GET and HEAD of hosted images. The signature in the URL is the permission; no key is needed. */
export function hostedRoutes(app: FastifyInstance, hosted: HostedImages): void {
  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const [path = "", ...rest] = request.url.split("?");
    const answer = await hosted({
      method: request.method,
      path,
      query: readQuery(rest.join("?")),
      headers: request.headers,
    });
    if (answer.status === 404) {
      throw noImage();
    }
    if (answer.status === 410) {
      throw new PinholeError("result_expired", {
        message: "The image has expired or was deleted; generate it again.",
      });
    }
    void reply.code(answer.status);
    if (answer.body === undefined) return reply.headers(answer.headers).send("");
    return sendChunks(reply, answer.body, () => beginAnswer(reply, answer.headers));
  };
  app.get("/i/:name", { exposeHeadRoute: false }, serve);
  // A HEAD route that Fastify makes of the GET one would overwrite the picture's length with 0.
  app.head("/i/:name", serve);
}

/** The query exactly as it was signed, and a width where a small picture is asked for; whatever is missing, doubled, added or written otherwise makes it none. */
function readQuery(text: string): Readonly<Record<string, string | undefined>> {
  return { .../^e=(?<e>\d+)&k=(?<k>[\w-]+)&s=(?<s>[\w-]+)(?:&w=(?<w>\d+))?$/.exec(text)?.groups };
}
