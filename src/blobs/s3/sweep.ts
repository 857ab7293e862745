import { readS3Page, type S3Object, type S3Page } from "./answers.ts";
import type { KnownIds } from "../types.ts";
import type { S3Client } from "./client.ts";
import { idLetter, readBucketId } from "./key.ts";
import { unavailable } from "./standing.ts";
import { createTurns } from "./turns.ts";

/** Pages of a listing that one run looks at. */
const pagesMax = 50;
/** Objects that are deleted at once. */
const deletingMax = 16;
/** Age at which an object without a record has none coming any more, milliseconds. */
const strayMs = 24 * 3_600_000;

/** A picture in a listing. */
interface Listed {
  readonly id: string;
  readonly expiresAt: number;
  readonly modifiedAt: number;
}

/** Deletes what expired before `now`. The listing begins with what expires first, so it ends where the rest is good. */
export async function sweepExpired(client: S3Client, now: number): Promise<number> {
  let swept = 0;
  for await (const page of pagesOf(client, undefined)) {
    const due = page.pictures.filter(({ expiresAt }) => expiresAt < now);
    swept += await removeAll(client, due);
    if (due.length < page.pictures.length) break;
  }
  return swept;
}

/** The search for objects that no record names, a part of the bucket at each run. */
export interface StraySearch {
  /** Deletes those that are old enough to have a record. Returns how many. */
  run(knownIds: KnownIds): Promise<number>;
}

/** A search that begins with the objects that expire first, and begins again when it has come to the end. */
export function createStraySearch(client: S3Client): StraySearch {
  let next: string | undefined;
  return {
    async run(knownIds) {
      let removed = 0;
      for await (const page of pagesOf(client, next)) {
        const old = page.pictures.filter(
          ({ modifiedAt }) => modifiedAt < client.ports.now() - strayMs,
        );
        removed += await removeAll(client, await withoutRecord(old, knownIds));
        next = page.next;
      }
      return removed;
    },
  };
}

async function withoutRecord(
  pictures: readonly Listed[],
  knownIds: KnownIds,
): Promise<readonly Listed[]> {
  const expiries = pictures.map(({ expiresAt }) => expiresAt);
  if (expiries.length === 0) return [];
  const known = await knownIds(Math.min(...expiries), Math.max(...expiries));
  return pictures.filter(({ id }) => !known.has(id));
}

interface Page {
  /** The pictures of ours among the page's objects; what else is in the bucket is let be. */
  readonly pictures: readonly Listed[];
  readonly next: string | undefined;
}

async function* pagesOf(client: S3Client, from: string | undefined): AsyncGenerator<Page> {
  let token = from;
  for (let count = 0; count < pagesMax; count += 1) {
    const { objects, next } = await pageOf(client, token);
    yield { pictures: objects.flatMap((object) => pictureOf(client, object)), next };
    if (next === undefined) return;
    token = next;
  }
}

async function pageOf(client: S3Client, token: string | undefined): Promise<S3Page> {
  const { prefix } = client.bucket;
  const query = {
    ...(token === undefined ? {} : { "continuation-token": token }),
    "list-type": "2",
    prefix: prefix + idLetter,
  };
  const { text, error } = await client.ask({ method: "GET", key: "", query });
  const page = error === undefined ? readS3Page(text) : undefined;
  if (page !== undefined) return page;
  throw unavailable(
    error === undefined
      ? "the bucket's listing cannot be read"
      : `the bucket cannot be listed: ${error.code} ${error.message}`,
  );
}

function pictureOf({ bucket }: S3Client, { key, modifiedAt }: S3Object): Listed[] {
  const id = key.slice(bucket.prefix.length);
  const facts = readBucketId(id);
  return facts === undefined ? [] : [{ id, expiresAt: facts.expiresAt, modifiedAt }];
}

/** One by one: not every server takes many in one request. */
async function removeAll(client: S3Client, pictures: readonly Listed[]): Promise<number> {
  const deleting = createTurns(deletingMax);
  const removed = await Promise.all(
    pictures.map(({ id }) =>
      deleting.take(async () => {
        const { error, status } = await client.ask({ method: "DELETE", key: id });
        if (error !== undefined && status !== 404)
          throw unavailable(`an image could not be deleted: ${error.code} ${error.message}`);
      }),
    ),
  );
  return removed.length;
}
