import { z } from "zod";
import type { Shelf } from "../../src/config/loading.ts";
import { readConfig } from "../../src/config/read.ts";
import { ConfigError, faultLine } from "../../src/config/faults.ts";
import type { Config } from "../../src/config/types.ts";
import type { Flags } from "../../src/config/tree.ts";
import { knownModelsOf } from "../../src/core/cards.ts";
import { defineCard } from "../../src/core/model-card.ts";
import {
  defineProvider,
  type ListedProvider,
  type Provider,
  secretSchema,
} from "../../src/core/provider.ts";

const nothing = {
  docs: "https://example.com",
  about: "A stand-in.",
  options: z.strictObject({}),
  authorize: () => ({}),
  async *generate() {},
};

/** Knows its models, needs a key, and has a variable. */
const closed = defineProvider({
  ...nothing,
  id: "vendor",
  name: "Vendor",
  settings: z.strictObject({
    base_url: z.url().default("https://api.vendor.example"),
    api_key: secretSchema,
    steps: z.int().min(1).max(50).default(20),
    mode: z.enum(["fast", "good"]).default("good"),
  }),
  models: [
    defineCard({ name: "brush-2", also: ["brush-2-2026"], n: 4, sizes: ["1024x1024"] }),
    defineCard({ name: "brush-1", retires_at: "2026-05-01", successor: "brush-2" }),
  ],
  openEnded: false,
});

/** Takes any model, and has a card for those that bring none. */
const open = defineProvider({
  ...nothing,
  id: "workshop",
  name: "Workshop",
  settings: z.strictObject({ base_url: z.url().default("http://127.0.0.1:7860") }),
  models: [],
  openEnded: true,
  defaultCard: defineCard({
    name: "any",
    operations: ["generation", "edit"],
    size_rule: { multiple: 8, edge_max: 2048, pixels_max: 4_194_304 },
  }),
});

/** Is there when nothing else is listed. */
const builtIn = defineProvider({
  ...nothing,
  id: "playground",
  name: "Playground",
  settings: z.strictObject({ base_url: z.string().default("memory:") }),
  models: [defineCard({ name: "play-1" })],
  openEnded: false,
});

const lineOf = (
  provider: Provider,
  rest: Pick<ListedProvider, "environment" | "builtIn"> = {},
): ListedProvider => ({ id: provider.id, ...rest, load: async () => ({ default: provider }) });

/** The list of stand-ins. */
export const standIns: Shelf = {
  providers: [
    lineOf(closed, { environment: [{ needs: { VENDOR_API_KEY: "api_key" } }] }),
    lineOf(open),
    lineOf(builtIn, { builtIn: true }),
  ],
  knownModels: knownModelsOf([closed, open, builtIn]),
};

/** What decides a configuration in a test; `file` is the text of pinhole.yaml, absent: there is none. */
export interface Given {
  readonly file?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Flags;
  readonly terminal?: boolean;
  /** Texts of further files of the folder, by their names. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Reads it with the stand-ins, in the folder /work, on the first day of 2027. */
export function read({
  file,
  env = {},
  flags = {},
  terminal = false,
  files = {},
}: Given): Promise<Config> {
  return readConfig({
    env,
    flags,
    cwd: "/work",
    terminal,
    now: Date.parse("2027-01-01"),
    ...standIns,
    readFile: (path) => {
      if (file !== undefined && /^\/work\/(pinhole|other)\.yaml$/.test(path)) return file;
      const further = files[path.replace("/work/", "")];
      if (further !== undefined) return further;
      const code = path.includes("locked") ? "EACCES" : "ENOENT";
      throw Object.assign(new Error(`${code}: ${path}`), { code });
    },
  });
}

/** The lines that an operator reads; empty where all is well. */
export async function faultsOf(given: Given): Promise<string[]> {
  try {
    await read(given);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(faultLine);
    throw error;
  }
}
