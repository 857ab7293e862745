import type { Claim, Cluster, Refusal, Taken } from "../../cluster/cluster.ts";
import { isLimited } from "../../cluster/windows.ts";
import type { Channel } from "../../core/channel.ts";
import type { Health, HeardHealth } from "./health.ts";
import {
  type Healths,
  type Lease,
  type LeaseHolder,
  openLease,
  probePrefix,
  type Wanted,
} from "./lease.ts";
import { type ChannelQueue, type Waiting, createChannelQueue } from "./queue.ts";
import { type ChannelRoom, createChannelRoom } from "./room.ts";
import type { Timer } from "./timer.ts";
import type { WeightTree } from "./weight-tree.ts";

/** The weight that one target is drawn by: it stands in its tree as 0 while the channel cannot serve the target. */
export interface WatchedWeight {
  readonly tree: WeightTree;
  readonly leaf: number;
  readonly weight: number;
  /** The model's name at the upstream. */
  readonly model: string;
}

/** One channel while it is in use. */
export interface ChannelState {
  readonly channel: Channel;
  readonly room: ChannelRoom;
  readonly health: Health;
  readonly credentials: readonly Health[];
  /** Models that the upstream has refused to know, by its names for them. */
  readonly models: ReadonlyMap<string, Health>;
  readonly waiting: number;
  // These take the time, since one decision reads the clock once: a tick between two readings would look like cooling.
  /** From when it is healthy enough, whatever room it has. Unix milliseconds; Infinity: while a probe is under way. */
  healthyAt(model: string, now: number): number;
  /** From when a call that begins now would find room, nobody waiting before it. */
  roomAt(images: number, now: number): number;
  /** Undefined: cooling or full. `lastResort` asks for room only. Other nodes were not asked yet. */
  acquire(wanted: Wanted, lastResort?: boolean): Lease | undefined;
  /** Waits in the queue for room, among all nodes; undefined: not until then, or the channel cools. */
  wait(wanted: Wanted, waiting: Waiting): Promise<Lease | undefined>;
  /** Takes the channel as it is configured anew: its health begins again, what is in flight goes on counting. */
  replace(channel: Channel): void;
  /** Keeps this weight true from now on. */
  watch(weight: WatchedWeight): void;
  forgetWeights(): void;
  /** Takes over what another node has found of the channel, or of one of its parts. */
  hear(
    part: { readonly credential?: number | undefined; readonly model?: string | undefined },
    heard: HeardHealth,
    now: number,
  ): void;
  /** Sets the watched weights to what the channel can serve now. */
  refresh(): void;
}

export interface ChannelStateParts {
  readonly now: () => number;
  readonly timer: Timer;
  /** A new health, with what its log lines name. */
  health(fields: Readonly<Record<string, unknown>>): Health;
  wakeAt(at: number, state: ChannelState): void;
  readonly cluster: Pick<Cluster, "isShared" | "take">;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** Time after which a channel that runs as much as it may, on other nodes, is asked for again, milliseconds. */
const lookAgainMs = 40;

export function createChannelState(channel: Channel, parts: ChannelStateParts): ChannelState {
  return new LiveChannel(channel, parts);
}

class LiveChannel implements ChannelState, LeaseHolder {
  readonly room: ChannelRoom;
  readonly #parts: ChannelStateParts;
  readonly #queue: ChannelQueue;
  #healths: Healths;
  #nextCredential = 0;
  #weights: { readonly weight: WatchedWeight; isReady: boolean }[] = [];
  #wakeAt = 0;

