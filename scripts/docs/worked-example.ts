import { imageFields } from "../../src/api/image-fields.ts";
import type { ModelCard } from "../../src/core/model-card.ts";
import { factParts, type Facts } from "../../src/core/facts.ts";
import type { Provider } from "../../src/core/provider.ts";
import { code, table } from "./markdown.ts";

/** The card by which the example asks, and the name that a channel gives it. */
interface Example {
  readonly name: string;
  readonly card: ModelCard | undefined;
}

function exampleOf(provider: Provider): Example {
  const named = /name: ([^,}\s]+)|^\[([^\]{},]+)/.exec(provider.example?.models ?? "");
  const name = named?.[1] ?? named?.[2] ?? provider.models[0]?.name ?? "some-model";
  const card = provider.models.find((one) => one.name === name || one.also.includes(name));
  return { name, card: card ?? provider.models[0] ?? provider.defaultCard };
}

/** A size that the model takes, not its default where it has another: an example shows something. */
function sizeOf(card: ModelCard | undefined): string | undefined {
  const sizes = (card?.sizes ?? []).filter((size) => size !== "auto");
  return sizes.find((size) => size !== card?.size_default) ?? sizes[0] ?? card?.size_default;
}

/** One request for the example's channel, to paste into a shell. */
export function curlExample(provider: Provider): string {
  const { name, card } = exampleOf(provider);
  const size = sizeOf(card);
  const quality = card?.qualities?.find((word) => word !== "auto");
  const seed = card?.parameters.includes("seed") === true ? 7 : undefined;
  const fields = { model: name, prompt: "A fox in the snow", size, quality, seed };
  const canGenerate = card?.operations.includes("generation") ?? true;
  const lines = canGenerate
    ? [
        "curl $PINHOLE_URL/v1/images/generations \\",
        '  -H "Authorization: Bearer $PINHOLE_KEY" -H "Content-Type: application/json" \\',
        `  -d '${JSON.stringify(fields)}'`,
      ]
    : [
        'curl $PINHOLE_URL/v1/images/edits -H "Authorization: Bearer $PINHOLE_KEY" \\',
        `  -F model=${name} -F prompt="A fox in the snow" -F image=@photo.png`,
      ];
  return ["```sh", ...lines, "```"].join("\n");
}

/** Everything that a request may ask of a model, and which cards have it. */
const abilities: readonly (readonly [string, (card: ModelCard) => boolean])[] = [
  ["generations", ({ operations }) => operations.includes("generation")],
  ["edits", ({ operations }) => operations.includes("edit")],
  ["variations", ({ operations }) => operations.includes("variation")],
  ["reference images in generations", ({ images }) => images?.references === true],
  ["masks", ({ mask }) => mask !== undefined],
  ["several images in one call", ({ n }) => n > 1],
  ["streams of its own", ({ streaming }) => streaming],
  ["sizes in pixels", ({ sizes, size_rule: rule }) => sizes !== undefined || rule !== undefined],
  ["`quality`", ({ qualities }) => qualities !== undefined],
  ["`style`", ({ styles }) => styles !== undefined],
  ["transparent backgrounds", ({ backgrounds }) => backgrounds?.includes("transparent") === true],
  ["`output_format` of its own", ({ format_parameter: takes }) => takes],
  ["`output_compression` of its own", ({ compression_parameter: takes }) => takes],
  ...["watermark", "moderation", "user", ...furtherFields()].map(
    (name) => [code(name), ({ parameters }: ModelCard) => parameters.includes(name)] as const,
  ),
];

/** Fields of the contract that only cards with that parameter take. */
function furtherFields(): string[] {
  const own = ["seed", "negative_prompt", "input_fidelity", "complexity"];
  return own.filter((name) => Object.hasOwn(imageFields, name));
}

/** What the known models take, all or some of them, and what none does. */
export function supportWords({ models, defaultCard }: Provider): string[] {
  const cards = models.length > 0 ? models : defaultCard === undefined ? [] : [defaultCard];
  if (cards.length === 0)
    return ["Whatever the upstream takes: a model without a card is sent what the client says."];
  const having = abilities.map(([name, has]) => ({
    name,
    names: cards.filter(has).map((card) => card.name),
  }));
  const whole = having.filter(({ names }) => names.length === cards.length);
  const some = having.filter(({ names }) => names.length > 0 && names.length < cards.length);
  const none = having.filter(({ names }) => names.length === 0);
  const said = (all: readonly { readonly name: string }[]): string =>
    all.map(({ name }) => name).join(", ");
  const partly = some.map(({ name, names }) =>
    names.length <= 3
      ? `${name} (${names.map(code).join(", ")})`
      : `${name} (${names.length} of ${cards.length} models)`,
  );
  return [
    ...(whole.length === 0 ? [] : [`**Supported:** ${said(whole)}.`]),
    ...(partly.length === 0 ? [] : [`**By some models:** ${partly.join(", ")}.`]),
    ...(none.length === 0
      ? []
      : [
          `**Not supported:** ${said(none)}. What the gateway can do itself, it does: several images by several calls, another format, streams without previews. The rest is left out with a warning, or refused in strict mode.`,
        ]),
  ];
}

/** Where a provider's facts come from, in few words, for the overview. */
export function factWords(facts: Facts | undefined): string {
  if (facts === undefined) return "";
  const live = Object.entries(facts.live ?? {}).map(([part, day]) => `${part} live ${day}`);
  return [...live, `documentation ${facts.documentation}`].join(", ");
}

/** The parts of a provider, and the ground that each stands on. */
export function factTable({ models, defaultCard }: Provider, facts: Facts): string {
  const cards = [...models, ...(defaultCard === undefined ? [] : [defaultCard])];
  const lacks = (has: (card: ModelCard) => boolean): boolean =>
    cards.length > 0 && !cards.some(has);
  const absent = new Set<string>([
    ...(lacks(({ operations }) => operations.includes("edit")) ? ["edit"] : []),
    ...(lacks(({ mask }) => mask !== undefined) ? ["mask"] : []),
  ]);
  const rows = factParts
    .filter((part) => !absent.has(part))
    .map((part) => {
      const day = facts.live?.[part];
      return day === undefined
        ? [part, "the vendor's documentation", facts.documentation]
        : [part, "a live call", day];
    });
  return table(["part", "rests on", "day"], rows);
}
