import { z } from "zod";
import type { AdminResource } from "./resource.ts";

/** A state in the words of the configuration file. Its entries are read one by one, so that all mistakes are told at once. */
const state = z
  .record(z.string(), z.unknown())
  .describe(
    "`teams`, `users`, `keys`, `channels`, `prices`, `money`, `aliases`, `policy` and `default_model` in the words of the configuration file; docs/operating.md.",
  );

const variables = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
  .default({})
  .describe("The values of `${NAME}` in the state.");

export const applyBody = z.strictObject({
  state,
  variables,
  dry_run: z.boolean().default(false).describe("Tell the difference, and change nothing."),
  prune: z
    .boolean()
    .default(false)
    .describe(
      "End what the state does not have, in the sections that it has: keys are revoked, teams and users disabled, all else deleted.",
    ),
});

export const exportQuery = z.strictObject({
  versions: z
    .enum(["true", "false"])
    .default("false")
    .describe("Each entry with its version, so that it replaces no other."),
});

const version = z.int().describe("The version of all that is served, and the ETag.");

const written = z.looseObject({
  object: z.literal("state"),
  version,
  state: z.looseObject({}).describe("In the words of the configuration file, without secrets."),
  left_out: z
    .array(z.object({ resource: z.string(), id: z.string() }))
    .describe("Rows that do not serve, since the configuration file has one of the same id."),
});

const difference = z.looseObject({
  object: z.literal("difference"),
  applied: z.boolean().describe("False: nothing was to be changed, or only the difference told."),
  version,
  changes: z.array(
    z.object({
      action: z.enum(["create", "change", "disable", "revoke", "delete"]),
      resource: z.string(),
      id: z.string(),
      fields: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
    }),
  ),
  unchanged: z.int().describe("Entries that stood as they were wanted."),
});

/** All that the database serves, written and read at once. `pinhole export` and `pinhole apply` are its commands. */
export const stateResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/export",
      verb: null,
      about:
        "All that the database serves, in the words of the configuration file: with the same secret it brings the same back. Keys are digests.",
      errors: [409],
      query: exportQuery,
      answer: "State",
    },
    {
      method: "POST",
      path: "/admin/v1/apply",
      verb: null,
      about:
        "Makes what a state wants, all of it in one commit or nothing, and tells the difference field by field. `If-Match` is the version of all that is served. All mistakes are told at once, as `error.faults`.",
      body: applyBody,
      answer: "Difference",
    },
  ],
  schemas: { State: written, Difference: difference },
};
