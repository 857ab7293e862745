import { z } from "zod";
import { operate, watch } from "./access.ts";
import { resourceQuery } from "./channels.ts";
import type { AdminResource, AdminRoute } from "./resource.ts";

const moment = z.iso.datetime();

/** The part of every entry of the configuration that the gateway knows of it. */
const about = {
  version: z.int().describe("Counts its changes, and is its ETag; 0: it is declared."),
  declared_at: z.string().nullable().describe("The line of the file; null: in the database."),
  shadowed: z.boolean().describe("The file has one of the same id, which counts instead."),
  faulty: z.boolean().describe("It is not served as it is written, for the reason in `fault`."),
  fault: z.string().nullable(),
  created_at: moment.nullable(),
  changed_at: moment.nullable(),
  removed_at: moment.nullable(),
};

/** The routes and answers of one kind of entries. */
interface EntryKind {
  readonly path: `/admin/v1/${string}`;
  /** With its article: `an alias`. */
  readonly one: string;
  readonly many: string;
  readonly answer: string;
  /** Body without the id. */
  readonly words: z.ZodRawShape;
  /** The words as they are shown, where that is otherwise: null for what is not set. */
  readonly shown?: z.ZodRawShape;
  readonly id: z.ZodType;
}

/** A resource of entries that rest in the database beside those of the file. */
export function entryResource({
  path,
  one,
  many,
  answer,
  words,
  shown: shownWords = words,
  id,
}: EntryKind): AdminResource {
  const whole = z.strictObject(words);
  const shown = z.looseObject({ id: z.string(), ...shownWords, ...about });
  const of = `${path}/:id` as const;
  const routes: AdminRoute[] = [
    {
      method: "GET",
      path,
      access: watch,
      about: `All ${many}, those of the file and of the database, in the order of their ids. \`limit\` and \`after\` (an id) make pages.`,
      query: resourceQuery,
      answer: `${answer}List`,
    },
    {
      method: "POST",
      path,
      access: operate,
      about: `Makes ${one}, in the words of the file.`,
      body: z.strictObject({ id, ...words }),
      status: 201,
      answer,
    },
    { method: "GET", path: of, access: watch, about: `Shows ${one}.`, answer },
    {
      method: "PUT",
      path: of,
      access: operate,
      mayCreate: true,
      about: `Makes ${one} of this id, or sets all that it is; where it is so already nothing is changed, and no \`If-Match\` is needed.`,
      body: whole,
      answer,
    },
    {
      method: "PATCH",
      path: of,
      access: operate,
      about: `Changes ${one}. \`If-Match\` names the version that is changed.`,
      body: whole.partial(),
      answer,
    },
    {
      method: "DELETE",
      path: of,
      access: operate,
      about: `Deletes ${one}. What stands without it counts again.`,
      answer,
    },
  ];
  const list = z.looseObject({
    object: z.literal("list"),
    data: z.array(shown),
    next: z.string().nullable().describe("Asks for the next page as `after`; null: none."),
  });
  return { routes, schemas: { [answer]: shown, [`${answer}List`]: list } };
}
