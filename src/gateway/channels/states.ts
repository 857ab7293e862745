import type { Cluster } from "../../cluster/cluster.ts";
import type { Channel } from "../../core/channel.ts";
import { createHealth, type Health, type HealthChange } from "./health.ts";
import { hearWord, wordOf } from "./shared-health.ts";
import { type ChannelState, createChannelState } from "./state.ts";
import { platformTimer, type Timer } from "./timer.ts";
import { type ChannelView, viewChannel } from "./view.ts";
import { createWakeQueue } from "./wakes.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { Observer } from "../../core/observer.ts";

/** The live state of all channels: health, room, queues. It outlives a reload of the configuration. */
export interface ChannelStates {
  /** The state of a channel; the channel as it is configured now, should it have changed. */
  of(channel: Channel): ChannelState;
  /** Looks again at what time alone has changed. Costs nothing where nothing was due. */
  wake(): void;
  /** Keeps the weights of a catalog that is no longer in use no more. */
  forgetWeights(): void;
  view(channel: Channel): ChannelView;
}

export interface ChannelStatesOptions {
  /** Milliseconds since the process began: coolings and windows go by it, whatever the clock of the day does. */
  readonly uptime: () => number;
  /** Unix milliseconds, for people. */
  readonly now: () => number;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly log: GatewayLog;
  readonly observer?: Observer | undefined;
  readonly cluster: Pick<Cluster, "isShared" | "take" | "say" | "hear">;
  /** The platform's timer unless given. */
  readonly timer?: Timer;
}

/** Channels whose health is remembered before they are asked for. */
const earlyMax = 10_000;

/** The part of a channel that a health is of; none: the channel itself. */
export interface HealthFields {
  readonly credential?: number;
  readonly model?: string;
}

export function createChannelStates(options: ChannelStatesOptions): ChannelStates {
  const { uptime, now, random, log, observer, cluster, timer = platformTimer } = options;
  const dayOf = (at: number): number => Math.round(now() + at - uptime());
  const states = new Map<string, ChannelState>();
  const wakes = createWakeQueue<ChannelState>();
  const health = (channelId: string, fields: HealthFields): Health =>
    createHealth(uptime(), random, (change) => {
      if (cluster.isShared) tell(channelId, fields, change);
      logChange(log, { channel: channelId, ...fields }, change, dayOf);
      observer?.healthChanged({ channelId, to: change.to });
    });
  const tell = (channel: string, fields: HealthFields, change: HealthChange): void => {
    const credentials = states.get(channel)?.credentials.length ?? 0;
    const word = wordOf({ channel, credentials, ...fields }, change, uptime());
    if (word !== undefined) cluster.say("health", word);
  };
  /** Words about channels that nobody has asked for here yet, the newest of each. */
  const early = new Map<string, () => void>();
  const hear = (word: string, at: number): void => {
    const unknown = hearWord(word, (id) => states.get(id), at);
    if (unknown !== undefined && early.size < earlyMax) early.set(unknown, () => hear(word, at));
  };
  cluster.hear("health", (word) => hear(word, uptime()));
  return {
    of(channel) {
      let state = states.get(channel.id);
      if (state === undefined) {
        state = createChannelState(channel, {
          now: uptime,
          timer,
          cluster,
          random,
          health: (fields) => health(channel.id, fields),
          wakeAt: (at, self) => wakes.add(at, self),
        });
        states.set(channel.id, state);
        early.get(channel.id)?.();
        early.delete(channel.id);
      } else if (state.channel !== channel) state.replace(channel);
      return state;
    },
    wake() {
      const at = uptime();
      for (let due = wakes.due(at); due !== undefined; due = wakes.due(at)) due.refresh();
    },
    forgetWeights() {
      for (const state of states.values()) state.forgetWeights();
    },
    view(channel) {
      return viewChannel(this.of(channel), uptime(), dayOf);
    },
  };
}

/** One line for every change of state, so that an operator can see afterwards what was used when. */
function logChange(
  log: GatewayLog,
  fields: Readonly<Record<string, unknown>>,
  { from, to, why, until }: HealthChange,
  dayOf: (at: number) => number,
): void {
  const line = {
    ...fields,
    from,
    to,
    ...(why === undefined ? {} : { why }),
    ...(until === undefined ? {} : { until: new Date(dayOf(until)).toISOString() }),
  };
  if (to === "cooling") log.warn(line, "channel health changed");
  else log.info(line, "channel health changed");
}

export type { ChannelState, ChannelView };
