import { resolve } from "node:path";
import { z } from "zod";
import { type Price, priceSchema } from "../core/price.ts";
import type { ListedProvider } from "../core/provider.ts";
import { readDocument } from "./document.ts";
import { type Faults, gatherFaults, type Path } from "./faults.ts";
import { readWith } from "./issues.ts";
import { readTextFile } from "./setting-files.ts";
import { didYouMean } from "./suggest.ts";
import type { TreeInput } from "./tree.ts";

const priceForm = "free, or a group of prices";

const entrySchema = z.strictObject({
  model: z.string().min(1),
  provider: z.string().min(1).optional(),
  channel: z.string().min(1).optional(),
  price: priceSchema.meta({ form: priceForm }),
});
type Entry = z.output<typeof entrySchema>;

const listSchema = z.strictObject({ prices: z.array(entrySchema) });

/** A model that a channel serves, as the file of prices may mean it. */
export interface PricedModel {
  readonly provider: string;
  /** Undefined where the channel's id is at fault. */
  readonly channel: string | undefined;
  /** The names at the upstream, here, and of its card, in this order. */
  readonly names: readonly string[];
}

/** The prices of `prices.file`. */
export interface PriceList {
  /** The price for a model; undefined where the file has none. */
  find(model: PricedModel): Price | undefined;
  /** Adds a fault for each entry that is for a channel which is none of these. */
  faultChannels(ids: readonly string[]): void;
}

/** The sources of a file of prices. */
export interface PriceListSources {
  readonly files: Pick<TreeInput, "cwd" | "readFile">;
  readonly providers: readonly Pick<ListedProvider, "id">[];
  readonly faults: Faults;
}

const setting: Path = ["prices", "file"];

const emptyList: PriceList = { find: () => undefined, faultChannels() {} };

/** Reads the file of prices, with a fault for each mistake at its line; undefined is no file. */
export function readPriceList(
  name: string | undefined,
  { files, providers, faults }: PriceListSources,
): PriceList {
  if (name === undefined) return emptyList;
  const text = readTextFile(files.readFile, resolve(files.cwd, name));
  if ("fault" in text) {
    faults.add(setting, `cannot read ${name}: ${text.fault}`);
    return emptyList;
  }
  const read = readDocument(text.text, name);
  if ("faults" in read) {
    tell(read.faults, faults);
    return emptyList;
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
  return {
    find: (model) => findEntry(entries, model)?.price,
    faultChannels(ids) {
      const late = gatherFaults((path) => ({ file: name, line: lineOf(path) }));
      for (const [index, { channel }] of entries.entries()) {
        if (channel === undefined || ids.includes(channel)) continue;
        const hint = didYouMean(channel, ids);
        const message = `there is no channel \`${channel}\`${hint === "" ? "; remove the entry or its `channel`" : hint}`;
        late.add(["prices", index, "channel"], message);
      }
      tell(late.list(), faults);
    },
  };
}

/** Hands faults with places in the file of prices on to those of the whole configuration. */
function tell(found: ReturnType<Faults["list"]>, faults: Faults): void {
  for (const { setting: at, message, place } of found)
    faults.add([...setting, `${at} ${message}`], message, place);
}

function faultEntries(
  entries: readonly Entry[],
  providers: readonly string[],
  faults: Faults,
): void {
  const seen = new Set<string>();
  for (const [index, { model, provider, channel }] of entries.entries()) {
    if (provider !== undefined && !providers.includes(provider)) {
      const hint = didYouMean(provider, providers);
      const message = `there is no provider \`${provider}\`${hint === "" ? "; remove `provider`, or name one that there is" : hint}`;
      faults.add(["prices", index, "provider"], message);
    }
    const place = JSON.stringify([model, provider, channel]);
    if (seen.has(place))
      faults.add(
        ["prices", index, "model"],
        `the file has a price for \`${model}\` in the same place already; remove one, or give one of them a \`provider\` or \`channel\``,
      );
    seen.add(place);
  }
}

/** The entry that counts for a model: one for its channel before one for its provider, these before one for all. */
function findEntry(
  entries: readonly Entry[],
  { provider, channel, names }: PricedModel,
): Entry | undefined {
  const rank = (entry: Entry): number =>
    (entry.channel === undefined ? 0 : 2) + (entry.provider === undefined ? 0 : 1);
  const fitting = entries.filter(
    (entry) =>
      names.includes(entry.model) &&
      (entry.provider === undefined || entry.provider === provider) &&
      (entry.channel === undefined || entry.channel === channel),
  );
  return fitting.toSorted(
    (a, b) => rank(b) - rank(a) || names.indexOf(a.model) - names.indexOf(b.model),
  )[0];
}
