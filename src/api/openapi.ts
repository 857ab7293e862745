import type { z } from "zod";
import { labelsHeader, labelsHeaderPattern } from "../core/labels.ts";
import type { Operation } from "../core/request.ts";
import { adminResources } from "./admin/resources.ts";
import * as answers from "./answers.ts";
import { type JsonSchema, jsonSchemaOf, reference } from "./json-schema.ts";
import { imageBodies } from "./openapi-bodies.ts";
import { errorAnswers, errorSchema, headersOf } from "./openapi-errors.ts";
import { answerHeaders, type DocumentedRoute, requestHeaders, routes } from "./routes.ts";

/** The document as data; what is in it is JSON. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

const schemas: Readonly<Record<string, z.ZodType>> = {
  ImagesResponse: answers.imagesAnswer,
  Estimate: answers.estimate,
  KeyUsage: answers.keyUsage,
  Model: answers.model,
  ModelList: answers.modelList,
  Health: answers.health,
  Running: answers.running,
  Deleted: answers.deleted,
  ...Object.fromEntries(adminResources.flatMap(({ schemas: own }) => Object.entries(own))),
};

/** The good answer of a route, where it is more than some JSON object. */
interface RouteFacts {
  readonly summary?: string;
  readonly operation?: Operation;
  readonly verb?: string | null;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  readonly status?: number;
  readonly answer?: string;
  /** The body of a 202, where one may come. */
  readonly waiting?: string;
  /** Answers besides errors that are no JSON: media types by status; an empty list is an answer without a body. */
  readonly media?: Readonly<Record<string, readonly string[]>>;
  /** Statuses of errors that this route has and its sisters do not. */
  readonly errors?: readonly number[];
  readonly otherMedia?: readonly string[];
  readonly mayCreate?: true;
}

const pictures = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml"];

const facts: Readonly<Record<string, RouteFacts>> = {
  "POST /v1/images/generations": { operation: "generation", answer: "ImagesResponse" },
  "POST /v1/images/edits": { operation: "edit", answer: "ImagesResponse" },
  "POST /v1/images/variations": { operation: "variation", answer: "ImagesResponse" },
  "GET /v1/usage": { answer: "KeyUsage" },
  "POST /v1/images/estimate": { operation: "edit", answer: "Estimate" },
  "GET /v1/images/requests/:id": { answer: "ImagesResponse", waiting: "Running" },
  "DELETE /v1/images/requests/:id": { answer: "Deleted" },
  "GET /v1/models": { answer: "ModelList" },
  "GET /v1/models/*": { answer: "Model" },
  "GET /i/:name": {
    media: { "200": pictures, "206": pictures, "302": [], "304": [], "412": [], "416": [] },
  },
  "GET /openapi.json": {},
  "GET /": { media: { "200": ["text/html"] } },
  "GET /docs": { media: { "200": ["text/html"] } },
  "GET /docs/docs.css": { media: { "200": ["text/css"] } },
  "GET /health/live": { answer: "Health" },
  "GET /health/ready": { answer: "Health" },
  "GET /metrics": { media: { "200": ["text/plain"] } },
  ...Object.fromEntries(
    adminResources.flatMap(({ routes: of }) =>
      of.map((route) => [`${route.method} ${route.path}`, route]),
    ),
  ),
};

/** The API as an OpenAPI 3.1 document, derived from the schemas that read requests, the table of errors and the list of routes. */
export function openApiDocument(): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = pathOf(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Pinhole",
      version: "1",
      summary: "An OpenAI-compatible images API over every image model.",
      description:
        "The images API is OpenAI's: its official SDKs work with this server as base URL and a key of this gateway.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "A key of this gateway: pin_…" },
        admin: { type: "http", scheme: "bearer", description: "The admin token." },
        metrics: { type: "http", scheme: "bearer", description: "The token of `metrics.token`." },
      },
      headers: Object.fromEntries(
        answerHeaders.map(([name, description]) => [
          name,
          { description, schema: { type: "string" } },
        ]),
      ),
      schemas: {
        ...Object.fromEntries(
          Object.entries(schemas).map(([name, schema]) => [name, jsonSchemaOf(schema)]),
        ),
        Error: errorSchema(),
      },
    },
  };
}

/** `/v1/models/*` and `/admin/v1/keys/:id` as OpenAPI writes them. */
export function pathOf({ path }: Pick<DocumentedRoute, "path">): string {
  return path.replace(/:(\w+)/g, "{$1}").replace(/\*$/, "{model}");
}

