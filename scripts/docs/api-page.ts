import type { z } from "zod";
import { adminResources } from "../../src/api/admin/resources.ts";
import { imageFields, pictureFieldDocs } from "../../src/api/image-fields.ts";
import { answerHeaders, requestHeaders, routes } from "../../src/api/routes.ts";
import { code, page, table, type Page } from "./markdown.ts";
import { formWords, inputSchema, settingRows } from "./schema-table.ts";

const settingHead = ["field", "form", "default", "meaning"];

const pictureRows = Object.entries(pictureFieldDocs).map(([name, { names, form, about }]) => [
  (names ?? [name]).map(code).join(", ") + (names === undefined ? "" : "…"),
  form,
  about,
]);

function fieldRows(): string[][] {
  return Object.entries(imageFields).map(([name, field]) => {
    const schema = inputSchema(field.schema);
    // A transform's input says no more than "text" here; what it takes stands in `about`.
    return [code(name), formWords(schema), field.about];
  });
}

const headerTable = (rows: readonly (readonly [string, string])[]): string =>
  table(
    ["header", "meaning"],
    rows.map(([name, about]) => [code(name), about]),
  );

/** The words that pictures carry, and the ones that are taken out of them. */
const carried = [
  "Texts, XMP, comments, EXIF and bytes behind a picture's end are taken out of made pictures before they are delivered, hosted or " +
    "kept, since local servers write prompts, seeds, models and whole workflows there. Pixels are not encoded again; colour profiles, " +
    "unknown parts and C2PA stay, and of EXIF the orientation, so that nothing lies on its side. A C2PA manifest that binds what was " +
    "taken out says that the file was changed since. `images.metadata: keep` leaves everything in. Pictures that you send go to the " +
    "upstream as they came.",
  "An SVG may hold scripts, so that it is delivered as base64 only and as it came. A request for a URL alone that a vector model would " +
    "serve is a 400 before anything is paid, also where the URL is the default: set `response_format` to `b64_json`.",
];

const streams = [
  "With `stream: true` a generation or an edit is answered with server-sent events as at OpenAI: `image_generation.partial_image` and " +
    "`image_generation.completed`, for edits `image_edit.…`, with all published fields. Each image has one completed event. Any model " +
    "can be streamed; previews come from models that make them (`capabilities.streaming`), in the preview's own size and format.",
  "`b64_json` is always there; `response_format: url` adds `url` to completed events. Where the published schema has no word for what is " +
    "true of `quality` or `background` it says `auto`; usage that no provider reported is zeros. `usage` and `pinhole.cost` of an event " +
    "are what its image adds: their sums are the request's.",
  table(
    ["in `pinhole`", "meaning"],
    [
      ["`request_id`", "The request's id, as in `x-request-id`."],
      ["`index`", "Which of the `n` images the event is about, from 0; previews have it too."],
      ["`model`", "What really ran."],
      ["`cost`", "US dollars, decimal text; left out where it is not known."],
      ["`price`", "How the cost is known: `priced`, `free` or `unknown`."],
      ["`warnings`", "What `x-pinhole-warnings` would say, without its limit of 2 KB."],
    ],
  ),
  "While nothing is ready, comment lines keep the connection open (`server.heartbeat`). Before the first byte an error is an ordinary " +
    "answer; after it an `error` event, and the stream ends. Where fewer images came than were asked for, the stream ends with a comment " +
    "line that says so, without an error.",
];

/** The fields that admin routes read, in the order of the routes. */
function adminBodies(): string[] {
  return adminResources.flatMap(({ routes: of }) =>
    of.flatMap(({ method, path, body, query }) => [
      ...(query === undefined ? [] : [`Query of \`${method} ${path}\`:`, fieldTable(query)]),
      ...(body === undefined ? [] : [`Body of \`${method} ${path}\`:`, fieldTable(body)]),
    ]),
  );
}

function fieldTable(schema: z.ZodType): string {
  return table(settingHead, settingRows(inputSchema(schema)));
}

/** docs/api.md. */
export function apiPage(): Page {
  return page("docs/api.md", "`src/api`", [
    "# API",
    "A running gateway shows this page with examples at `/docs`, and as an OpenAPI 3.1 document at `/openapi.json`.",
    "The images API is OpenAI's: its official SDKs work with the base URL `http://<host>:<port>/v1` and a key of this gateway. " +
      "Errors are on [a page of their own](errors.md).",
    "## Routes",
    table(
      ["route", "access", "what it does"],
      routes.map((route) => [code(`${route.method} ${route.path}`), route.access, route.about]),
    ),
    "## Fields of generations and edits",
    "`prompt` is required, and `model` unless the operator set `default_model`. `null` means absent. In JSON a number sent as text is " +
      "a 400; in a form it is read as a number. What a field may be depends on the model as well: `GET /v1/models` shows each " +
      "model's `capabilities`. Fields that are not listed are forwarded as they came to providers of the OpenAI dialect.",
    table(["field", "form", "meaning"], [...fieldRows(), ...pictureRows]),
    "A parameter that the model cannot honour is emulated where the gateway can do it truly (`n`, `output_format`, " +
      "`output_compression`, `response_format`), else left out and named in `x-pinhole-warnings`; strict mode makes that a 400. A mask or " +
      "reference image that cannot be honoured is always a 400.",
    "## Streams",
    ...streams,
    "## What a picture carries",
    ...carried,
    "## Headers of a request",
    headerTable(requestHeaders),
    "## Headers of an answer",
    headerTable(answerHeaders),
    "## A client that went away",
    "A generation that the upstream may already have charged is finished and kept when its client goes away; nothing more is " +
      "attempted for it. It can be fetched from `GET /v1/images/requests/{id}`. The retry of an official SDK " +
      "(`x-stainless-retry-count` above 0) is answered from the request that it repeats, running or finished within " +
      "`server.retry_window`: the oldest of the same key with the same fields and files whose client has gone. Four equal calls " +
      "at once stay four calls. Errors with `x-should-retry: true` bought nothing and are never answered from.",
    "Some clients repeat a failed call without saying so. Within `policy.repeat_window` the same request of the same key is answered " +
      "from one that failed and may have been billed, and attached to one whose client left without its answer; equal calls after a " +
      "success are calls of their own. A fresh `Idempotency-Key` always buys again. Where the gateway's process ended while a request " +
      "ran, its repeat and its id answer 502 `outcome_unknown`, with what may have been bought; where it was killed as it answered, the " +
      "repeat is given the picture that was kept.",
    "## The admin API",
    "Its routes are below `/admin/v1`. The addresses of before, without `/v1`, answer 308 with the new one in `location`.",
    ...adminBodies(),
  ]);
}
