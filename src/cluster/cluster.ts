/** The limits of one party. Null: none. */
export interface PartyLimits {
  /** Requests a minute. */
  readonly rpm: number | null;
  /** Images a minute. */
  readonly ipm: number | null;
  /** Images a day. */
  readonly ipd: number | null;
  /** Requests at the same time. */
  readonly concurrency: number | null;
}

export type LimitName = keyof PartyLimits;

/** The room that one request of so many images asks of one party: a key, its user, its team, a channel. */
export interface Claim {
  /** The party's name, unique among all parties of all kinds. */
  readonly party: string;
  readonly limits: PartyLimits;
  readonly images: number;
}

/** The limit that stands in the way of a request. */
export interface Refusal {
  readonly claim: Claim;
  readonly limit: LimitName;
  /** Milliseconds until the request fits; undefined: when another one ends. */
  readonly waitMs: number | undefined;
}

/** Room that was taken for one request. Ended or cancelled once; what comes after changes nothing. */
export interface Grant {
  /** The request is over; `images` of it count. Resolves when all nodes can know, and never rejects. */
  end(images: number): Promise<void>;
  /** The request was never begun: it counts for nothing. */
  cancel(): Promise<void>;
}

export type Taken =
  | { readonly grant: Grant; readonly refusal?: undefined }
  | { readonly grant?: undefined; readonly refusal: Refusal };

/** The use of one window. */
export interface WindowUse {
  readonly used: number;
  /** Milliseconds until none of it counts any more. */
  readonly resetMs: number;
}

/** The windows of one party's limits, as far as this node knows; undefined: no such limit. */
export interface PartyUse {
  readonly rpm: WindowUse | undefined;
  readonly ipm: WindowUse | undefined;
  readonly ipd: WindowUse | undefined;
}

/** The way in which this node counts now. `apart`: the nodes cannot reach what they count in, and each goes by its part of every limit. */
export interface Standing {
  readonly state: "alone" | "joined" | "apart";
  /** Of `apart`: why, in words for the operator. */
  readonly why?: string | undefined;
  /** The nodes that a limit is divided by where they are apart. */
  readonly nodes: number;
}

/** The things that nodes tell each other. `served`: keys, limits or channels were changed. `health`: a channel has begun or ceased to cool. */
export type Topic = "served" | "health";

/**
 * The port by which nodes tell each other what none of them can know alone. Money never goes by it: what is lost here
 * makes a limit wider for a minute, never a budget.
 */
export interface Cluster {
  /** False: this process counts for itself, and asking anybody would be in vain. */
  readonly isShared: boolean;
  /** Takes room of all parties, or of none of them. Never rejects. */
  take(claims: readonly Claim[]): Promise<Taken>;
  /** The use of a party's limits. */
  view(claim: Claim): PartyUse;
  readonly standing: Standing;
  /** Tells the other nodes a word. It may be lost: what it is about is found out without it, later. */
  say(topic: Topic, text: string): void;
  /** Listens to the words of other nodes on a topic; never to those of this one. */
  hear(topic: Topic, listener: (text: string) => void): void;
  /** Wants to be called every second, with the number of nodes that are at work. Never rejects. */
  beat(nodes: number): Promise<void>;
  close(): Promise<void>;
}
