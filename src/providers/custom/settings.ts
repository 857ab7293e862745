import { z } from "zod";
import type { ErrorCode } from "../../core/errors.ts";
import { secretSchema } from "../../core/provider.ts";
import { ownBaseUrl } from "../../dialects/settings.ts";
import { operationFaults } from "./check.ts";

const place = z.string().regex(/^[^.\s]+(\.[^.\s]+)*$/, {
  message: "must be a place in the answer, such as data.*.url",
});

/** One place or several, the most exact first. */
const places = z.union([place.transform((one) => [one]), z.array(place).min(1)]);

const path = z.string().startsWith("/", { message: "must begin with /" });

/** Meanings that an error can have, in words for people, with the codes of this gateway. */
const meanings = {
  moderation: "moderation_blocked",
  credentials: "upstream_credentials",
  rate_limit: "upstream_rate_limited",
  busy: "upstream_busy",
  model_missing: "upstream_model_missing",
  invalid: "invalid_value",
  too_large: "image_too_large",
  refused: "upstream_refused",
  failed: "upstream_failed",
} as const satisfies Record<string, ErrorCode>;

// The keys of the table, of which there are some.
const meaning = z.enum(Object.keys(meanings) as [keyof typeof meanings]);

/** The code of this gateway that a meaning is. */
export const codeOf = (word: keyof typeof meanings): ErrorCode => meanings[word];

const pattern = z.string().refine(isPattern, { message: "must be a regular expression" });

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "i") instanceof RegExp;
  } catch {
    return false;
  }
}

const operation = z.strictObject({
  path: path.describe("Path under base_url; may hold {model}."),
  method: z.enum(["POST", "PUT", "GET"]).default("POST").describe("Method of the call."),
  as: z
    .enum(["json", "form", "query"])
    .default("json")
    .describe("How fields travel: a JSON document, multipart/form-data with files, or the query."),
  fields: z
    .record(z.string(), z.json())
    .refine((fields) => Object.keys(fields).length > 0, { message: "must name at least one field" })
    .describe(
      "The fields. Texts may hold words in braces: {prompt}, {width}x{height}, {size|1024x1024} with what is sent where the request does not say.",
    ),
});
export type OperationSettings = z.output<typeof operation>;

const auth = z.strictObject({
  in: z
    .enum(["bearer", "header", "query", "basic", "none"])
    .default("bearer")
    .describe(
      "Where the key goes: Authorization: Bearer, a header, the query, or basic with it as password.",
    ),
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, { message: "must be the name of a header or a query field" })
    .optional()
    .describe("The header's or the query field's name."),
  prefix: z.string().default("").describe("What stands before the key in a header: `Key `."),
  user: z.string().default("").describe("The user of basic."),
});

const jobs = z.strictObject({
  id: places.default(["id"]).describe("Where the answer to the submission says the job's id."),
  path: path
    .optional()
    .describe("Path under base_url for asking after a job; holds {id}. Not set: `url` is used."),
  url: places
    .optional()
    .describe(
      "Where the answer says the address to ask, on base_url's origin or credential_hosts.",
    ),
  status: places.default(["status"]).describe("Where the state says its word."),
  done: z.array(z.string().min(1)).min(1).describe("Words that mean that the result is there."),
  failed: z
    .array(z.string().min(1))
    .min(1)
    .describe("Words that mean that there will be none. Any other word is a running job."),
  progress: z
    .strictObject({
      at: places,
      whole: z.number().positive().default(100).describe("What it says at the end: 100 or 1."),
    })
    .optional()
    .describe("Where the state says how far it is."),
  result_path: path
    .optional()
    .describe("Path of the result, holds {id}, where the state has none."),
  result_url: places.optional().describe("Where the state says the address of the result."),
  first_ms: z.int().min(50).max(60_000).default(500).describe("First wait between questions."),
  max_ms: z.int().min(50).max(60_000).default(5000).describe("Longest wait between questions."),
});

