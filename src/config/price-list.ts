import { resolve } from "node:path";
import { z } from "zod";
import type { Price } from "../core/price.ts";
import { type PriceEntry, placeId, priceEntryId, priceEntryWords } from "../core/price-entry.ts";
import type { ListedProvider } from "../core/provider.ts";
import type { DeclaredEntry } from "../core/resource.ts";
import { type Faults, gatherFaults, type Path, placeName } from "./faults.ts";
import { readWith } from "./issues.ts";
import { readTextFile } from "./setting-files.ts";
import { didYouMean } from "./suggest.ts";
import type { TreeInput } from "./tree.ts";

const entrySchema = z.strictObject({ id: priceEntryId.optional(), ...priceEntryWords });
type Entry = z.output<typeof entrySchema>;

const listSchema = z.strictObject({ prices: z.array(entrySchema) });

/** A model that a channel serves, as a list of prices may mean it. */
export interface PricedModel {
  readonly provider: string;
  /** Undefined where the channel's id is at fault. */
  readonly channel: string | undefined;
  /** The names at the upstream, here, and of its card, in this order. */
  readonly names: readonly string[];
}

/** An entry of the file of prices. */
export interface ListedPrice {
  readonly price: PriceEntry;
  readonly declared: DeclaredEntry;
}

/** The sources of a file of prices. */
export interface PriceListSources {
  readonly files: Pick<TreeInput, "cwd" | "readFile">;
  readonly providers: readonly Pick<ListedProvider, "id">[];
  readonly faults: Faults;
}

const setting: Path = ["prices", "file"];

/** Reads the file of prices, with a fault for each mistake at its line; undefined is no file. */
export async function readPriceList(
  name: string | undefined,
  { files, providers, faults }: PriceListSources,
): Promise<readonly ListedPrice[]> {
  if (name === undefined) return [];
  const text = readTextFile(files.readFile, resolve(files.cwd, name));
  if ("fault" in text) {
    faults.add(setting, `cannot read ${name}: ${text.fault}`);
    return [];
  }
  const { readDocument } = await import("./document.ts");
  const read = readDocument(text.text, name);
  if ("faults" in read) {
    tell(read.faults, faults);
    return [];
  }
  const { value, lineOf } = read.document;
  const own = gatherFaults((path) => ({ file: name, line: lineOf(path) }));
  const entries = readWith(listSchema, value, { faults: own, at: [] })?.prices ?? [];
  faultEntries(
    entries,
    providers.map(({ id }) => id),
    own,
  );
  tell(own.list(), faults);
  return entries.map((entry, index) => listedPrice(entry, placeName(own.placeOf(at(index)))));
}

function at(index: number): Path {
  return ["prices", index];
}

function listedPrice({ id, ...price }: Entry, declaredAt: string): ListedPrice {
  const named = { kind: "price" as const, id: id ?? placeId(price) };
  return { price, declared: { ...named, words: price, declaredAt, givesWay: false } };
}

/** Hands faults with places in the file of prices on to those of the whole configuration. */
function tell(found: ReturnType<Faults["list"]>, faults: Faults): void {
  for (const { setting: of, message, place } of found)
    faults.add([...setting, `${of} ${message}`], message, place);
}

/** Adds a fault where an entry is for a provider or a channel that there is not. */
export function faultUnknown(
  kind: "provider" | "channel",
  name: string | undefined,
  known: readonly string[],
  { faults, at: path }: { readonly faults: Faults; readonly at: Path },
): void {
  if (name === undefined || known.includes(name)) return;
  const hint = didYouMean(name, known);
  const remedy =
    kind === "provider"
      ? "; remove `provider`, or name one that there is"
      : "; remove the entry or its `channel`";
  faults.add(path, `there is no ${kind} \`${name}\`${hint === "" ? remedy : hint}`);
}

function faultEntries(
  entries: readonly Entry[],
  providers: readonly string[],
  faults: Faults,
): void {
  const places = new Set<string>();
  const ids = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const { provider, model } = entry;
    const path = at(index);
    faultUnknown("provider", provider, providers, { faults, at: [...path, "provider"] });
    const place = placeId(entry);
    const id = entry.id ?? place;
    if (places.has(place))
      faults.add(
        [...path, "model"],
        `the file has a price for \`${model}\` in the same place already; remove one, or give one of them a \`provider\` or \`channel\``,
      );
    else if (ids.has(id))
      faults.add(
        [...path, "id"],
        `another price has the id \`${id}\` already; choose a different one`,
      );
    places.add(place);
    ids.add(id);
  }
}

/** The price that counts for a model. */
export function findPrice(entries: readonly PriceEntry[], model: PricedModel): Price | undefined {
  return countingEntry(entries, model)?.price;
}

/** True where an entry is for a model, whether or not another one counts before it. */
export function isFor(entry: PriceEntry, { provider, channel, names }: PricedModel): boolean {
  return (
    names.includes(entry.model) &&
    (entry.provider === undefined || entry.provider === provider) &&
    (entry.channel === undefined || entry.channel === channel)
  );
}

/** The entry that counts for a model: one for its channel before one for its provider, these before one for all. */
export function countingEntry(
  entries: readonly PriceEntry[],
  model: PricedModel,
): PriceEntry | undefined {
  const { names } = model;
  const rank = (entry: PriceEntry): number =>
    (entry.channel === undefined ? 0 : 2) + (entry.provider === undefined ? 0 : 1);
  const fitting = entries.filter((entry) => isFor(entry, model));
  return fitting.toSorted(
    (a, b) => rank(b) - rank(a) || names.indexOf(a.model) - names.indexOf(b.model),
  )[0];
}
