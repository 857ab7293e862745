import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { consoleKeyPrefix } from "../../core/key.ts";
import type { Gateway, GalleryView } from "../../gateway/gateway.ts";
import { callerOf } from "../admin/callers.ts";
import { read } from "../admin/read-checked.ts";
import { beginAnswer } from "../server/begin-answer.ts";
import { sendChunks } from "../server/send-chunks.ts";
import { type ZipFile, zip } from "./zip.ts";

interface GalleryParts {
  readonly gateway: Pick<Gateway, "gallery">;
}

const pagePicturesMax = 200;
const zipPicturesMax = 500;
const zipBytesMax = 2e9;
const bodyBytesMax = 64 * 1024;

const moment = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional();
const querySchema = z.strictObject({
  q: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  saved: z.enum(["true", "false"]).optional(),
  from: moment,
  to: moment,
  before: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(pagePicturesMax).default(100),
});
const zipSchema = z.strictObject({ ids: z.array(z.string().max(100)).min(1) });

/** Addresses below the plugin's prefix. */
const allPath = "/v1/gallery";
const onePath = `${allPath}/:id`;

type One = FastifyRequest<{ Params: { id: string } }>;

/** The pictures of the person who is signed in: those that expire and those that they keep. */
export function galleryRoutes(app: FastifyInstance, { gateway: { gallery } }: GalleryParts): void {
  readSmallBodies(app);
  app.get(allPath, async (request) => {
    const { q, saved, ...rest } = read(querySchema, request.query);
    const owner = ownerOf(request);
    const words = q?.trim().toLowerCase();
    const isSaved = saved === undefined ? undefined : saved === "true";
    const page = await gallery.page(owner, { ...rest, words, saved: isSaved });
    const standing = await gallery.standing(owner);
    return {
      object: "list",
      data: page.pictures.map(pictureJson),
      has_more: page.hasMore,
      saved: {
        pictures: standing.saved,
        bytes: standing.savedBytes,
        bytes_max: standing.savedBytesMax,
      },
    };
  });
  app.get(onePath, async (request: One) =>
    pictureJson(await gallery.find(ownerOf(request), request.params.id)),
  );
  app.get(`${onePath}/family`, async (request: One) => {
    const family = await gallery.family(ownerOf(request), request.params.id);
    return {
      ancestors: family.ancestors.map((step) =>
        step.map(({ id, picture }) => ({ id, picture: picture ? pictureJson(picture) : null })),
      ),
      descendants: family.descendants.map(pictureJson),
    };
  });
  app.delete(onePath, async (request: One) => {
    await gallery.remove(ownerOf(request), request.params.id);
    return { id: request.params.id, deleted: true };
  });
  app.put(`${onePath}/saved`, async (request: One) =>
    pictureJson(await gallery.save(ownerOf(request), request.params.id)),
  );
  app.delete(`${onePath}/saved`, async (request: One) =>
    pictureJson(await gallery.unsave(ownerOf(request), request.params.id)),
  );
  app.post(`${allPath}/zip`, (request, reply) => sendZip(gallery, request, reply));
}

function readSmallBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "string", bodyLimit: bodyBytesMax },
    (_request, body, parsed) => {
      try {
        parsed(null, body === "" ? undefined : JSON.parse(String(body)));
      } catch {
        const message = "The body is no valid JSON document.";
        parsed(new PinholeError("invalid_json", { message }));
      }
    },
  );
}

function ownerOf(request: FastifyRequest): { personId: string; keyId: string } {
  const { id } = callerOf(request);
  return { personId: id, keyId: consoleKeyPrefix + id };
}

function pictureJson(picture: GalleryView): Record<string, unknown> {
  const { requestId, path, byteLength, madeFrom, createdAt, isSaved, expiresAt, ...rest } = picture;
  return {
    ...rest,
    request_id: requestId,
    url: path,
    byte_length: byteLength,
    made_from: madeFrom,
    created_at: new Date(createdAt).toISOString(),
    saved: isSaved,
    expires_at: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
  };
}

/** Sends the pictures as one archive. Their number and size are known before the first byte, so a refusal is in words. */
async function sendZip(
  gallery: Gateway["gallery"],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const ids = [...new Set(read(zipSchema, request.body).ids)];
  if (ids.length > zipPicturesMax) throw tooMany(`${ids.length} pictures`);
  const owner = ownerOf(request);
  const pictures: GalleryView[] = [];
  for (const id of ids) pictures.push(await gallery.find(owner, id));
  const bytes = pictures.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (bytes > zipBytesMax) throw tooMany(`${(bytes / 1e9).toFixed(1)} GB`);
  async function* files(): AsyncIterable<ZipFile> {
    for (const { id, format, createdAt } of pictures) {
      const blob = await gallery.open(owner, id);
      const name = `${id}.${format === "jpeg" ? "jpg" : format}`;
      yield { name, at: createdAt, chunks: () => blob.chunks() };
    }
  }
  return sendChunks(reply, zip(files()), () =>
    beginAnswer(reply, {
      "content-type": "application/zip",
      "content-disposition": 'attachment; filename="pinhole.zip"',
    }),
  );
}

function tooMany(what: string): PinholeError {
  return new PinholeError("request_too_large", {
    message: `An archive has ${zipPicturesMax} pictures and 2 GB at most, and this one would have ${what}; choose fewer.`,
  });
}