function operationOf(route: DocumentedRoute): JsonSchema {
  const own = facts[`${route.method} ${route.path}`] ?? {};
  const body = bodyOf(own);
  const parameters = parametersOf(route, own);
  return {
    operationId: `${route.method.toLowerCase()}${pathOf(route)
      .replace(/[^a-z0-9]+/gi, "_")
      .replace(/_$/, "")}`,
    tags: [route.access === "admin" ? "admin" : route.path.startsWith("/v1/") ? "images" : "other"],
    ...(own.verb === undefined ? {} : { "x-pinhole-verb": own.verb }),
    summary: route.about.split(/(?<=\.) /, 1)[0],
    description: route.about,
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: body } }),
    responses: { ...goodAnswers(route, own), ...errorAnswers(route, own.errors) },
  };
}

function securityOf({ access }: DocumentedRoute): JsonSchema[] {
  if (access === "key") return [{ key: [] }];
  if (access === "metrics token") return [{ metrics: [] }];
  return access === "admin" ? [{ admin: [] }] : [];
}

function bodyOf(own: RouteFacts): Readonly<Record<string, unknown>> | undefined {
  if (own.operation !== undefined) return imageBodies(own.operation);
  return own.body === undefined
    ? undefined
    : { "application/json": { schema: jsonSchemaOf(own.body) } };
}

function parametersOf(route: DocumentedRoute, own: RouteFacts): JsonSchema[] {
  const inPath = [...pathOf(route).matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", minLength: 1 },
  }));
  const query = own.query === undefined ? {} : jsonSchemaOf(own.query);
  // A JSON schema's properties are schemas by name.
  const properties = (query["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
  }));
  const inHeader = own.operation === undefined ? [] : headerParameters();
  return [...inPath, ...inQuery, ...inHeader];
}

const headerSchemas: Readonly<Record<string, JsonSchema>> = {
  "x-pinhole-strict": { enum: ["true", "false"] },
  [labelsHeader]: { type: "string", pattern: labelsHeaderPattern },
};

function headerParameters(): JsonSchema[] {
  return requestHeaders
    .filter(([name]) => name !== "authorization")
    .map(([name, description]) => ({
      name,
      in: "header",
      required: false,
      description,
      schema: headerSchemas[name] ?? { type: "string" },
    }));
}

function goodAnswers(route: DocumentedRoute, own: RouteFacts): Readonly<Record<string, unknown>> {
  if (own.media !== undefined) {
    return Object.fromEntries(
      Object.entries(own.media).map(([status, types]) => [
        status,
        {
          description: statusWords[status] ?? "The answer.",
          ...(types.length === 0
            ? {}
            : { content: Object.fromEntries(types.map((type) => [type, {}])) }),
        },
      ]),
    );
  }
  const schema = own.answer === undefined ? { type: "object" } : reference(own.answer);
  const streamed = own.operation === "generation" || own.operation === "edit";
  const answer = {
    description: route.about,
    headers: headersOf(own.operation === undefined ? ["x-request-id"] : goodHeaders),
    content: {
      "application/json": { schema },
      ...(streamed ? { "text/event-stream": { schema: eventSchema } } : {}),
      ...Object.fromEntries((own.otherMedia ?? []).map((type) => [type, {}])),
    },
  };
  return {
    ...waitingAnswer(own),
    [own.status ?? 200]: answer,
    ...(own.mayCreate === true ? { 201: answer } : {}),
  };
}

function waitingAnswer({ waiting }: RouteFacts): JsonSchema {
  if (waiting === undefined) return {};
  const content = { "application/json": { schema: reference(waiting) } };
  const headers = headersOf(["x-request-id", "retry-after"]);
  return { 202: { description: "Not over yet; ask again.", headers, content } };
}

/** One event of a stream. */
const eventSchema: JsonSchema = {
  type: "object",
  required: ["event", "data"],
  properties: {
    event: {
      enum: [
        "image_generation.partial_image",
        "image_generation.completed",
        "image_edit.partial_image",
        "image_edit.completed",
        "error",
      ],
    },
    data: { type: "string", description: "A JSON object, as OpenAI publishes it." },
  },
};

const statusWords: Readonly<Record<string, string>> = {
  "200": "The whole.",
  "206": "The range that was asked for.",
  "302": "It is at the address in `location`.",
  "303": "Go on at the address in `location`.",
  "304": "Not changed since.",
  "412": "The condition does not hold.",
  "416": "There is no such range.",
};

const goodHeaders = answerHeaders
  .map(([name]) => name)
  .filter((name) => name !== "retry-after" && name !== "x-should-retry");
