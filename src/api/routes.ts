import { adminResources } from "./admin/resources.ts";

/**
 * A route as the documents show it. `openapi.ts` gives each its bodies and answers; test/docs.test.ts
 * compares the list with what src/http declares.
 */
export interface DocumentedRoute {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As src/http declares it: `:id` for one segment, `*` for the rest. */
  readonly path: string;
  readonly access: "key" | "admin" | "metrics token" | "signed URL" | "open";
  readonly about: string;
}

export const routes: readonly DocumentedRoute[] = [
  {
    method: "POST",
    path: "/v1/images/generations",
    access: "key",
    about: "Makes images from a prompt. `application/json`.",
  },
  {
    method: "POST",
    path: "/v1/images/edits",
    access: "key",
    about: "Changes images. `multipart/form-data` or `application/json`.",
  },
  {
    method: "POST",
    path: "/v1/images/variations",
    access: "key",
    about: "Makes variations of one square PNG under 4 MB. `multipart/form-data`.",
  },
  {
    method: "POST",
    path: "/v1/images/estimate",
    access: "key",
    about:
      "What a generation or an edit would cost at least and at most, by its body; no upstream is asked. `max` is null where nothing bounds it.",
  },
  {
    method: "GET",
    path: "/v1/images/requests/:id",
    access: "key",
    about:
      "What became of a request of this key, by its `x-request-id` or the newest with the client's own: the answer again, its error, 202 with `retry-after` while it runs, 410 where it was deleted or has expired.",
  },
  {
    method: "DELETE",
    path: "/v1/images/requests/:id",
    access: "key",
    about: "Deletes what is kept of a request: its images and their URLs are gone at once.",
  },
  {
    method: "GET",
    path: "/v1/usage",
    access: "key",
    about:
      "What the key has spent and reserved this month, by model and by day, and the standing of its budgets, its user's and its team's.",
  },
  { method: "GET", path: "/v1/models", access: "key", about: "The models that the key may use." },
  {
    method: "GET",
    path: "/v1/models/*",
    access: "key",
    about: "One model. Its name may contain slashes.",
  },
  {
    method: "GET",
    path: "/i/:name",
    access: "signed URL",
    about: "A hosted image, with range and conditional requests. Also HEAD.",
  },
  {
    method: "GET",
    path: "/openapi.json",
    access: "open",
    about: "This API as an OpenAPI 3.1 document.",
  },
  { method: "GET", path: "/", access: "open", about: "The console, for people who sign in." },
  { method: "GET", path: "/assets/:name", access: "open", about: "A file of the console." },
  { method: "GET", path: "/docs", access: "open", about: "This API as a page to read." },
  { method: "GET", path: "/docs/docs.css", access: "open", about: "The page's style sheet." },
  { method: "GET", path: "/health/live", access: "open", about: "200 while the process answers." },
  {
    method: "GET",
    path: "/health/ready",
    access: "open",
    about:
      "200 where this node can take requests, else 503 with the parts that fail: `configuration` (unread for a minute), `database` (away for 10 s), `images` (its own disk), `files`, `clock`; or while it stops. It writes nothing.",
  },
  {
    method: "GET",
    path: "/metrics",
    access: "metrics token",
    about:
      "Figures as Prometheus reads them, where `metrics.token` is set; with `metrics.listen` on an address of their own.",
  },
  ...adminResources.flatMap(({ routes: of }) =>
    of.map((route): DocumentedRoute => ({ ...route, access: "admin" })),
  ),
];

/** Headers of requests and answers that a client can rely on. */
export const requestHeaders: readonly (readonly [string, string])[] = [
  [
    "authorization",
    "`Bearer <key>` on every `/v1` route; `Bearer <admin token>` on every `/admin/v1` route.",
  ],
  [
    "x-request-id",
    "The client's own id: printable ASCII of at most 128 characters is echoed in `x-client-request-id` and kept with the record.",
  ],
  [
    "idempotency-key",
    "1 to 255 printable ASCII characters, on any POST of images: the same request under the same key within 24 hours is answered from the first one, running or finished; another request under it is a 422.",
  ],
  [
    "x-pinhole-strict",
    "`true`: a parameter that the model cannot honour is a 400 instead of a warning.",
  ],
  [
    "x-pinhole-labels",
    "At most 3 labels for reports of usage, with commas between them: a word, or `name=value`. They go before those of the key and its team.",
  ],
];

export const answerHeaders: readonly (readonly [string, string])[] = [
  ["x-request-id", "Ours, unique, on every answer."],
  [
    "x-should-retry",
    "On every error: `true` only where a second request can never buy a second image.",
  ],
  ["retry-after", "Seconds, where waiting helps."],
  ["x-pinhole-model", "The model that really ran."],
  ["x-pinhole-attempts", "How many upstream calls were tried."],
  [
    "x-pinhole-seed",
    "The seeds that the pictures were made with, in the answer's order: `7` or `7,8,9`; where each of them is known, also where the gateway drew it. Sent as `seed` it gives the same picture again, where the server can.",
  ],
  [
    "x-ratelimit-{limit,remaining,reset}-{requests,images}",
    "On every `/v1` answer, where the key has such a limit: requests a minute, and the tighter of images a minute and a day. `reset` is a duration as OpenAI writes it: `1s`, `6m0s`.",
  ],
  ["x-pinhole-cost", "US dollars, decimal, where the cost is known."],
  [
    "x-pinhole-price",
    "How the cost is known: `priced`, `free`, or `unknown`, where the model has no price or the upstream left out what it needs.",
  ],
  [
    "x-pinhole-warnings",
    "A JSON array of `{param, code, message}`, ASCII, at most 2 KB: what was left out or changed. The rest is in the record.",
  ],
  [
    "x-pinhole-replay-of",
    "On an answer that an earlier request made: the `x-request-id` of that one. Nothing was bought for this answer.",
  ],
  ["x-pinhole-channel", "Only where the operator exposes it (`expose_channel`)."],
  ["server-timing", "`gateway` and `upstream`, in milliseconds."],
];
