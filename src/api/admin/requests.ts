import { z } from "zod";
import { pageOf } from "../answers.ts";
import { watchParts } from "./access.ts";
import { requestTrace } from "./request-trace.ts";
import type { AdminResource } from "./resource.ts";

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  before: z.string().min(1).max(100).optional(),
});

const day = z.iso.datetime({
  offset: true,
  error: "must be a moment such as 2027-02-28T12:00:00Z",
});

/** A number of milliseconds, of three years at most. */
const duration = z.coerce.number().int().min(1).max(100_000_000_000).optional();

/** The words by which requests are looked for. */
const requestFilter = {
  state: z.enum(["running", "succeeded", "partial", "failed", "lost"]).optional(),
  model: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe("The name that the client used, or the model that ran."),
  key: z.string().min(1).max(100).optional().describe("Requests of this key, by its id."),
  user: z.string().min(1).max(100).optional().describe("Of the keys of this user."),
  team: z.string().min(1).max(100).optional().describe("Of the keys of this team."),
  channel: z.string().min(1).max(300).optional().describe("Requests that were tried there."),
  error: z.string().min(1).max(100).optional().describe("Requests that ended in this code."),
  from: day.optional().describe("The first moment."),
  to: day.optional().describe("The moment before which they began."),
  min_ms: duration.describe(
    "Requests that took so many milliseconds or more, from `created_at` to `finished_at`; those that run are left out.",
  ),
  max_ms: duration.describe("Requests that took so many milliseconds or less."),
  id: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[\x20-\x7d]+$/, { error: "must be printable ASCII characters" })
    .optional()
    .describe("The beginning of an id, or a client's own `x-request-id`."),
};

export const requestsQuery = pageQuery.extend({
  ...requestFilter,
  after: z.string().min(1).max(100).optional().describe("Only what is newer than this id."),
  format: z
    .enum(["json", "csv"])
    .default("json")
    .describe("`csv` has all that match, RFC 4180, without limit."),
});

export const statisticsQuery = z.object({
  ...requestFilter,
  show: z
    .enum(["all", "times"])
    .default("all")
    .describe("`times`: the pieces alone, which are quick."),
});

const states = z.strictObject({
  running: z.int(),
  succeeded: z.int(),
  partial: z.int(),
  failed: z.int(),
  lost: z.int(),
});
const named = z.array(
  z.strictObject({
    name: z.string().nullable(),
    title: z.string().nullable().optional(),
    requests: z.int(),
    failed: z.int(),
  }),
);

const statistics = z.strictObject({
  object: z.literal("request_statistics"),
  time_zone: z.string().describe("Days are those of this zone."),
  start: z.iso.datetime(),
  end: z.iso.datetime(),
  step: z.enum(["minute", "quarter", "hour", "day"]).describe("The length of a piece."),
  pieces: z.array(z.strictObject({ start: z.iso.datetime(), end: z.iso.datetime(), states })),
  totals: states,
  details: z
    .strictObject({
      images: z.int(),
      durations_ms: z
        .strictObject({ p50: z.int(), p95: z.int(), p99: z.int() })
        .nullable()
        .describe("Within which 50, 95 and 99 of a hundred were made."),
      errors: named.describe("By code; null: lost. The ten most frequent, as all below."),
      keys: named,
      models: named,
      channels: named.describe("Counted by attempts."),
    })
    .nullable()
    .describe("Null where the times alone were asked for."),
});

const requestRecord = z.looseObject({
  id: z.string(),
  operation: z.string(),
  model: z.string(),
  state: z.string(),
  person_id: z
    .string()
    .nullable()
    .describe(
      "The person who made it in the console, with the key that is theirs there or another of theirs; null: a program did.",
    ),
  person_name: z.string().nullable(),
  concealed: z
    .boolean()
    .describe(
      "True where `console.pictures` keeps prompt and pictures from the caller: `fields` then has no words, pictures have a size, their average `colour` and no path, the seed and what an upstream said are gone.",
    ),
});

const wholeRecord = requestRecord.extend({ trace: requestTrace.nullable() });

/** Request records, as the admin API shows them. */
export const requestResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/requests",
      access: watchParts,
      about:
        "Request records that match, newest first; a team's admin sees those of the team's keys, a key holder those of their own. `limit` and `before` (the `next` of the page before) make pages, `after` (an id) tells what is new. As JSON or CSV.",
      query: requestsQuery,
      otherMedia: ["text/csv"],
      answer: "RequestList",
    },
    {
      method: "GET",
      path: "/admin/v1/statistics",
      access: watchParts,
      verb: "requests",
      about:
        "Numbers of the requests that match: by time and state, by error, key, model and channel, and how long they took.",
      query: statisticsQuery,
      answer: "RequestStatistics",
    },
    {
      method: "GET",
      path: "/admin/v1/requests/:id",
      access: watchParts,
      about:
        "One request record with its attempts, when what happened, and what was sent upstream.",
      answer: "WholeRequestRecord",
    },
  ],
  schemas: {
    RequestRecord: requestRecord,
    WholeRequestRecord: wholeRecord,
    RequestStatistics: statistics,
    RequestList: pageOf(requestRecord),
  },
};