  constructor(channel: Channel, parts: ChannelStateParts) {
    this.#parts = parts;
    this.#healths = newHealths(channel, parts);
    this.room = createChannelRoom(() => this.channel.limits);
    this.#queue = createChannelQueue({
      ...parts,
      begin: (wanted) => this.#begin(wanted, false),
      roomAt: (images) => this.room.readyAt(images, parts.now()),
    });
  }

  get channel(): Channel {
    return this.#healths.channel;
  }

  get health(): Health {
    return this.#healths.health;
  }

  get credentials(): readonly Health[] {
    return this.#healths.credentials;
  }

  get models(): ReadonlyMap<string, Health> {
    return this.#healths.models;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get isShared(): boolean {
    return this.#parts.cluster.isShared;
  }

  now(): number {
    return this.#parts.now();
  }

  hear(
    { credential, model }: Parameters<ChannelState["hear"]>[0],
    heard: HeardHealth,
    now: number,
  ): void {
    const { health, credentials, models } = this.#healths;
    if (model !== undefined) {
      const known = models.get(model) ?? this.newModelHealth(model);
      models.set(model, known);
      known.hear(heard, now);
    } else (credential === undefined ? health : credentials[credential])?.hear(heard, now);
    this.refresh();
  }

  newModelHealth(model: string): Health {
    return this.#parts.health({ model });
  }

  healthyAt(model: string, now: number): number {
    return Math.max(this.#healthyAt(now), this.#modelAt(model, now));
  }

  /** From when the channel itself and one of its credentials are healthy, whatever the model. */
  #healthyAt(now: number): number {
    const { health, credentials } = this.#healths;
    let credentialAt = Infinity;
    for (const one of credentials) credentialAt = Math.min(credentialAt, one.readyAt(now));
    return Math.max(health.readyAt(now), credentialAt);
  }

  #modelAt(model: string, now: number): number {
    const { models } = this.#healths;
    return models.size === 0 ? now : (models.get(model)?.readyAt(now) ?? now);
  }

  roomAt(images: number, now: number): number {
    return this.waiting > 0 ? Infinity : this.room.readyAt(images, now);
  }

  acquire(wanted: Wanted, lastResort = false): Lease | undefined {
    if (this.waiting > 0) return undefined;
    const lease = this.#begin(wanted, lastResort);
    if (lease !== undefined) this.refresh();
    return lease;
  }

  async wait(wanted: Wanted, waiting: Waiting): Promise<Lease | undefined> {
    const place = this.#queue.place();
    for (;;) {
      const joined = this.#queue.join(wanted, waiting, place);
      this.refresh();
      const lease = await joined;
      this.refresh();
      if (lease === undefined || lease.isConfirmed || (await lease.confirm())) return lease;
    }
  }

  claims({ images }: Wanted, probes: readonly string[]): readonly Claim[] {
    const { id, limits } = this.channel;
    const { rpm = null, ipm = null, concurrency = null } = limits;
    const own = { party: `channel ${id}`, limits: { rpm, ipm, ipd: null, concurrency }, images };
    const others = probes.map((part) => ({
      party: `${probePrefix}${id} ${part}`,
      limits: { rpm: null, ipm: null, ipd: null, concurrency: 1 },
      images,
    }));
    return isLimited(own.limits) ? [...others, own] : others;
  }

  take(claims: readonly Claim[]): Promise<Taken> {
    return this.#parts.cluster.take(claims);
  }

  refused({ waitMs }: Refusal): void {
    const { now, random } = this.#parts;
    // Nodes that look at the same time would take turns at losing.
    this.room.block(now() + (waitMs ?? lookAgainMs * (0.5 + random())), waitMs === undefined);
    this.refresh();
  }

  replace(channel: Channel): void {
    this.#healths = newHealths(channel, this.#parts);
    this.#nextCredential = 0;
    this.refresh();
  }

  watch(weight: WatchedWeight): void {
    this.#weights.push({ weight, isReady: false });
    this.refresh();
  }

  forgetWeights(): void {
    this.#weights = [];
  }

  refresh(): void {
    const now = this.#parts.now();
    if (this.waiting > 0) this.#queue.serve(this.healthyAt("", now) > now);
    const channelAt = Math.max(this.roomAt(1, now), this.#healthyAt(now));
    let next = Infinity;
    for (const watched of this.#weights) {
      const { tree, leaf, weight, model } = watched.weight;
      const readyAt = Math.max(channelAt, this.#modelAt(model, now));
      const isReady = readyAt <= now;
      if (isReady !== watched.isReady) tree.set(leaf, isReady ? weight : 0);
      watched.isReady = isReady;
      if (!isReady) next = Math.min(next, readyAt);
    }
    if (next === Infinity || next === this.#wakeAt) return;
    this.#wakeAt = next;
    this.#parts.wakeAt(next, this);
  }

  #begin(wanted: Wanted, lastResort: boolean): Lease | undefined {
    const now = this.#parts.now();
    if (this.room.readyAt(wanted.images, now) > now) return undefined;
    if (!lastResort && this.healthyAt(wanted.model, now) > now) return undefined;
    const credential = this.#pickCredential(wanted.triedCredentials, lastResort, now);
    if (credential === undefined) return undefined;
    this.#nextCredential = (credential + 1) % this.credentials.length;
    return openLease(this, this.#healths, wanted, credential, now);
  }

  /** Round robin over the healthy ones that this call has not tried; as a last resort the one that will be healthy first. */
  #pickCredential(
    tried: ReadonlySet<number>,
    lastResort: boolean,
    now: number,
  ): number | undefined {
    const { credentials } = this;
    let best: { readonly index: number; readonly readyAt: number } | undefined;
    for (let step = 0; step < credentials.length; step += 1) {
      const index = (this.#nextCredential + step) % credentials.length;
      const readyAt = tried.has(index) ? undefined : credentials[index]?.readyAt(now);
      if (readyAt === undefined || (readyAt > now && !lastResort)) continue;
      if (best === undefined || readyAt < best.readyAt) best = { index, readyAt };
      if (readyAt <= now) break;
    }
    return best?.index;
  }
}

function newHealths(channel: Channel, parts: ChannelStateParts): Healths {
  return {
    channel,
    health: parts.health({}),
    credentials: channel.credentials.map((_, index) => parts.health({ credential: index })),
    models: new Map(),
  };
}
