import { notYet } from "../../src/config/not-yet.ts";
import { settingsReference, type SettingRow } from "../../src/config/reference.ts";
import { fileSource, settingSources } from "../../src/config/sources.ts";
import { code, page, table, type Page } from "./markdown.ts";
import type { ShippedProvider } from "./pages.ts";
import { environmentWords } from "./providers-page.ts";

const example = `\`\`\`yaml
server: { host: 127.0.0.1, port: 8080, public_url: "https://images.example.com", trusted_proxies: [loopback] }
images: { ttl: 1h, quota: 50GB }
keys:
  - { name: dev, key: "\${DEV_KEY}", models: ["*"] }
channels:
  - id: openai-main
    provider: openai
    settings: { api_key: "\${OPENAI_API_KEY}" }
    models:
      - gpt-image-2.6-flare                                   # a known name brings its card
      - { name: dall-e-3, upstream: gpt-image-2.6-sunburst }  # clients of an old name, served by a new model
    priority: 10
  - id: workshop
    provider: openai-compatible
    settings: { base_url: "http://10.0.0.5:8000/v1" }
    models:
      - { name: our-sdxl, card: { sizes: [1024x1024], n: 4, formats: [png] }, price: { per_image_usd: 0.004 } }
aliases: { fox: [gpt-image-2.6-flare, our-sdxl] }
default_model: fox
\`\`\``;

function rowsOf(group: (setting: string) => boolean): string[][] {
  return settingsReference()
    .filter((row) => group(row.setting))
    .map((row) => [
      code(row.setting),
      row.form,
      row.default === undefined ? (row.required ? "required" : "") : code(row.default),
      `${row.description}${notYetWords(row)}`,
    ]);
}

function notYetWords({ setting, supported }: SettingRow): string {
  if (!supported) return " **Not in this version: setting it is a fault.**";
  const partly = notYet.find((row) => row.setting === setting);
  return partly === undefined
    ? ""
    : ` Values that match ${code(String(partly.when))} are not in this version; ${partly.instead}.`;
}

const settingHead = ["setting", "form", "default", "meaning"];
const isKey = (name: string): boolean => name === "keys" || name.startsWith("keys[]");
const isChannel = (name: string): boolean => name === "channels" || name.startsWith("channels[]");

function sourceRows(): string[][] {
  const file = [
    "the file itself",
    fileSource.variables.map(code).join(", "),
    code(fileSource.flag),
    fileSource.help,
  ];
  const settings = settingSources.map((source) => [
    code(source.setting),
    source.variables.map(code).join(", "),
    source.flag === undefined ? "" : code(source.flag),
    source.help,
  ]);
  return [file, ...settings];
}

function channelVariables(shipped: readonly ShippedProvider[]): string {
  const rows = shipped.flatMap(({ line, provider }) => {
    const words = environmentWords(line);
    return words === "" ? [] : [[words, `[${provider.name}](providers/${provider.id}.md)`]];
  });
  return table(["variable", "makes a channel for"], rows);
}

/** docs/configuration.md. */
export function configurationPage(shipped: readonly ShippedProvider[]): Page {
  return page("docs/configuration.md", "`src/config` and `src/providers`", [
    "# Configuration",
    "Nothing has to be configured: without a file and without variables the sandbox is served. Settings come from flags, from the " +
      "environment and from a file; flags win over variables, which win over the file. Every fault is reported at once, with the " +
      "setting's name, the form expected and the line; unknown settings are faults. `pinhole check` reads the configuration " +
      "without starting.",
    example,
    "`${NAME}` in the file is replaced by that variable of the environment; `${NAME:-text}` by the text where it is not set. Durations are written `500ms`, `10s`, `5m`, `1h`, `7d`; " +
      "sizes `500KB`, `64MB`, `10GiB`. Relative folders count from where the process was started.",
    "## Settings",
    table(
      settingHead,
      rowsOf((name) => !isKey(name) && !isChannel(name)),
    ),
    "## Keys",
    table(settingHead, rowsOf(isKey)),
    "## Channels",
    "What stands in `settings` is on the [page of each provider](providers.md).",
    table(settingHead, rowsOf(isChannel)),
    "## Environment and flags",
    table(["setting", "variables", "flag of `serve` and `check`", "meaning"], sourceRows()),
    "The usual `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `NODE_EXTRA_CA_CERTS` hold for calls to upstreams. Commands that talk to a " +
      "running gateway read `PINHOLE_URL` and `PINHOLE_KEY`.",
    "These make a channel that serves every current model of their provider:",
    channelVariables(shipped),
  ]);
}
