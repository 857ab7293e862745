import { examples } from "../../../api/examples.ts";
import { imageFields, pictureFieldDocs, variationFields } from "../../../api/image-fields.ts";
import { jsonSchemaOf } from "../../../api/json-schema.ts";
import {
  answerHeaders,
  type DocumentedRoute,
  requestHeaders,
  routes,
} from "../../../api/routes.ts";
import { errorRow, errorTable, publicCode, type ErrorCode } from "../../../core/errors.ts";
import { escaped, prose, section, table } from "./markup.ts";

/** The API page: one HTML document without scripts, made of what the OpenAPI document is made of. */
export function docsPage(origin: string, model: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Pinhole API</title>
<link rel="stylesheet" href="docs/docs.css">
</head>
<body>
<nav aria-label="Contents">${contents()}</nav>
<main>
${intro(origin)}
${section("examples", "Examples", [exampleTabs(origin, model)])}
${section(
  "routes",
  "Routes",
  routeCards((route) => route.access !== "admin"),
)}
${section("fields", "Fields of generations and edits", [fieldTable()])}
${section("variations", "Variations", [variationProse()])}
${section("unknown", "What a model cannot do", [unknownProse()])}
${section("headers", "Headers", [headerTables()])}
${section("errors", "Errors", [errorTables()])}
${section(
  "admin",
  "Admin routes",
  routeCards((route) => route.access === "admin"),
)}
</main>
</body>
</html>
`;
}

const headings = [
  ["examples", "Examples"],
  ["routes", "Routes"],
  ["fields", "Fields"],
  ["variations", "Variations"],
  ["unknown", "What a model cannot do"],
  ["headers", "Headers"],
  ["errors", "Errors"],
  ["admin", "Admin routes"],
] as const;

function contents(): string {
  const links = headings.map(([id, title]) => `<li><a href="#${id}">${title}</a></li>`).join("");
  return `<a class="brand" href="#top"><span class="aperture" aria-hidden="true"></span>Pinhole</a><ul>${links}</ul><a class="plain" href="openapi.json">openapi.json</a>`;
}

function intro(origin: string): string {
  return `<header id="top">
<p class="eyebrow">API reference</p>
<h1>One small opening through which every image model comes.</h1>
<p class="lead">The images API is OpenAI’s. Point any of its SDKs at this server, with a key of this gateway, and every model that its operator configured answers in the same words.</p>
<dl class="facts">
<div><dt>Base URL</dt><dd><code>${escaped(origin)}/v1</code></dd></div>
<div><dt>Authorization</dt><dd><code>Bearer pin_…</code></dd></div>
<div><dt>Schema</dt><dd><a href="openapi.json">OpenAPI 3.1</a></dd></div>
</dl>
</header>`;
}

/** Tabs without a script: radio buttons that the style sheet reads. */
function exampleTabs(origin: string, model: string): string {
  const all = examples(origin, model);
  const inputs = all
    .map(
      ({ id }, index) =>
        `<input type="radio" name="example" id="tab-${id}"${index === 0 ? " checked" : ""}>`,
    )
    .join("");
  const labels = all.map(({ id, title }) => `<label for="tab-${id}">${title}</label>`).join("");
  const panels = all
    .map(({ code }) => `<pre tabindex="0"><code>${escaped(code)}</code></pre>`)
    .join("");
  return `<div class="tabs">${inputs}<div class="labels">${labels}</div><div class="panels">${panels}</div></div>`;
}

const accessWords: Readonly<Record<DocumentedRoute["access"], string>> = {
  key: "API key",
  admin: "admin token",
  "metrics token": "metrics token",
  "signed URL": "signed URL",
  open: "open",
};

function routeCards(wanted: (route: DocumentedRoute) => boolean): string[] {
  const rows = routes
    .filter(wanted)
    .map(({ method, path, access, about }) => [
      `<span class="method ${method.toLowerCase()}">${method}</span>`,
      `<code>${escaped(path)}</code>`,
      prose(about),
      `<span class="access">${accessWords[access]}</span>`,
    ]);
  return [table(["Method", "Path", "What it does", "Access"], rows)];
}

/** The form of a field in few words: its choices, its range, its type. */
function formOf(name: keyof typeof imageFields): string {
  const { type, enum: choices, minimum, maximum } = jsonSchemaOf(imageFields[name].schema);
  if (Array.isArray(choices)) {
    return choices.map((choice) => `<code>${escaped(String(choice))}</code>`).join(" ");
  }
  const word = typeof type === "string" ? type : "string";
  const bounded = typeof minimum === "number" && minimum > Number.MIN_SAFE_INTEGER;
  return bounded ? `${word} ${String(minimum)}–${String(maximum)}` : word;
}

function fieldTable(): string {
  const rows = Object.entries(imageFields).map(([name, { about }]) => [
    `<code>${name}</code>${name === "prompt" ? ' <span class="required">required</span>' : ""}`,
    // The keys of the table are its names.
    formOf(name as keyof typeof imageFields),
    prose(about),
  ]);
  const pictures = Object.entries(pictureFieldDocs).map(([name, { names, form, about }]) => [
    (names ?? [name]).map((one) => `<code>${escaped(one)}</code>`).join(" "),
    prose(form),
    prose(about),
  ]);
  const note =
    "<p>In JSON <code>null</code> means absent and a number is a number; in a form every field is text. What a model takes stands in its <code>capabilities</code> in <code>GET /v1/models</code>.</p>";
  return note + table(["Field", "Form", "Meaning"], [...rows, ...pictures]);
}

function variationProse(): string {
  const names = variationFields.map((name) => `<code>${name}</code>`).join(", ");
  return `<p>A form with one square PNG under 4 MB as <code>image</code>, and ${names}. A model that edits but has no variations serves them as edits where the operator’s <code>policy.variations_as_edits</code> says so.</p>`;
}

function unknownProse(): string {
  return `<p>Nothing you send is dropped in silence. A parameter that the model cannot honour is emulated where the gateway can do it truly (<code>n</code>, <code>output_format</code>, <code>output_compression</code>, <code>response_format</code>), else left out and named in <code>x-pinhole-warnings</code>. With <code>x-pinhole-strict: true</code> that is a 400. A mask or reference image that cannot be honoured always is.</p>
<p>A retired model (<code>dall-e-3</code>, say) is served by its successor: read by its own rules, answered in its own shape, with a <code>model_replaced</code> warning.</p>
<p>A provider’s own parameters go into <code>provider_options</code>, by provider; fields that nobody here knows go as they came to providers of the OpenAI dialect.</p>`;
}

function headerTables(): string {
  const rows = (headers: typeof requestHeaders): string[][] =>
    headers.map(([name, about]) => [`<code>${name}</code>`, prose(about)]);
  return (
    `<h3>You may send</h3>${table(["Header", "Meaning"], rows(requestHeaders))}` +
    `<h3>You get</h3>${table(["Header", "Meaning"], rows(answerHeaders))}`
  );
}

function errorTables(): string {
  const names = Object.keys(errorTable) as ErrorCode[]; // The keys of the table are its codes.
  const rows = names
    .filter((name) => publicCode(name) === name)
    .map((name) => {
      const { status, type, shouldRetry, meaning } = errorRow(name);
      const retry = shouldRetry ? '<span class="yes">yes</span>' : "no";
      return [
        String(status),
        `<code>${name}</code>`,
        `<code>${type}</code>`,
        retry,
        prose(meaning),
      ];
    });
  const envelope = `{"error": {"message": "…", "type": "…", "param": "size", "code": "invalid_value"}}`;
  return `<pre><code>${escaped(envelope)}</code></pre>${table(["Status", "Code", "Type", "Retry", "When"], rows)}`;
}
