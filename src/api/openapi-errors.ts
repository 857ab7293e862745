import { errorRow, errorTable, publicCode, type ErrorCode } from "../core/errors.ts";
import { type JsonSchema, reference } from "./json-schema.ts";
import type { DocumentedRoute } from "./routes.ts";

/** Headers by name, as components. */
export function headersOf(names: readonly string[]): JsonSchema {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The envelope of every error (CONTRACT "Errors"). */
export function errorSchema(): JsonSchema {
  return {
    type: "object",
    required: ["error"],
    properties: {
      error: {
        type: "object",
        required: ["message", "type", "param", "code"],
        properties: {
          message: { type: "string", description: "What to change, in one sentence." },
          type: { type: "string" },
          param: { type: ["string", "null"], description: "The field at fault." },
          code: { type: ["string", "null"], enum: publicCodes() },
          current: { description: "Of `version_stale`: what stands; null: nothing does." },
          test: {
            type: "object",
            description: "Of a test that would have to be paid: its model and its price.",
            required: ["model", "most_usd"],
            properties: { model: { type: "string" }, most_usd: { type: ["string", "null"] } },
          },
          faults: {
            type: "array",
            description: "Of a state or an entry: all that is wrong with it.",
            items: {
              type: "object",
              required: ["setting", "code", "message", "entry"],
              properties: {
                setting: {
                  type: "string",
                  description: "The place: `keys[0].rpm`; empty: the whole.",
                },
                entry: { type: ["string", "null"], description: "The id of the entry." },
                code: { type: "string" },
                message: { type: "string" },
              },
              additionalProperties: false,
            },
          },
        },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  };
}

function publicCodes(): string[] {
  const names = Object.keys(errorTable) as ErrorCode[]; // The keys of the table are its codes.
  return [...new Set(names.map(publicCode))];
}

/** Codes that only one kind of route gives. */
const imageOnly = new Set([413, 422, 429, 502, 504]);

/** Codes of changes of what an operator administers. */
const adminOnly = new Set([409, 412, 428]);

/** The errors that a route may answer with, by status, each with the codes that it has; `own` are statuses that its kind has not. */
export function errorAnswers(
  route: DocumentedRoute,
  own: readonly number[] = [],
): Readonly<Record<string, unknown>> {
  const byStatus = new Map<number, string[]>();
  for (const name of Object.keys(errorTable) as ErrorCode[]) {
    const { status, meaning } = errorRow(name);
    if (status === 405 || !(own.includes(status) || mayAnswer(route, status))) continue;
    const line = `\`${publicCode(name)}\`: ${meaning}`;
    byStatus.set(status, [...(byStatus.get(status) ?? []), line]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      String(status),
      {
        description: [...new Set(lines)].join("\n\n"),
        headers: headersOf(["x-request-id", "x-should-retry"]),
        content: { "application/json": { schema: errorOrHealth(route, status) } },
      },
    ]),
  );
}

/** The readiness check says what is wrong in a body of its own. */
function errorOrHealth(route: DocumentedRoute, status: number): JsonSchema {
  const own = route.path.startsWith("/health/") && status === 503;
  return own ? { anyOf: [reference("Health"), reference("Error")] } : reference("Error");
}

function mayAnswer(route: DocumentedRoute, status: number): boolean {
  if (status === 401) return route.access !== "open" && route.access !== "signed URL";
  // Roles, origins of pages, and tries at a password.
  if (status === 403 || status === 429) return route.access === "key" || isAdmin(route);
  if (imageOnly.has(status)) return route.access === "key" || status === 413;
  if (status === 404) return route.path !== "/v1/models";
  if (status === 410) return mayHaveExpired(route);
  if (adminOnly.has(status)) return route.access === "admin" && route.method !== "GET";
  if (status === 415) return route.method !== "GET";
  return true;
}

/** Pictures, and what is asked for again by an Idempotency-Key or a request's id, are kept for a time. */
function mayHaveExpired({ access, path }: DocumentedRoute): boolean {
  return access === "signed URL" || (path.startsWith("/v1/images/") && !path.endsWith("/estimate"));
}

function isAdmin({ path }: DocumentedRoute): boolean {
  return path.startsWith("/admin/");
}
