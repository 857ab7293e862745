import { z } from "zod";
import { promisedFields } from "./card-fields.ts";
import type { ErrorCode } from "./errors.ts";
import type { Facts } from "./facts.ts";
import type { ModelCard } from "./model-card.ts";
import type { Nano } from "./money.ts";
import type { Narrowing } from "./narrowing.ts";
import type { Picture } from "./picture.ts";
import type { FittedRequest, Usage, Warning } from "./request.ts";
import { Secret } from "./secret.ts";
import type { ProviderTools, UpstreamHttp } from "./provider-tools.ts";
import type { UpstreamFault, WireError, WireRequest } from "./wire.ts";

export type {
  Chance,
  ProviderTools,
  SocketMessage,
  UpstreamHttp,
  UpstreamSocket,
} from "./provider-tools.ts";
export type { UpstreamFault } from "./wire.ts";

/** A credential in a provider's settings. */
export const secretSchema = z
  .string()
  .trim()
  .min(1)
  .transform((value) => new Secret(value))
  // Schemas that are made of it inherit the mark.
  .meta({ secret: true });

/** One call to an identity provider, sent as a POST. */
export interface TokenRequest {
  /** Absolute; at one of the provider's `credentialHosts` or `credentialOrigins`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body's fields, sent as application/x-www-form-urlencoded. */
  readonly form: Readonly<Record<string, string>>;
}

/** The HTTP that `authorize` is handed. Nothing of the paid request has been sent while it is in use. */
export interface TokenHttp {
  /**
   * The JSON of a 2xx answer. Throws `PinholeError`: upstream_credentials for a 4xx, else a code
   * whose evidence says that nothing was begun, so that the next target may be tried.
   */
  post(request: TokenRequest): Promise<unknown>;
}

