import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { contentTypes } from "../../core/picture.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { inputImageLimits } from "../../pictures/limits.ts";
import { read } from "../admin/read-checked.ts";
import { beginAnswer } from "../server/begin-answer.ts";
import { keyOf } from "../server/authentication.ts";
import { sendChunks } from "../server/send-chunks.ts";
import { bodyBytesOf } from "../v1/read-body.ts";

/** The parts that the route works with. */
interface FetchedPictureParts {
  readonly gateway: Pick<Gateway, "admit" | "fetchPicture" | "openSpool">;
  /** Aborted when the gateway must end at once. */
  readonly stopped: AbortSignal;
}

/** The address below the plugin's prefix; like the others of the console it is for its own pages, and stands in no document. */
const fetchedPath = "/v1/fetched-pictures";
const bodySchema = z.strictObject({ url: z.string().min(1).max(4096) });
const fetchTimeoutMs = 20_000;

/**
 * POST /v1/fetched-pictures: the picture at an address, which a page may not fetch itself. It goes the way of
 * addresses in `image_url`, so nothing inside the gateway's network can be reached by it.
 */
export function fetchedPictureRoutes(app: FastifyInstance, parts: FetchedPictureParts): void {
  const { gateway, stopped } = parts;
  app.post(fetchedPath, async (request, reply) => {
    const { url } = read(bodySchema, request.body);
    const ticket = gateway.admit(bodyBytesOf(request));
    const spool = gateway.openSpool(keyOf(request).id);
    try {
      const picture = await gateway.fetchPicture(url, {
        spool,
        limits: inputImageLimits,
        signal: stopped,
        timeoutMs: fetchTimeoutMs,
        param: "url",
      });
      return await sendChunks(reply, picture.bytes.chunks(), () =>
        beginAnswer(reply, {
          "content-type": contentTypes[picture.format],
          "content-length": picture.bytes.byteLength,
        }),
      );
    } finally {
      spool.dispose();
      ticket.leave();
    }
  });
}
