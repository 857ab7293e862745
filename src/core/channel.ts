import type { Budget } from "./budget.ts";
import type { ModelCard } from "./model-card.ts";
import type { Price } from "./price.ts";
import type { PriceMarkup } from "./price-markup.ts";
import type { BaseSettings, Provider } from "./provider.ts";

/** A model as one channel serves it. */
export interface ChannelModel {
  /** The name that clients use. */
  readonly name: string;
  /** The name at the upstream. */
  readonly upstream: string;
  /** Absent: types are checked and everything is forwarded. */
  readonly card: ModelCard | undefined;
  /**
   * The card of the retired model that clients name, where `card`'s model serves in its place
   * (CONTRACT "Retired models"): it rules what a request may say and how the answer looks.
   */
  readonly named?: ModelCard | undefined;
  /** The price that counts: the operator's, else the card's, with the operator's exchange rates. */
  readonly price: Price | undefined;
  /** The way in which entries of the list of prices can mean it; absent where nobody asks. */
  readonly pricing?: ModelPricing | undefined;
  /** The operator's markup on it; undefined: none. That of a customer's team goes before it. */
  readonly markup?: PriceMarkup | undefined;
}

/** A model as entries of the list of prices can mean it. */
export interface ModelPricing {
  /** The names at the upstream, here, and of its card, in this order. */
  readonly names: readonly string[];
  /** True: the channel says a price of its own, which counts before the list's. */
  readonly isOwn: boolean;
}

/** One account at one provider, ready for use: settings are validated, models have their cards. */
export interface Channel {
  readonly id: string;
  readonly provider: Provider;
  /** One entry for each credential; all but the credential is the same. */
  readonly credentials: readonly BaseSettings[];
  readonly models: readonly ChannelModel[];
  /** Higher is tried first. */
  readonly priority: number;
  /** Share among equals. */
  readonly weight: number;
  readonly enabled: boolean;
  /** Try another target after an unknown outcome. */
  readonly retryUnknown: boolean;
  /** The most that may be spent there; absent: as much as its provider lets. */
  readonly budgets?: readonly Budget[] | undefined;
  readonly limits: {
    readonly concurrency: number | undefined;
    readonly rpm: number | undefined;
    readonly ipm: number | undefined;
    /** Calls that may wait for room before a lower priority is used; undefined: a few, where nothing else is left. */
    readonly queue: number | undefined;
  };
  readonly timeout: {
    readonly connectMs: number;
    /** From a request's first byte out to its answer's first byte in; undefined: as long as the rest allows. */
    readonly firstByteMs: number | undefined;
    readonly totalMs: number;
  };
}

/** A channel and a model on it that could serve a request. */
export interface Target {
  readonly channel: Channel;
  readonly model: ChannelModel;
  /** The model's card less what the channel's settings take away; requests are fitted to this one. */
  readonly card: ModelCard | undefined;
  /** False: this field never reaches the upstream on this channel. The only limit of a model without a card. */
  takes(field: string): boolean;
}
