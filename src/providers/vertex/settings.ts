import { z } from "zod";
import { secretSchema } from "../../core/provider.ts";
import { httpAddress, regionalUrl } from "../../dialects/settings.ts";
import { Secret } from "../../core/secret.ts";
import { safetyThreshold } from "../../dialects/generate-content/index.ts";

/** The parts of a service account's key file that signing in needs. */
const keyFileSchema = z.object({
  client_email: z.string().min(1),
  private_key: z.string().includes("PRIVATE KEY"),
  project_id: z.string().min(1).optional(),
  token_uri: httpAddress().default("https://oauth2.googleapis.com/token"),
});

/** A service account, read from its key file. */
export interface ServiceAccount {
  readonly email: string;
  readonly privateKey: Secret;
  readonly projectId: string | undefined;
  readonly tokenUrl: string;
}

/** The key file as text, as it comes from an environment variable: JSON, or JSON in base64. */
const serviceAccount = secretSchema.transform((text, context): ServiceAccount => {
  const read = keyFileSchema.safeParse(parsed(text.reveal()));
  if (!read.success) {
    const isAddress = read.error.issues.every(({ path }) => path[0] === "token_uri");
    context.addIssue({
      code: "custom",
      message: isAddress
        ? "must be the text of a service account's key file whose `token_uri` is an http or https address without user name and password"
        : "must be the text of a service account's key file (JSON with client_email and private_key), or that in base64",
    });
    return z.NEVER;
  }
  const { client_email: email, private_key: key, project_id, token_uri } = read.data;
  return {
    email,
    // Variables often hold the line breaks as backslash and n.
    privateKey: new Secret(key.replaceAll("\\n", "\n")),
    projectId: project_id,
    tokenUrl: token_uri,
  };
});

function parsed(text: string): unknown {
  const json = text.trimStart().startsWith("{")
    ? text
    : Buffer.from(text, "base64").toString("utf8");
  try {
    return JSON.parse(json);
  } catch {
    // No JSON: the schema's message says what is wanted.
    return undefined;
  }
}

/** The host that serves a location (cloud.google.com, locations, read 2026-11-26). */
function originOf(location: string): string {
  if (location === "global") return "https://aiplatform.googleapis.com";
  if (location === "us" || location === "eu")
    return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}

/** Settings of a channel. */
export const settings = z
  .strictObject({
    base_url: regionalUrl(),
    location: z
      .string()
      .regex(/^[a-z0-9-]+$/, { message: "must be a location, for example global or us-central1" })
      .default("global")
      .describe("global, the multi-regions us and eu, or a region such as us-central1."),
    project: z
      .string()
      .regex(/^[a-z0-9.:-]+$/, { message: "must be a project's id or number" })
      .optional()
      .describe("Project that pays. Not set: the service account's own; express mode needs none."),
    service_account: serviceAccount
      .optional()
      .describe("Text of a service account's key file, as JSON or in base64."),
    access_token: secretSchema
      .optional()
      .describe("A ready OAuth access token, instead of service_account."),
    api_key: secretSchema
      .optional()
      .describe("Key of express mode, instead of service_account; without a project in the path."),
    api_version: z
      .enum(["v1", "v1beta1"])
      .default("v1")
      .describe("Version of the API, the first part of each path."),
    safety_threshold: safetyThreshold,
    person_generation: z
      .enum(["ALLOW_ALL", "ALLOW_ADULT", "ALLOW_NONE"])
      .optional()
      .describe("Which people may be drawn. Not set: the vendor decides."),
  })
  .refine((given) => oneOf([given.service_account, given.access_token, given.api_key]), {
    message: "must have one of service_account, access_token and api_key",
    path: ["service_account"],
  })
  .refine(
    (given) =>
      given.api_key !== undefined ||
      (given.project ?? given.service_account?.projectId) !== undefined,
    { message: "must be given, since the credentials name no project", path: ["project"] },
  )
  .transform((given) => ({
    ...given,
    base_url: given.base_url ?? originOf(given.location),
    project: given.project ?? given.service_account?.projectId,
  }));
export type Settings = z.output<typeof settings>;

function oneOf(values: readonly unknown[]): boolean {
  return values.filter((value) => value !== undefined).length === 1;
}
