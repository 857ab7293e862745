import type { CostEstimate, GatewayClient, ModelEntry } from "../api/client.ts";
import { type PriceMarkup, priceMarkupSchema } from "../core/price-markup.ts";
import { type Price, priceSchema } from "../core/price.ts";
import { markupWords, priceWords } from "../core/price-words.ts";
import { clientEnvironment } from "../config.ts";
import type { CliCommand, CommandContext, CommandInput } from "./command.ts";
import { collect, furtherFields, wholeNumber } from "./image-options.ts";
import {
  defineRemoteOptions,
  textOption,
  UsageError,
  withAdminClient,
  withClient,
} from "./remote.ts";
import { tableOf } from "./resources/tables.ts";

/**
 * `pinhole prices show <model>`: the model's price, and what a request would cost. With the admin token and no key, or
 * with `--entry`, it is the entry of the operator's list of prices instead.
 */
export const pricesCommand: CliCommand = {
  name: "prices",
  about: "show what a model costs: `pinhole prices show <model>`",
  words: ["show"],
  define(command) {
    command
      .argument("<action>", "show")
      .argument("<model>", "model or alias; with --entry: the id of a price")
      .option("--entry", "show this entry of your list of prices, by the admin token")
      .option("-n, --count <number>", "how many pictures, 1 to 10", wholeNumber(1, 10))
      .option("-s, --size <size>", "WIDTHxHEIGHT or auto")
      .option("-q, --quality <word>", "for example low, medium, high")
      .option("--opt <name=value>", "any further field; JSON values are read as JSON", collect, []);
    defineRemoteOptions(command);
  },
  run(input, context) {
    const [action, name = ""] = input.args;
    const { key, adminToken } = clientEnvironment(context.env);
    const hasKey = (textOption(input, "key") ?? key) !== undefined;
    const isEntry = input.options["entry"] === true || (!hasKey && adminToken !== undefined);
    if (action === "show" && isEntry) return showEntry(name, input, context);
    return withClient(input, context, async (client) => {
      if (action !== "show") throw new UsageError("only `pinhole prices show <model>` is known");
      await showPrice(name, client, input, context);
    });
  },
};

function showEntry(id: string, input: CommandInput, context: CommandContext): Promise<number> {
  return withAdminClient(input, context, async (client) => {
    const path = `/admin/v1/prices/${encodeURIComponent(id)}`;
    const { text, json } = await client({ method: "GET", path });
    const isJson = input.options["json"] === true;
    context.out(isJson ? `${JSON.stringify(json)}\n` : tableOf(json ?? text));
  });
}

async function showPrice(
  name: string,
  client: GatewayClient,
  input: CommandInput,
  context: CommandContext,
): Promise<void> {
  const { options } = input;
  // What is asked for says nothing of the words: they are estimated as any others.
  const fields = {
    model: name,
    prompt: "a picture",
    n: options["count"],
    size: textOption(input, "size"),
    quality: textOption(input, "quality"),
    ...furtherFields(options["opt"]),
  };
  const [model, estimate] = await Promise.all([client.model(name), client.estimate(fields)]);
  if (options["json"] === true)
    context.out(
      `${JSON.stringify({
        model: name,
        pricing: model.pricing ?? null,
        ...(model.markup === undefined ? {} : { markup: model.markup }),
        ...estimate,
      })}\n`,
    );
  else show(name, priceOf(model), estimate, context);
}

interface ToldPrice {
  readonly price: Price | undefined;
  readonly markup: PriceMarkup | undefined;
}

function priceOf({ pricing, markup }: ModelEntry): ToldPrice {
  return {
    price: priceSchema.safeParse(pricing).data,
    markup: priceMarkupSchema.safeParse(markup).data,
  };
}

function show(
  name: string,
  { price, markup }: ToldPrice,
  estimate: CostEstimate,
  context: CommandContext,
): void {
  const words = [...priceWords(price), ...markupWords(markup)];
  context.out(`${name}: ${words.length === 0 ? "no price" : words.join(", ")}\n`);
  for (const source of sourcesOf(price)) context.out(`  ${source}\n`);
  const rows = [
    ["model", "least", "most"],
    ...estimate.targets.map((target) => [
      target.model,
      `$${target.min}`,
      target.priced ? mostWords(target.max) : "no price",
    ]),
    ...(estimate.targets.length > 1
      ? [["any of them", `$${estimate.min}`, mostWords(estimate.max)]]
      : []),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    context.out(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
}

function mostWords(max: string | null): string {
  return max === null ? "no bound" : `$${max}`;
}

/** The sources of a price with their days, a line each. */
function sourcesOf(price: Price | undefined): readonly string[] {
  if (price === undefined || price === "free") return [];
  const lines = [price].flat().flatMap(({ source, as_of: day, certainty }) => {
    if (source === undefined) return [];
    const how =
      certainty === "third_party" ? "quoted from " : certainty === "uncertain" ? "uncertain, " : "";
    return [`${how}${source}${day === undefined ? "" : `, read ${day}`}`];
  });
  return [...new Set(lines)];
}