const result = z.strictObject({
  pictures: places
    .default(["data.*.b64_json", "data.*.url"])
    .describe(
      "Where pictures are: base64, data URLs or links. An answer that is a picture itself needs none.",
    ),
  revised_prompt: place
    .optional()
    .describe("The prompt as used, seen from a picture's list element."),
  seed: place.optional().describe("The seed, seen from a picture's list element."),
  refuse: z
    .array(
      z.strictObject({
        at: place.describe("Seen from a picture's list element."),
        is: z.union([z.string(), z.number(), z.boolean()]),
        means: meaning,
      }),
    )
    .default([])
    .describe(
      "Pictures that are there and must not be delivered, such as placeholders for blocked ones.",
    ),
  usage: z
    .boolean()
    .default(false)
    .describe("True: `usage` in the answer is OpenAI's, and prices by token may be used."),
});

const errors = z.strictObject({
  code: places
    .default(["error.code", "error.type", "code", "error"])
    .describe("Where errors say a word for machines."),
  message: places
    .default(["error.message", "message", "detail", "error"])
    .describe("Where errors say a sentence for people."),
  words: z
    .partialRecord(meaning, z.array(z.union([z.string().min(1), z.number().transform(String)])))
    .default({})
    .describe("Words for machines by what they mean; * at the end stands for any rest."),
  sentences: z
    .partialRecord(meaning, z.array(pattern))
    .default({})
    .describe(
      "Regular expressions for sentences, by what they mean; asked where no word is known.",
    ),
  statuses: z
    .record(
      z.string().regex(/^[45]\d\d$/, { message: "must be a status from 400 to 599" }),
      meaning,
    )
    .default({})
    .describe("What a status means here, where it is not the usual thing."),
  with_good_status: z
    .boolean()
    .default(false)
    .describe("True: an answer with status 200 may be an error, which `code` says."),
  fine: z
    .array(z.union([z.string().min(1), z.number().transform(String)]))
    .default([])
    .describe("Words at `code` that are no error: 0, success."),
});

const option = z.strictObject({
  type: z.enum(["text", "number", "whole", "flag"]).describe("What kind of value it takes."),
  min: z.number().optional().describe("The least number, or length of a text."),
  max: z.number().describe("The greatest number, or length of a text; any number for a flag."),
  words: z.array(z.string()).min(1).optional().describe("The only texts that it takes."),
});

const host = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, { message: "must be a host's name" });

/** Settings of a channel. */
export const settings = z
  .strictObject({
    base_url: ownBaseUrl("Origin and path of the API."),
    api_key: secretSchema.optional().describe("The key, which `auth` says the place of."),
    auth: auth.prefault({}).describe("How calls are authorised."),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9-]+$/), secretSchema)
      .default({})
      .describe("Further headers of every call; treated as secrets."),
    generation: operation.optional().describe("How pictures are made. Not set: they are not."),
    edit: operation.optional().describe("How pictures are edited. Not set: they are not."),
    images_per_call: z
      .int()
      .min(1)
      .max(10)
      .default(10)
      .describe("Pictures that one call makes at most, where fields hold {n}; else it is one."),
    options: z
      .record(z.string().regex(/^[a-z][a-z0-9_]*$/i), option)
      .default({})
      .describe("What callers may set in provider_options.custom, used as {option.NAME}."),
    result: result.prefault({}).describe("Where the result is."),
    jobs: jobs
      .optional()
      .describe("Set where a call makes a job that is asked for until it is done."),
    errors: errors.prefault({}).describe("What errors look like."),
    cost: z
      .strictObject({
        at: places.optional().describe("Where the answer says it."),
        header: z.string().min(1).optional().describe("The answer's header that says it."),
        unit_usd: z
          .number()
          .positive()
          .default(1)
          .describe("What one of its units is in US dollars."),
      })
      .optional()
      .describe("Where the upstream says what a call cost. Not set: the model's price says it."),
    models: z
      .strictObject({ path, names: places })
      .optional()
      .describe(
        "Where the upstream lists its models, free of charge, and where the names are in it.",
      ),
    credential_hosts: z
      .array(host)
      .default([])
      .describe("Hosts besides base_url's that are asked for jobs, with the key."),
    result_hosts: z
      .array(
        z.string().regex(/^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$/, { message: "must be a host's name" }),
      )
      .min(1)
      .optional()
      .describe("The only hosts that pictures are fetched from. Not set: any public host."),
  })
  .superRefine((given, context) => {
    for (const { path: at, message } of operationFaults(given))
      context.addIssue({ code: "custom", path: [...at], message });
  });
export type Settings = z.output<typeof settings>;
