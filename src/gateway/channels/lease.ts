import type { Claim, Grant, Refusal, Taken } from "../../cluster/cluster.ts";
import type { Channel } from "../../core/channel.ts";
import type { Health, HealthPass, Verdict } from "./health.ts";
import type { ChannelRoom } from "./room.ts";

/** The thing that a failure speaks against. */
export type FaultScope = "channel" | "credential" | "model";

/** The room and model that a call asks a channel for. */
export interface Wanted {
  /** The model's name at the upstream. */
  readonly model: string;
  readonly images: number;
  /** Places of the credentials that this call has tried here. */
  readonly triedCredentials: ReadonlySet<number>;
}

/** The right to make one attempt. Ended or cancelled once; what comes after changes nothing. */
export interface Lease {
  /** Place of the credential to use. */
  readonly credential: number;
  /** False: other nodes share the room, so that `confirm` comes before the attempt. */
  readonly isConfirmed: boolean;
  /** Takes the room among all nodes. False: there is none, and the lease is cancelled. Never rejects. */
  confirm(): Promise<boolean>;
  /** Returns the milliseconds for which what failed cools from now on; 0: it can be used at once. */
  end(verdict: Verdict, scope: FaultScope): number;
  /** Gives everything back, where the lease was not used. */
  cancel(): void;
}

/** The healths of a channel and its parts, which begin anew when it is configured anew. */
export interface Healths {
  readonly channel: Channel;
  readonly health: Health;
  readonly credentials: readonly Health[];
  readonly models: Map<string, Health>;
}

/** The channel that a lease is of. */
export interface LeaseHolder {
  readonly room: ChannelRoom;
  /** False: there are no other nodes that have a say. */
  readonly isShared: boolean;
  now(): number;
  newModelHealth(model: string): Health;
  /** The room that a call asks for among all nodes, and the probes that it is: parts whose one attempt it makes. */
  claims(wanted: Wanted, probes: readonly string[]): readonly Claim[];
  take(claims: readonly Claim[]): Promise<Taken>;
  /** Other nodes have taken the room. */
  refused(refusal: Refusal): void;
  /** Tells routing that something may have changed which decides whether the channel can be chosen. */
  refresh(): void;
}

const neutral: Verdict = { kind: "neutral" };
const noClaims: readonly Claim[] = [];

/** The beginning of the names by which nodes claim the one probe of a part. */
export const probePrefix = "probe ";
/** Time after which it is asked again whether another node still probes, unless that one tells first. */
const probeMs = 1000;

/**
 * Begins an attempt on a channel. A reload may replace its healths while the lease is open; it then
 * speaks about the old ones.
 */
export function openLease(
  holder: LeaseHolder,
  healths: Healths,
  wanted: Wanted,
  credential: number,
  begunAt: number,
): Lease {
  return new OpenLease(holder, healths, wanted, credential, begunAt);
}

/** A health with its own mark of one attempt. */
class Pass {
  readonly #health: Health;
  readonly #pass: HealthPass;

  constructor(health: Health, now: number) {
    this.#health = health;
    this.#pass = health.begin(now);
  }

  get isProbe(): boolean {
    return this.#pass.isProbe;
  }

  /** Another node makes this attempt. */
  leaveAlone(until: number): void {
    if (this.isProbe) this.#health.leaveAlone(until);
  }

  /** Ends the attempt for this health: success speaks for all that was used, a fault only against what it was about. */
  end(verdict: Verdict, isAbout: boolean, now: number): void {
    this.#health.end(this.#pass, verdict.kind === "good" || isAbout ? verdict : neutral, now);
  }
}

class OpenLease implements Lease {
  readonly credential: number;
  readonly #holder: LeaseHolder;
  readonly #healths: Healths;
  readonly #wanted: Wanted;
  readonly #begunAt: number;
  readonly #channel: Pass;
  readonly #credential: Pass | undefined;
  readonly #model: Pass | undefined;
  readonly #claims: readonly Claim[];
  #grant: Grant | undefined;
  #isOpen = true;

  constructor(
    holder: LeaseHolder,
    healths: Healths,
    wanted: Wanted,
    credential: number,
    begunAt: number,
  ) {
    const own = healths.credentials[credential];
    const ofModel = healths.models.get(wanted.model);
    this.credential = credential;
    this.#holder = holder;
    this.#healths = healths;
    this.#wanted = wanted;
    this.#begunAt = begunAt;
    this.#channel = new Pass(healths.health, begunAt);
    this.#credential = own === undefined ? undefined : new Pass(own, begunAt);
    this.#model = ofModel === undefined ? undefined : new Pass(ofModel, begunAt);
    this.#claims = holder.isShared ? holder.claims(wanted, this.#probes()) : noClaims;
    holder.room.begin(wanted.images, begunAt);
  }

  get isConfirmed(): boolean {
    return this.#claims.length === 0 || this.#grant !== undefined;
  }

  async confirm(): Promise<boolean> {
    if (this.#claims.length === 0) return true;
    const { grant, refusal } = await this.#holder.take(this.#claims);
    if (refusal !== undefined) {
      this.cancel();
      this.#refused(refusal);
      return false;
    }
    this.#grant = grant;
    if (!this.#isOpen) void grant.cancel();
    return this.#isOpen;
  }

  /** The parts that this attempt is the probe of. */
  #probes(): readonly string[] {
    const probes: string[] = [];
    if (this.#channel.isProbe) probes.push("channel");
    if (this.#credential?.isProbe === true) probes.push(`credential ${this.credential}`);
    if (this.#model?.isProbe === true) probes.push(`model ${this.#wanted.model}`);
    return probes;
  }

  #refused(refusal: Refusal): void {
    if (!refusal.claim.party.startsWith(probePrefix)) {
      this.#holder.refused(refusal);
      return;
    }
    const until = this.#holder.now() + probeMs;
    for (const pass of [this.#channel, this.#credential, this.#model]) pass?.leaveAlone(until);
    this.#holder.refresh();
  }

  end(verdict: Verdict, scope: FaultScope): number {
    if (!this.#isOpen) return 0;
    this.#isOpen = false;
    this.#holder.room.end();
    // The others hear of it; the answer does not wait for that.
    void this.#grant?.end(this.#wanted.images);
    this.#close(verdict, scope);
    const now = this.#holder.now();
    return Math.max(0, (this.#blamed(scope)?.readyAt(now) ?? now) - now);
  }

  #blamed(scope: FaultScope): Health | undefined {
    const { health, credentials, models } = this.#healths;
    if (scope === "credential") return credentials[this.credential] ?? health;
    return scope === "model" ? models.get(this.#wanted.model) : health;
  }

  cancel(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#holder.room.cancel(this.#wanted.images, this.#begunAt);
    void this.#grant?.cancel();
    this.#close(neutral, "channel");
  }

  #close(verdict: Verdict, scope: FaultScope): void {
    const now = this.#holder.now();
    this.#channel.end(verdict, scope === "channel", now);
    this.#credential?.end(verdict, scope === "credential", now);
    this.#model?.end(verdict, scope === "model", now);
    if (scope === "model" && verdict.kind !== "good" && this.#model === undefined) {
      this.#modelFailed(verdict, now);
    }
    this.#holder.refresh();
  }

  /** A model has a health of its own only from its first failure on. */
  #modelFailed(verdict: Verdict, now: number): void {
    const { models } = this.#healths;
    const { model } = this.#wanted;
    const health = models.get(model) ?? this.#holder.newModelHealth(model);
    models.set(model, health);
    health.end(health.begin(now), verdict, now);
  }
}
