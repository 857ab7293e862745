import { z } from "zod";
import { channelSchema } from "../../core/channel-words.ts";
import { operate, watch } from "./access.ts";
import type { AdminResource } from "./resource.ts";

/** A page of entries of the configuration. */
export const resourceQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  after: z.string().max(1000).default("").describe("The id after which the page begins."),
  removed: z.enum(["true", "false"]).default("false").describe("Deleted ones too."),
});

const channelBody = channelSchema.omit({ id: true });

export const channelTestBody = z.strictObject({
  paid: z
    .boolean()
    .default(false)
    .describe("Buy one real picture where no free check says enough."),
  model: z.string().min(1).max(200).optional().describe("Its model. Not set: the cheapest."),
});

const channelTest = z.strictObject({
  object: z.literal("channel_test"),
  channel: z.string(),
  ok: z.boolean(),
  paid: z.boolean().describe("A picture was asked for; it is booked under the label `test`."),
  steps: z
    .array(
      z.strictObject({
        name: z.enum(["check", "picture"]),
        credential: z.int().optional(),
        ok: z.boolean(),
        found: z.string().nullable(),
        error: z
          .strictObject({ code: z.string(), message: z.string(), detail: z.string().nullable() })
          .nullable(),
      }),
    )
    .describe("What was tried, up to the first step that failed."),
  model: z.string().nullable(),
  cost_usd: z.string().nullable(),
  request_id: z.string().nullable(),
});

const moment = z.iso.datetime();

const channel = z.looseObject({
  id: z.string(),
  provider: z.string().nullable(),
  settings: z
    .looseObject({})
    .describe(
      'Credentials stand in it as {"hint":"wxyz"}, their last four characters; sent back so, they stay.',
    ),
  models: z.array(z.unknown()).nullable().describe("null: all that the provider knows."),
  version: z.int().describe("Counts its changes, and is its ETag; 0: it is declared."),
  declared_at: z
    .string()
    .nullable()
    .describe("The line of the file, or the variable; null: in the database."),
  shadowed: z.boolean().describe("The file has one of the same id, which serves instead."),
  faulty: z.boolean().describe("It is not served, for the reason in `fault`."),
  fault: z.string().nullable(),
  created_at: moment.nullable(),
  changed_at: moment.nullable(),
  removed_at: moment.nullable(),
});

const nodeHealth = z.strictObject({
  object: z.literal("node_health"),
  node: z.string().describe("Its id, new at each start."),
  nodes: z.int().min(1).describe("Nodes at work on the database, this one included."),
  counting: z
    .enum(["alone", "joined", "apart"])
    .describe(
      "How limits are counted: `joined`, by all nodes together in Redis; `apart`, Redis is away and each node goes by its part of every limit; `alone`, there is no Redis and each counts for itself.",
    ),
  divisor: z.int().min(1).describe("The part: every limit is divided by this on this node."),
  why: z.string().nullable().describe("Of `apart`: what is the matter with Redis."),
});

/** Channels, as the admin API shows and changes them. */
export const channelResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/health/channels",
      access: watch,
      about:
        "The health of each channel and of each of its credentials: state, why, since, next probe, what is in flight.",
    },
    {
      method: "GET",
      path: "/admin/v1/health/node",
      access: watch,
      about:
        "The node that answers: how many nodes are at work beside it, and whether it counts limits together with them.",
      answer: "NodeHealth",
    },
    {
      method: "GET",
      path: "/admin/v1/channels",
      access: watch,
      about:
        "All channels, those of the file and of the database, in the order of their ids, without their credentials. `limit` and `after` (an id) make pages.",
      query: resourceQuery,
      answer: "ChannelList",
    },
    {
      method: "POST",
      path: "/admin/v1/channels",
      access: operate,
      about: "Makes a channel with an id of your choice, in the words of the file.",
      body: channelSchema,
      status: 201,
      answer: "Channel",
    },
    {
      method: "GET",
      path: "/admin/v1/channels/:id",
      access: watch,
      about: "One channel. Its version is the ETag.",
      answer: "Channel",
    },
    {
      method: "PUT",
      path: "/admin/v1/channels/:id",
      access: operate,
      mayCreate: true,
      about:
        "Makes a channel of this id, or sets all that it is; where it is so already nothing is changed, and no `If-Match` is needed.",
      body: channelBody,
      answer: "Channel",
    },
    {
      method: "PATCH",
      path: "/admin/v1/channels/:id",
      access: operate,
      about:
        "Changes what the body names; groups such as `settings` are merged, lists are replaced, and null is back to what stands where nothing is set. `If-Match` names the version that is changed.",
      body: channelBody.partial(),
      answer: "Channel",
    },
    {
      method: "DELETE",
      path: "/admin/v1/channels/:id",
      access: operate,
      about:
        "Deletes a channel and its credentials. Requests that run on it are finished; its name stays in records and books.",
      answer: "Channel",
    },
    {
      method: "POST",
      path: "/admin/v1/channels/:id/test",
      access: operate,
      verb: null,
      about:
        "Asks a channel's upstream whether it answers: free where the provider has a free check or makes pictures for nothing, else only with `paid`; a 409 tells model and price.",
      body: channelTestBody,
      answer: "ChannelTest",
    },
  ],
  schemas: {
    NodeHealth: nodeHealth,
    Channel: channel,
    ChannelTest: channelTest,
    ChannelList: z.looseObject({
      object: z.literal("list"),
      data: z.array(channel),
      next: z.string().nullable().describe("Asks for the next page as `after`; null: none."),
    }),
  },
};
