import { z } from "zod";
import type { HealthChange, HeardHealth } from "./health.ts";
import type { ChannelState } from "./state.ts";

/** The thing whose health a word is about: the channel itself, unless a credential's place or a model is named. */
const aboutSchema = z.object({
  channel: z.string(),
  /** Credentials of the channel: a node that has others of them knows another channel. */
  credentials: z.int(),
  credential: z.int().optional(),
  model: z.string().optional(),
});
const wordSchema = z.discriminatedUnion("to", [
  aboutSchema.extend({ to: z.literal("healthy") }),
  aboutSchema.extend({
    to: z.literal("cooling"),
    why: z.string(),
    /** Milliseconds from now. */
    forMs: z.number(),
    ejections: z.int(),
  }),
]);

/** The word for a change, for the other nodes; undefined: they find it by themselves, or one of them has told it. */
export function wordOf(
  about: z.infer<typeof aboutSchema>,
  { to, why = "", until = 0, ejections, isHeard }: HealthChange,
  now: number,
): string | undefined {
  if (isHeard || to === "half_open") return undefined;
  const said =
    to === "healthy" ? { ...about, to } : { ...about, to, why, forMs: until - now, ejections };
  return JSON.stringify(said satisfies z.infer<typeof wordSchema>);
}

/** Lets a channel hear the word of another node about it. Returns the channel's id where it is not known yet. */
export function hearWord(
  text: string,
  stateOf: (channel: string) => ChannelState | undefined,
  now: number,
): string | undefined {
  const word = wordSchema.safeParse(readJson(text)).data;
  if (word === undefined) return undefined;
  const { channel, credential, credentials, model } = word;
  const state = stateOf(channel);
  if (state === undefined) return channel;
  if (state.credentials.length !== credentials) return undefined;
  const heard: HeardHealth =
    word.to === "healthy"
      ? { to: "healthy" }
      : { to: "cooling", why: word.why, until: now + word.forMs, ejections: word.ejections };
  state.hear({ credential, model }, heard, now);
  return undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
