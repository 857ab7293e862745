import type { ModelCard } from "../../src/core/model-card.ts";
import type { Price, PriceBlock } from "../../src/core/price.ts";
import { priceWords } from "../../src/core/price-words.ts";
import type { EnvironmentChannel, ListedProvider, Provider } from "../../src/core/provider.ts";
import { code, page, table, type Page } from "./markdown.ts";
import type { ShippedProvider } from "./pages.ts";
import { inputSchema, settingRows } from "./schema-table.ts";
import { curlExample, factTable, factWords, supportWords } from "./worked-example.ts";

const list = (words: readonly string[] | undefined): string => (words ?? []).map(code).join(" ");

/** Parts of a price that a table shows before it names how many more there are. */
const priceParts = 8;

export function priceCell(price: Price | undefined): string {
  const parts = priceWords(price);
  const shown = parts.slice(0, priceParts).join(", ");
  const days = price === undefined || price === "free" ? [] : [price].flat().map(readOn);
  const read = [...new Set(days)].filter((text) => text !== "").join(", ");
  const more = parts.length > priceParts ? `, and ${parts.length - priceParts} more` : "";
  return `${shown}${more}${read === "" ? "" : ` (${read})`}`;
}

function readOn({ as_of: day, certainty }: PriceBlock): string {
  if (day === undefined) return "";
  return certainty === "vendor"
    ? day
    : `${day}, ${certainty === "uncertain" ? "uncertain" : "quoted"}`;
}

function sizeWords(card: ModelCard): string {
  const rule = card.size_rule;
  const free =
    rule === undefined
      ? []
      : [
          `any WxH: sides divisible by ${rule.multiple}, edges ${rule.edge_min} to ${rule.edge_max}, ${rule.pixels_min} to ${rule.pixels_max} pixels`,
        ];
  return [list(card.sizes), ...free].filter((words) => words !== "").join("; ");
}

function modelRow(card: ModelCard): string[] {
  const retires = card.retires_at === undefined ? "" : ` (retires ${card.retires_at})`;
  return [
    `${code(card.name)}${retires}`,
    card.operations.join(", "),
    sizeWords(card),
    String(card.n),
    list(card.qualities),
    list(card.formats),
    card.images === undefined ? "" : `up to ${card.images.max}`,
    card.mask === undefined ? "no" : "yes",
    card.streaming ? "yes" : "no",
    priceCell(card.price),
  ];
}

const modelHead = [
  "model",
  "operations",
  "sizes",
  "n in one call",
  "qualities",
  "formats",
  "input images",
  "mask",
  "streams",
  "list price",
];

function settingsTable(provider: Provider): string {
  const rows = settingRows(inputSchema(provider.settings));
  return rows.length === 0 ? "None." : table(["setting", "form", "default", "meaning"], rows);
}

function optionsTable(provider: Provider): string {
  const rows = settingRows(inputSchema(provider.options));
  if (rows.length > 0) return table(["option", "form", "default", "meaning"], rows);
  const open = inputSchema(provider.options).additionalProperties;
  return open === undefined || open === false || open === null
    ? "None."
    : "Anything: what is inside is passed on under the upstream's own names.";
}

/** The variables that make a default channel: "`A`", "`A` and `B` (with `C`)", several ways joined by "or". */
export function environmentWords({ environment = [] }: ListedProvider): string {
  const together = (variables: EnvironmentChannel["needs"] = {}): string =>
    Object.keys(variables).map(code).join(" and ");
  return environment
    .map(({ needs, takes }) =>
      takes === undefined
        ? together(needs)
        : `${together(needs)} (and ${together(takes)} where set)`,
    )
    .join(", or ");
}

/** The variable that usually fills a setting. */
function variableOf({ environment = [] }: ListedProvider, setting: string): string {
  const ways = environment.map(({ needs, takes }) => ({ ...needs, ...takes }));
  const found = ways.flatMap(Object.entries<string>).find(([, filled]) => filled === setting);
  return found?.[0] ?? "UPSTREAM_KEY";
}

function channelExample({ line, provider }: ShippedProvider): string {
  const required = inputSchema(provider.settings).required ?? [];
  const settings = required.map(
    (name) =>
      `${name}: "${name === "base_url" ? "https://images.example.com" : `\${${variableOf(line, name)}}`}"`,
  );
  const needed = settings.length === 0 ? undefined : `{ ${settings.join(", ")} }`;
  const written = provider.example?.settings ?? needed;
  const name = provider.models[0]?.name ?? "some-model";
  // YAML keeps some first characters for itself.
  const model = /^[A-Za-z0-9]/.test(name) ? name : `"${name}"`;
  return [
    "```yaml",
    "channels:",
    `  - id: ${provider.id}-main`,
    `    provider: ${provider.id}`,
    ...(written === undefined ? [] : [`    settings: ${written}`]),
    `    models: ${provider.example?.models ?? `[${model}]`}`,
    "```",
  ].join("\n");
}

function providerPage(shipped: ShippedProvider): Page {
  const { line, provider } = shipped;
  const source = `\`src/providers/${provider.id}/index.ts\``;
  const named = provider.openEnded
    ? "A channel may also name models that are not listed here."
    : "For any other name, a channel gives `upstream` or `card`.";
  const models =
    provider.models.length === 0
      ? "No model is known in advance: a channel names what its upstream serves, with a card or without."
      : `${named}\n\n${table(modelHead, provider.models.map(modelRow))}`;
  const others = provider.defaultCard;
  const variables = environmentWords(line);
  const environment =
    variables === ""
      ? []
      : [
          `With ${variables} in the environment, a channel for it exists without any configuration.`,
        ];
  return page(`docs/providers/${provider.id}.md`, source, [
    `# ${provider.name}`,
    `${provider.about} [Documentation of the upstream](${provider.docs}).`,
    ...environment,
    channelExample(shipped),
    curlExample(provider),
    ...supportWords(provider),
    "## Settings",
    settingsTable(provider),
    "## Models",
    models,
    ...(others === undefined
      ? []
      : [
          "A model that is not listed and has no card in the configuration is taken to be:",
          table(modelHead, [["any other", ...modelRow(others).slice(1)]]),
        ]),
    `## \`provider_options.${provider.id}\``,
    optionsTable(provider),
    ...(provider.facts === undefined
      ? []
      : [
          "## What the facts rest on",
          `Prices have days of their own, in the table above. \`npm run record-fixture -- ${provider.id} --model …\` confirms a part by a live call of an account of yours.`,
          factTable(provider, provider.facts),
        ]),
  ]);
}

/** docs/providers.md and a page for each provider. */
export function providerPages(shipped: readonly ShippedProvider[]): Page[] {
  const rows = shipped.map(({ line, provider }) => [
    `[${provider.name}](providers/${provider.id}.md)`,
    code(provider.id),
    provider.about,
    environmentWords(line),
    String(provider.models.length),
    factWords(provider.facts),
  ]);
  const overview = page("docs/providers.md", "`src/providers`", [
    "# Providers",
    "A channel names its provider by the word in the second column. All known models side by side: [models](models.md). How to add one: [add a provider](add-a-provider.md).",
    table(
      ["provider", "`provider:`", "about", "environment variable", "known models", "facts from"],
      rows,
    ),
  ]);
  return [overview, ...shipped.map(providerPage)];
}
