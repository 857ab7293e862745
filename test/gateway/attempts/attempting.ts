import { z } from "zod";
import type { Channel } from "../../../src/core/channel.ts";
import type { Picture, PictureSpool } from "../../../src/core/picture.ts";
import type {
  BaseSettings,
  GenerateInput,
  Provider,
  ProviderEvent,
} from "../../../src/core/provider.ts";
import type { ImageRequest } from "../../../src/core/request.ts";
import type { AttemptContext, CallResult, Made } from "../../../src/gateway/attempts/terms.ts";
import type { Plan } from "../../../src/gateway/fit/terms.ts";
import { plan, type TargetFields } from "../fit/fitting.ts";

export type Input = GenerateInput<BaseSettings, unknown>;
export type Generate = (input: Input) => AsyncGenerator<ProviderEvent, void, void>;

/** A plan whose provider is a script. */
export function scripted(
  generate: Generate,
  asked: Partial<ImageRequest> = {},
  to: TargetFields = {},
  change: Partial<Channel> = {},
): Plan {
  const made = plan(asked, to);
  const provider: Provider = {
    ...made.target.channel.provider,
    options: z.looseObject({}),
    generate,
  };
  const channel: Channel = {
    ...made.target.channel,
    provider,
    credentials: [{ base_url: "first" }, { base_url: "second" }],
    retryUnknown: false,
    timeout: { connectMs: 11, firstByteMs: 22, totalMs: 1000 },
    ...change,
  };
  return { ...made, target: { ...made.target, channel } };
}

/** What a context's receiver was told, in order. */
export interface Heard {
  readonly previews: (readonly [Picture, number])[];
  readonly made: Made[];
  /** Pictures of the call when each one was told. */
  readonly counts: number[];
  readonly ended: CallResult[];
  /** What the egress was asked for. */
  readonly opened: Record<string, unknown>[];
}

// The fakes only hand it on.
export const spool = {} as PictureSpool;

export const now = 5000;

/** A context that writes down what it is told. `change` replaces parts of it. */
export function contextOf(
  change: Partial<AttemptContext> = {},
  download: (url: string) => Promise<Picture> = () => Promise.reject(new Error("no network")),
): { readonly context: AttemptContext; readonly heard: Heard } {
  const heard: Heard = { previews: [], made: [], counts: [], ended: [], opened: [] };
  const context = {
    parts: {
      now: () => now,
      uptime: () => now,
      images: { metadata: "strip" },
      egress: {
        upstream(options: Record<string, unknown>) {
          heard.opened.push(options);
          return { download, call: async () => ({ via: "call" }), events: () => "events" };
        },
      },
      converter: {
        decode: async (picture: Picture) => ["decoded", picture],
        encode: async (...parameters: unknown[]) => ["encoded", ...parameters],
      },
    },
    spool,
    signal: new AbortController().signal,
    charge: { at: now, teamMarkup: undefined },
    deadline: 100_000,
    inputs: async () => ({ images: [], mask: undefined, warnings: [] }),
    record: {
      recorded: Promise.resolve(),
      attempts: () => 2,
      open: () => Promise.reject(new Error("not written here")),
      close() {},
    },
    receiver: {
      preview: (picture: Picture, index: number) => void heard.previews.push([picture, index]),
      made(one: Made, soFar: CallResult) {
        heard.made.push(one);
        heard.counts.push(soFar.made.length);
      },
      ended: (result: CallResult) => void heard.ended.push(result),
    },
    relay: undefined,
    seed: () => 40,
    isWanted: () => true,
    ...change,
  } as unknown as AttemptContext;
  return { context, heard };
}
