import type { GatewayLog } from "../core/log.ts";
import type { Claim, Cluster, Grant, PartyUse, Standing, Taken, Topic } from "./cluster.ts";
import { createLocalLimits, type LocalLimits, type Sharing } from "./local-limits.ts";
import { addLease, keysMax, type Leases, runOnLeases } from "./redis/leases.ts";
import { type Answer, type LinkParts, type Memory, RedisLink } from "./redis/link.ts";
import {
  addScript,
  dropScript,
  endScript,
  renewScript,
  type Script,
  takeScript,
} from "./redis/scripts.ts";
import {
  askedOf,
  createSeenUses,
  keyOf,
  refusalIn,
  type SeenUses,
  type Spot,
  spotsOf,
  wordsOf,
} from "./redis/spots.ts";
import { amountOf, spanOf, type WindowName } from "./windows.ts";

/** A lease is gone so long after it was last renewed, milliseconds. */
const leaseMs = 30_000;
const renewMs = 10_000;
/** A server that has forgotten everything is given so long to be told by all nodes, milliseconds. */
const learnMs = 2000;

/** The parts that a cluster with a server between the nodes works with. */
export interface RedisClusterParts extends LinkParts {
  /** The id of this node. */
  readonly node: string;
  readonly log: GatewayLog;
}

/**
 * Nodes that count together, in a server that speaks Redis's protocol. While it is away each node goes by its part of every
 * limit, and tells the server of what it did when that one is back. Throws where the server refuses the user.
 */
export async function openRedisCluster(parts: RedisClusterParts): Promise<Cluster> {
  const cluster = new RedisCluster(parts);
  await cluster.start();
  return cluster;
}

/** Room that was taken and is not ended. */
interface Held {
  readonly spots: readonly Spot[];
  /** The process's uptime. */
  readonly begunAt: number;
  /** The counts that hold it and that the server was not told of; undefined: it was. */
  readonly untold: LocalLimits | undefined;
}

class RedisCluster implements Cluster {
  readonly isShared = true;
  readonly #parts: RedisClusterParts;
  readonly #link: RedisLink;
  readonly #seen: SeenUses;
  /** All that this node does, also while the server counts: its part counts by it when the server is away. */
  readonly #own = createLocalLimits();
  /** Counts since the server was last told of any. */
  #untold = createLocalLimits();
  /** Counts that the server is to be told of. */
  readonly #owed: LocalLimits[] = [];
  readonly #held = new Map<string, Held>();
  /** Leases that are over and that the server may not have heard the end of, by their key. */
  #ended: Leases = new Map();
  readonly #listeners = new Map<Topic, (text: string) => void>();
  #nodes = 1;
  #taken = 0;
  #renewedAt: number;
  #apartAt = 0;
  #memory: string | undefined;
  /** True while the server counts for all nodes. Undefined before it was asked for the first time. */
  #isTogether: boolean | undefined;

  constructor(parts: RedisClusterParts) {
    this.#parts = parts;
    this.#link = new RedisLink({ ...parts, onWord: (text) => this.#heard(text) });
    this.#seen = createSeenUses(parts.server.prefix);
    this.#renewedAt = parts.uptime();
  }

