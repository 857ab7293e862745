import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { type ErrorCode, errorTable } from "../../src/core/errors.ts";
import { modelCardSchema } from "../../src/core/model-card.ts";
import { operations } from "../../src/core/request.ts";
import { claimsFile } from "./claims.ts";
import { pictureSpec } from "./contract-pictures.ts";

/**
 * The form of `src/providers/<id>/fixtures/*.json`: one conversation with an upstream, told from
 * the fact sheets. Texts may hold `{{base}}` (the test server's origin, where base_url points unless
 * `settings.base_url` says `{{base}}/some/path`), `{{model}}` (the model that is being replayed) and
 * `{{https://cdn.vendor.example}}` for another of the vendor's origins: the test server's too, and that
 * origin itself where the conversation is replayed with the addresses that ship.
 * In a request `{{uuid}}` stands for an id that the adapter makes for itself.
 * Inside `json`, `{"$picture": "png 64x64 #2"}` stands for that picture's base64, and
 * `{"$picture": "…", "as": "data_url"}` for its data URL, with `"as": "bytes"` for
 * the list of its bytes as numbers; `{"$join": ["![](", {"$picture": …}, ")"]}`
 * is one text of several parts.
 */
const headers = z.record(z.string(), z.string());

const file = z.strictObject({
  name: z.string(),
  /** A file part: its bytes are exactly the picture's, its content type is the picture's. */
  picture: pictureSpec,
});

const exchange = z.strictObject({
  request: z.strictObject({
    method: z.enum(["GET", "POST", "PUT", "DELETE"]),
    /** Path on the test server, with base_url's own path in front where it has one. */
    path: z.string().startsWith("/"),
    /** All of the query; absent: none. */
    query: z.record(z.string(), z.string()).default({}),
    /** Headers that must be there with this value; null: must not be there. */
    headers: z.record(z.string(), z.string().nullable()).default({}),
    /** The whole document, compared deeply. */
    json: z.json().optional(),
    /** All parts of a multipart/form-data body, in order. */
    form: z
      .array(z.union([z.strictObject({ name: z.string(), value: z.string() }), file]))
      .optional(),
    /** All fields of an application/x-www-form-urlencoded body. */
    urlencoded: z.record(z.string(), z.string()).optional(),
    /** A body that is a picture's bytes. */
    picture: pictureSpec.optional(),
  }),
  response: z.strictObject({
    status: z.int().min(200).max(599).default(200),
    headers: headers.default({}),
    json: z.json().optional(),
    text: z.string().optional(),
    picture: pictureSpec.optional(),
  }),
});

const tokenParts = z.strictObject({ text_tokens: z.int(), image_tokens: z.int() });

const errorCode = z
  .string()
  .refine((code) => Object.hasOwn(errorTable, code), { message: "is no code of core/errors.ts" })
  // The line above has just checked it.
  .transform((code) => code as ErrorCode);

export const fixtureSchema = z.strictObject({
  name: z.string().min(1),
  /** The fact that it rests on: file, section and line or row of the fact sheet. */
  source: z.string().min(1),
  /** The model, at the upstream; for a provider with cards one of its names. */
  model: z.string().optional(),
  /** Instead of `model`: it holds, and is replayed, for each of these. */
  models: z.array(z.string()).min(1).optional(),
  /** The operator's own card, for models that the provider has no card for. */
  card: modelCardSchema.optional(),
  /** As in pinhole.yaml. base_url is the test server unless said; write credentials as `test-secret-…`. */
  settings: z.record(z.string(), z.json()).default({}),
  /** `provider_options.<id>`. */
  options: z.record(z.string(), z.json()).default({}),
  /** The fitted request: as the gateway hands it to the adapter, under the contract's names. */
  request: z.strictObject({
    operation: z.enum(operations).default("generation"),
    prompt: z.string(),
    n: z.int().min(1).max(10).default(1),
    size: z.string().optional(),
    ratio: z.string().optional(),
    tier: z.string().optional(),
    quality: z.string().optional(),
    style: z.string().optional(),
    background: z.enum(["transparent", "opaque", "auto"]).optional(),
    output_format: z.enum(["png", "jpeg", "webp", "gif", "svg"]).optional(),
    output_compression: z.int().min(0).max(100).optional(),
    watermark: z.boolean().optional(),
    moderation: z.string().optional(),
    user: z.string().optional(),
    images: z.array(pictureSpec).default([]),
    mask: pictureSpec.optional(),
    /** Further contract fields and unknown ones. */
    more: z.record(z.string(), z.json()).default({}),
  }),
  /** Matched by method and path, in order among equals; each must be used, and nothing else asked. */
  exchanges: z.array(exchange).default([]),
  expect: z.strictObject({
    /** In the order of their index; the bytes must be exactly these. */
    pictures: z
      .array(
        z.strictObject({
          picture: pictureSpec,
          revisedPrompt: z.string().optional(),
          quality: z.string().optional(),
          background: z.string().optional(),
          seed: z.int().optional(),
        }),
      )
      .default([]),
    /** Absent: the adapter must report none. */
    usage: z
      .strictObject({
        input_tokens: z.int(),
        output_tokens: z.int(),
        total_tokens: z.int(),
        input_tokens_details: tokenParts,
        output_tokens_details: tokenParts.optional(),
        cached_tokens_details: tokenParts.optional(),
      })
      .optional(),
    /** What else a price may need: all that the adapter reports. Absent: nothing. */
    facts: z
      .strictObject({
        steps: z.number().optional(),
        seconds: z.number().optional(),
        counts: z.record(z.string(), z.number()).optional(),
      })
      .optional(),
    /** Nano-dollars. Absent: the adapter must report none. */
    charge: z.int().optional(),
    /** What the call ends in, after the pictures above. */
    error: z
      .strictObject({
        code: errorCode,
        message: z.string().optional(),
        param: z.string().optional(),
        retryAfterSeconds: z.number().min(0).optional(),
        evidence: z.enum(["never_sent", "refused", "caller", "unknown"]).optional(),
      })
      .optional(),
  }),
});
export type Fixture = z.infer<typeof fixtureSchema>;
export type Exchange = Fixture["exchanges"][number];

/** A fixture and where it stands. */
export interface LoadedFixture {
  readonly file: string;
  readonly fixture: Fixture;
}

/** Every fixture of one provider. A file holds one fixture or a list of them. Throws with the file's name on a mistake. */
export function loadFixtures(providerId: string): LoadedFixture[] {
  const folder = new URL(`../../src/providers/${providerId}/fixtures/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== claimsFile)
    .toSorted()
    .flatMap((name) => {
      const read = z
        .union([fixtureSchema.transform((one) => [one]), z.array(fixtureSchema)])
        .safeParse(JSON.parse(readFileSync(new URL(name, folder), "utf8")));
      if (!read.success)
        throw new Error(`${providerId}/fixtures/${name}: ${z.prettifyError(read.error)}`);
      return read.data.map((fixture) => ({ file: name, fixture }));
    });
}

/** The models for which a fixture is replayed. */
export function fixtureModels(fixture: Fixture): readonly string[] {
  if ((fixture.model === undefined) === (fixture.models === undefined))
    throw new Error(`${fixture.name}: give either model or models`);
  return fixture.models ?? [fixture.model ?? ""];
}