/** A credential that is good for a while. */
export interface ShortCredential {
  readonly value: Secret;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** Short-lived credentials of one provider, kept as long as they are good. In memory only. */
export interface CredentialCache {
  /**
   * The credential that is kept under the key, or else the one that `make` makes. Callers at the same time share one making;
   * a making that failed is not kept. The key must say everything that the credential depends on.
   */
  get(key: string, make: () => Promise<ShortCredential>): Promise<Secret>;
}

/** The input of `authorize`. */
export interface AuthorizeInput<S> {
  readonly settings: S;
  readonly request: WireRequest;
  /** The method that the request goes with. */
  readonly method: NonNullable<WireRequest["method"]>;
  /** The whole URL that the request goes to, with its query. */
  readonly url: string;
  /**
   * SHA-256 of the body exactly as it will be sent, in lower-case hexadecimal; without a body that of no
   * bytes. Computed when it is first asked for.
   */
  bodySha256(): Promise<string>;
  readonly http: TokenHttp;
  readonly cache: CredentialCache;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Counts of an upstream call that a price may be made of (docs/prices.md, "Lines"). */
export interface CallFacts {
  /** Steps of one picture. Absent: as the options say. */
  readonly steps?: number | undefined;
  /** Seconds of the upstream's machine, as it measured them. */
  readonly seconds?: number | undefined;
  /** Other things billed by number, such as `searches`; a price names it `count:searches`. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

/** A report of an adapter while it works. `index` counts this call's images from 0; `warnings` tell what the upstream passed over. */
export type ProviderEvent =
  /** From 0 to 1. */
  | { readonly progress: number }
  /** The upstream's id of the work that it has taken on, for `cancel`. */
  | { readonly job: string }
  | { readonly partial: Picture; readonly index: number }
  | {
      readonly picture: Picture;
      readonly index: number;
      readonly revisedPrompt?: string | undefined;
      /** The upstream's own word for what it made. */
      readonly quality?: string | undefined;
      readonly background?: string | undefined;
      /** As the upstream says it, or as it works it out from the seed that it was given. */
      readonly seed?: number | undefined;
      readonly warnings?: readonly Warning[] | undefined;
    }
  | { readonly usage: Usage }
  /** Facts that a price may need besides pictures and usage; several are put together. */
  | { readonly facts: CallFacts }
  /** The upstream's own statement of cost, nano-dollars, for the whole call. */
  | { readonly charge: Nano };

/**
 * The outcome of taking work back: it goes on, or is over already; it was stopped and nothing is billed; it was stopped, and what
 * was done may be billed.
 */
export type TakenBack = "kept" | "free" | "doubtful";

/** One upstream call, as its adapter sees it. */
export interface GenerateInput<S, O> extends ProviderTools {
  readonly request: FittedRequest;
  /** The model's name at the upstream. */
  readonly model: string;
  /** The card of the model, where it has one. */
  readonly card: ModelCard | undefined;
  readonly settings: S;
  /** `provider_options.<id>`, validated. */
  readonly options: O;
}

/** Every provider has at least these settings. `base_url` has no trailing slash. */
export interface BaseSettings {
  readonly base_url: string;
}

interface ProviderFields<S extends BaseSettings, O> {
  /** Folder name and the word in `pinhole.yaml`: lower-case, hyphens. */
  readonly id: string;
  readonly name: string;
  /** The upstream's documentation. */
  readonly docs: string;
  /** One sentence for the generated docs: what it is and what a reader should know. */
  readonly about: string;
  /** Of every provider but those that are built in. */
  readonly facts?: Facts | undefined;
  /**
   * The channel in the generated docs, as YAML, where the required settings and the first model are no
   * whole example by themselves.
   */
  readonly example?: { readonly settings: string; readonly models: string } | undefined;
  /** Cards of the models it knows; open-ended providers also take any name. */
  readonly models: readonly ModelCard[];
  /** True: the operator may name models without a card (self-hosted servers, resellers). */
  readonly openEnded: boolean;
  /**
   * Card used for models of this provider that have no card of their own, under the model's own name.
   * Absent: types are checked and everything is forwarded.
   */
  readonly defaultCard?: ModelCard | undefined;
  /**
   * The card of a model that the settings describe, under the upstream's name for it; undefined where they
   * say nothing of it, so that it has no card of its own.
   */
  cardFor?(about: { readonly settings: S; readonly model: string }): ModelCard | undefined;
  /** Dotted places in the settings, `*` for every key, of paths to files whose text stands there instead. */
  readonly fileSettings?: readonly string[];
  /**
   * True: its upstream needs a seed to make another picture each time, or draws one from its clock, so that calls
   * side by side would make the same. `more.seed` is then always there, drawn by the gateway where no client gave one.
   */
  readonly needsSeed?: boolean;
  /** True: fields that the contract does not know are forwarded under their own names (the OpenAI dialect). */
  readonly forwardsUnknown?: boolean;
  /** Host names besides base_url's where credentials may go. Suffix match with a leading dot. */
  readonly credentialHosts?: readonly string[];
  /** Origins that the operator configured besides base_url's and where credentials may go: an identity provider of their own. */
  credentialOrigins?(settings: S): readonly string[];
  /** Hosts that result URLs may point to (suffix match with a leading dot); absent: any public host. base_url's own host is always allowed. */
  readonly resultHosts?: readonly string[];
  /** Further such hosts that the operator configured, where the vendor documents none or the operator's own serve them. */
  configuredResultHosts?(settings: S): readonly string[] | undefined;
  /** Headers that carry the channel's credential. */
  authorize(
    input: AuthorizeInput<S>,
  ): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  generate(input: GenerateInput<S, O>): AsyncGenerator<ProviderEvent, void, void>;
  /** Absent: nothing is narrowed. An adapter that is handed a field which its settings do not let through refuses it. */
  narrow?(settings: S): Narrowing;
  /**
   * False: the adapter has no way to send this field, under the contract's name, to this model. A card of
   * the operator's that names one is a fault at the start. Absent: it sends what one of its own cards promises; a
   * provider that has none, or forwards what it does not know, sends whatever a card takes.
   */
  sends?(field: string, about: { readonly settings: S; readonly model: string }): boolean;
  /** Undefined: decided by the status alone (`faultFromStatus`). */
  readError?(error: WireError, settings: S): UpstreamFault | undefined;
  /** Lists the upstream's model names. Free of charge. Undefined where the settings do not say how. */
  discover?(input: {
    readonly settings: S;
    readonly http: UpstreamHttp;
  }): Promise<string[] | undefined>;
  /**
   * Asks the upstream whether the credential is good, free of charge, and says what it found: "the account
   * of Jo, 12.30 dollars left". Absent: `discover` is asked, where that needs a credential.
   */
  check?(input: { readonly settings: S; readonly http: UpstreamHttp }): Promise<string>;
  /**
   * Takes back the work of a job whose attempt was given up or has failed, or that is wanted no more. Asking is free; a job
   * that is over already is left alone. It says `free` only where the upstream's facts are sure of that.
   */
  cancel?(input: {
    readonly settings: S;
    readonly http: UpstreamHttp;
    readonly job: string;
  }): Promise<TakenBack>;
}

/** A provider as its folder writes it. */
export interface ProviderDefinition<
  S extends z.ZodType<BaseSettings>,
  O extends z.ZodType,
> extends ProviderFields<z.output<S>, z.output<O>> {
  /** The settings that an operator configures. */
  readonly settings: S;
  /** The options that a caller may pass in `provider_options.<id>`. */
  readonly options: O;
}

/** Settings by the environment variables that fill them. */
export type SettingsByVariable = Readonly<Record<string, string>>;

/** Variables that together make a default channel, which serves all current models. */
export interface EnvironmentChannel {
  /** Every one of these must be set. */
  readonly needs: SettingsByVariable;
  /** Read as well where they are set. */
  readonly takes?: SettingsByVariable;
}

/** One line of the list of providers: what must be known of one before anything of it is loaded. */
export interface ListedProvider {
  /** The provider's own id. */
  readonly id: string;
  /** Ways to get a channel from the environment alone; the first whose variables are all set is used. */
  readonly environment?: readonly EnvironmentChannel[];
  /** True: present as a channel of its own where nothing else is configured. */
  readonly builtIn?: boolean;
  /** Names in the examples of images manuals, with the model that answers them and requests without a model where nothing else is configured. */
  readonly manuals?: { readonly names: readonly string[]; readonly model: string };
  /** The provider itself, with its cards and schemas. */
  load(): Promise<{ readonly default: Provider }>;
}

/** A provider with its own types erased, as everything outside its folder sees it. */
export interface Provider extends ProviderFields<BaseSettings, unknown> {
  readonly settings: z.ZodType<BaseSettings>;
  readonly options: z.ZodType;
}

/** Checks the value against its type and erases it. */
export function defineProvider<S extends z.ZodType<BaseSettings>, O extends z.ZodType>(
  provider: ProviderDefinition<S, O>,
): Provider {
  // Settings and options reach the functions only after the provider's own schemas have read them,
  // so erasing their types here is safe; it is the one place where that happens.
  const erased: Provider = provider;
  const { models, defaultCard, forwardsUnknown, sends } = erased;
  if (sends !== undefined || forwardsUnknown === true || models.length === 0) return erased;
  const promised = promisedFields(defaultCard === undefined ? models : [...models, defaultCard]);
  return { ...erased, sends: (field) => promised.has(field) };
}

/** The meaning of a status whose body says nothing better (DESIGN §6). */
export function faultFromStatus(status: number): ErrorCode {
  if (status === 401 || status === 402 || status === 403) return "upstream_credentials";
  if (status === 404) return "upstream_model_missing";
  if (status === 408) return "upstream_timeout";
  if (status === 413) return "image_too_large";
  if (status === 429) return "upstream_rate_limited";
  if (status === 503) return "upstream_busy";
  if (status === 504 || status === 524) return "upstream_timeout";
  if (status >= 400 && status < 500) return "invalid_value";
  return "upstream_failed";
}