  /** Connects; throws where the server refuses the user. */
  async start(): Promise<void> {
    await this.#link.start();
    await this.beat(1);
    if (this.#isTogether === true) return;
    if (this.#link.isRefused) {
      await this.close();
      throw new Error(this.#link.why);
    }
    this.#apart();
  }

  async take(claims: readonly Claim[]): Promise<Taken> {
    const spots = spotsOf(this.#parts.server.prefix, claims);
    const id = `${this.#parts.node}/${(this.#taken += 1).toString(36)}`;
    const answer = await this.#ask(takeScript, spots, [
      id,
      String(leaseMs),
      ...wordsOf(spots, askedOf),
    ]);
    const begunAt = this.#parts.uptime();
    const refusal =
      answer === undefined
        ? this.#own.refusal(claims, this.#sharing(begunAt), begunAt)
        : refusalIn(spots, answer);
    if (refusal !== undefined) {
      // The server may have taken it all the same.
      if (answer === undefined) this.#remember(id, spots);
      return { refusal };
    }
    const untold = answer === undefined ? this.#untold : undefined;
    untold?.begin(claims, begunAt);
    return { grant: this.#grant(claims, id, { spots, begunAt, untold }) };
  }

  view(claim: Claim): PartyUse {
    const now = this.#parts.uptime();
    if (this.#isTogether === true) return this.#seen.view(claim, now);
    return this.#own.view(claim, this.#nodes, now);
  }

  get standing(): Standing {
    const nodes = this.#nodes;
    if (this.#isTogether === true) return { state: "joined", nodes };
    return { state: "apart", why: this.#link.why, nodes };
  }

  say(topic: Topic, text: string): void {
    if (this.#isTogether === true) void this.#link.say(`${this.#parts.node} ${topic} ${text}`);
  }

  hear(topic: Topic, listener: (text: string) => void): void {
    this.#listeners.set(topic, listener);
  }

  #heard(said: string): void {
    const [, node, topic, text = ""] = /^(\S+) (\S+) (.*)$/s.exec(said) ?? [];
    if (node === this.#parts.node) return;
    for (const [name, listener] of this.#listeners) if (name === topic) listener(text);
  }

  async beat(nodes: number): Promise<void> {
    this.#nodes = Math.max(1, nodes);
    const memory = await this.#link.probe();
    if (memory !== undefined) await this.#meet(memory);
    else if (this.#link.isBroken) this.#apart();
    // By then they have ended by themselves.
    if (this.#isTogether === false && this.#parts.uptime() - this.#apartAt > leaseMs)
      this.#ended.clear();
    const renewalIsDue = this.#parts.uptime() - this.#renewedAt >= renewMs;
    if (this.#isTogether === true && renewalIsDue) await this.#renew();
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  #sharing(now: number): Sharing {
    return {
      nodes: this.#nodes,
      used: (claim, name) => this.#seen.view(claim, now)[name]?.used ?? 0,
    };
  }

  #grant(claims: readonly Claim[], id: string, held: Held): Grant {
    this.#held.set(id, held);
    this.#own.begin(claims, held.begunAt);
    const close = async (images: number | undefined): Promise<void> => {
      if (!this.#held.delete(id)) return;
      const now = this.#parts.uptime();
      for (const counts of [this.#own, held.untold]) {
        if (images === undefined) counts?.cancel(claims, held.begunAt);
        else counts?.end(claims, images, held.begunAt, now);
      }
      // Of those the server hears later, it hears as they are by then.
      if (held.untold === this.#untold) this.#remember(id, held.spots);
      else await this.#end(id, held, images);
    };
    return { end: (images) => close(images), cancel: () => close(undefined) };
  }

  /** Tells the server of an end; `images`: those that count; undefined: nothing does. */
  async #end(id: string, { spots, begunAt }: Held, images: number | undefined): Promise<void> {
    const besides = (name: WindowName, claim: Claim): number => {
      const asked = amountOf(name, claim.images);
      if (images === undefined) return -asked;
      return name === "rpm" ? 0 : images - asked;
    };
    const isNews = spots.some(
      ({ name, claim }) => name === "concurrency" || besides(name, claim) !== 0,
    );
    if (!isNews) return;
    const takenAt = String(this.#link.timeOf(begunAt));
    const words = wordsOf(spots, besides);
    const answer = await this.#ask(endScript, spots, [id, takenAt, ...words]);
    if (answer === undefined) this.#remember(id, spots);
  }

  #remember(id: string, spots: readonly Spot[]): void {
    for (const { key, name } of spots) if (name === "concurrency") addLease(this.#ended, key, id);
  }

  /** The server's answer about limits; undefined where this node goes by its part of them. */
  async #ask(
    script: Script,
    spots: readonly Spot[],
    words: readonly string[],
  ): Promise<Answer | undefined> {
    if (this.#isTogether !== true) return undefined;
    const keys = spots.map(({ key }) => key);
    const answer = await this.#link.run(script, keys, words);
    if (answer !== undefined) this.#seen.note(spots, answer, this.#parts.uptime());
    else if (this.#link.isBroken) this.#apart();
    return answer;
  }

  /** Goes by this node's part of all limits. */
  #apart(): void {
    if (this.#isTogether === false) return;
    this.#isTogether = false;
    this.#apartAt = this.#parts.uptime();
    const { log } = this.#parts;
    log.warn(
      { redis: this.#link.address, detail: this.#link.why, nodes: this.#nodes },
      "Redis does not answer: each node goes by its part of every limit until it does",
    );
  }

  /** The server is there: tells it what it does not know, and counts with it from then on. */
  async #meet({ name, ageMs }: Memory): Promise<void> {
    const hasForgotten = this.#memory !== undefined && this.#memory !== name;
    if (!(await this.#tell(hasForgotten))) return;
    this.#memory = name;
    if (this.#isTogether === true) return;
    // The others may not have told it yet what they did.
    if (this.#isTogether === false && this.#nodes > 1 && ageMs < learnMs) return;
    if (!(await this.#renew())) return;
    this.#own.forgetParts();
    const { log } = this.#parts;
    if (this.#isTogether === false)
      log.info({ redis: this.#link.address }, "Redis answers again: all nodes count together");
    this.#isTogether = true;
  }

  /** Tells the server what was counted without it; all that counts, where it has forgotten everything. */
  async #tell(hasForgotten: boolean): Promise<boolean> {
    const now = this.#parts.uptime();
    this.#owed.push(this.#untold);
    this.#untold = createLocalLimits();
    if (hasForgotten) this.#owed.splice(0, Infinity, this.#own);
    for (let [counts] = this.#owed; counts !== undefined; [counts] = this.#owed) {
      // What was told twice, since an answer came too late, makes a limit tighter for a minute.
      if (!(await this.#add(counts, now))) return false;
      this.#owed.shift();
    }
    const ended = this.#ended;
    this.#ended = new Map();
    if (!(await runOnLeases(this.#link, dropScript, ended))) {
      for (const [key, ids] of ended) for (const id of ids) addLease(this.#ended, key, id);
      return false;
    }
    return !hasForgotten || this.#renew();
  }

  async #add(counts: LocalLimits, now: number): Promise<boolean> {
    const { prefix } = this.#parts.server;
    const all = [...counts.counts(now)];
    for (let from = 0; from < all.length; from += keysMax) {
      const some = all.slice(from, from + keysMax);
      const keys = some.map(({ party, name }) => keyOf(prefix, party, name));
      const words = some.flatMap(({ name, pieces }) => {
        const told = pieces.map(({ lastAt, count }) => `${this.#link.timeOf(lastAt)}:${count}`);
        return [String(spanOf[name].windowMs), String(spanOf[name].pieceMs), told.join(" ")];
      });
      if ((await this.#link.run(addScript, keys, words)) === undefined) return false;
    }
    return true;
  }

  /** Keeps the leases of all that runs. */
  async #renew(): Promise<boolean> {
    const leases: Leases = new Map();
    for (const [id, { spots }] of this.#held)
      for (const { key, name } of spots) if (name === "concurrency") addLease(leases, key, id);
    if (!(await runOnLeases(this.#link, renewScript, leases, [String(leaseMs)]))) return false;
    this.#renewedAt = this.#parts.uptime();
    return true;
  }
}
