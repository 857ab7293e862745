import type { Weekday } from "../core/budget.ts";
import type { Bucket, BucketCredentials } from "../core/bucket.ts";
import type { Channel } from "../core/channel.ts";
import type { KeyOwners, KeySettings } from "../core/key.ts";
import type { ModelCard } from "../core/model-card.ts";
import type { Nano } from "../core/money.ts";
import type { NoticeTarget } from "../core/notice-target.ts";
import type { EntryReader } from "../core/resource.ts";
import type { Policy } from "../core/policy.ts";
import type { RedisServer } from "../core/redis-server.ts";
import type { Role, Sight } from "../core/role.ts";
import type { ShownSetting } from "../core/shown-setting.ts";
import type { Secret } from "../core/secret.ts";

/** A gateway key that the file declares. */
export interface ConfigKey extends KeySettings {
  /** The key in records and budgets, unique among those of the file. */
  readonly id: string;
  /** At least 20 characters. */
  readonly key: Secret;
  /** In words: `pinhole.yaml, line 3`. */
  readonly declaredAt: string;
}

/** The database's place. */
export type DatabaseConfig =
  | {
      readonly kind: "sqlite";
      /** Absolute, or `:memory:`. */
      readonly path: string;
      /** False: only `pinhole migrate` changes the schema. */
      readonly migrates: boolean;
    }
  | {
      readonly kind: "postgres";
      /** With the password. */
      readonly url: Secret;
      /** Connections at most. */
      readonly pool: number;
      readonly migrates: boolean;
    };

/** The place of finished images, and the way they are delivered. */
export type ImagesConfig = ImageRules & ({ readonly kind: "file" } | S3Images);

/** The bucket that images rest in, and what to reach it with. */
interface S3Images {
  readonly kind: "s3";
  readonly bucket: Bucket;
  readonly credentials: BucketCredentials;
}

interface ImageRules {
  /** Absolute. With a bucket nothing rests there. */
  readonly folder: string;
  /** The way in which a hosted image's URL answers. */
  readonly serve: "gateway" | "redirect";
  /** Life of a hosted image and its URL. */
  readonly ttlMs: number;
  /** `auto`: the card's `delivery` decides. */
  readonly responseFormat: "auto" | "url" | "b64_json" | "both";
  /** Of made images. */
  readonly metadata: "strip" | "keep";
  /** Undefined: the disk is the limit. */
  readonly quotaBytes: number | undefined;
  /** Of the pictures that one person keeps. */
  readonly savedBytesMax: number;
  readonly recoveryBytes: number;
  readonly retentionMs: number;
}

/** The listening side. */
export interface ServerConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** No trailing slash. Undefined: URLs are built from the request's Host. */
  readonly publicUrl: string | undefined;
  /** Addresses, CIDR ranges, and the words `loopback`, `linklocal`, `uniquelocal`. */
  readonly trustedProxies: readonly string[];
  /** Origins, or `*`. */
  readonly cors: readonly string[];
  /** Time for a client to send its request. */
  readonly requestTimeoutMs: number;
  /** Time for which a client may take nothing of an answer that waits for it. */
  readonly readTimeoutMs: number;
  /** After SIGTERM, how long new connections are still taken. */
  readonly shutdownGraceMs: number;
  readonly bodyBytesMax: number;
  readonly heartbeatMs: number;
  readonly interim102: boolean;
  readonly retryWindowMs: number;
}

/** Bounds on work that is taken in at the same time; beyond them a request is refused before anything is read or paid. */
export interface AdmissionConfig {
  readonly requestsMax: number;
  readonly bytesMax: number;
  readonly eventLoopDelayMsMax: number;
}

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** The usual proxy variables, as they stand in the environment. */
export interface ProxyConfig {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** Comma-separated hosts that are reached directly. */
  readonly bypass: string | undefined;
}

/** Targets that URLs of strangers may reach besides the public internet on port 443. */
export interface EgressConfig {
  /** Lower case; a leading dot stands for all below it. */
  readonly allowPrivate: {
    readonly hosts: readonly string[];
    readonly cidrs: readonly string[];
    readonly http: boolean;
    readonly ports: readonly number[];
  };
  /** The proxy of the environment keeps requests out of private networks. */
  readonly proxyFilters: boolean;
}

/** Figures for Prometheus; off where neither is set. */
export interface MetricsConfig {
  /** The address that serves nothing else. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly token: Secret | undefined;
}

/** Spans for a collector; off where there is no endpoint. */
export interface TracesConfig {
  /** The address that messages go to, whole. */
  readonly endpoint: string | undefined;
  readonly headers: Readonly<Record<string, Secret>>;
  readonly sample: number;
  readonly propagate: boolean;
}

/** The identity provider that people sign in by. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly roleClaim: string;
  /** Values of the claim by role, the widest first. */
  readonly roles: readonly (readonly [Role, readonly string[]])[];
  readonly defaultRole: Role | undefined;
  readonly teamClaim: string | undefined;
  readonly linkByEmail: boolean;
}

/** The operator's decisions, validated, with defaults filled in, folders absolute and units in the names. */
export interface Config {
  /** The file that was read, absolute; undefined where there is none. */
  readonly file: string | undefined;
  /** The digest of it and of the file of prices, by which gateways see whether they have the same; null where there is neither. */
  readonly fileHash: string | null;
  /** All that is shown of it to operators. */
  readonly shown: readonly ShownSetting[];
  /** Database, secret, images and spools live below it unless told otherwise. Absolute. */
  readonly dataFolder: string;
  /** Signs URLs and digests keys. Undefined: made on first run and kept in the data folder. */
  readonly secret: Secret | undefined;
  /** The secret of before; undefined: no change of secrets is under way. */
  readonly secretPrevious: Secret | undefined;
  /** Undefined: made on first run. */
  readonly adminToken: Secret | undefined;
  readonly oidc: OidcConfig | undefined;
  readonly server: ServerConfig;
  readonly database: DatabaseConfig;
  readonly images: ImagesConfig;
  /** The server that nodes count together in; undefined: this process counts alone. */
  readonly redis: RedisServer | undefined;
  readonly keys: readonly ConfigKey[];
  /** The users and teams that keys may belong to. */
  readonly owners: KeyOwners;
  /** The channels of the file, then those that the environment makes, then the built-in ones. Ids are unique. */
  readonly channels: readonly Channel[];
  /**
   * Names that stand for models, in the order to try. The targets are names that channels serve: an
   * alias is never the target of another, and may bear the name of its own first target.
   */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** A served model or an alias. */
  readonly defaultModel: string | undefined;
  /** Cards of retired models that clients can ask for here, by every name: a served model stands in for them. */
  readonly retired: ReadonlyMap<string, ModelCard>;
  /** Reads entries of the database by the schemas of the file. */
  readonly entries: EntryReader;
  readonly policy: Policy;
  readonly egress: EgressConfig;
  /** Places that notices are sent to. */
  readonly noticeTargets: readonly NoticeTarget[];
  /** Addresses besides the public internet that they may have. */
  readonly noticesAllowPrivate: EgressConfig["allowPrivate"];
  readonly exposeChannel: boolean;
  readonly admission: AdmissionConfig;
  /** The most that one correction by an operator may be. */
  readonly correctionMaxNano: Nano;
  /** The days, weeks and months of budgets. */
  readonly calendar: { readonly timeZone: string; readonly weekStarts: Weekday };
  readonly logs: {
    readonly level: (typeof logLevels)[number];
    readonly format: "json" | "pretty";
  };
  /** The time for which requests are remembered. */
  readonly records: { readonly retentionMs: number; readonly promptsMs: number };
  /** The prompts and pictures that are shown to those who watch. */
  readonly console: { readonly pictures: Sight };
  readonly metrics: MetricsConfig;
  readonly traces: TracesConfig;
  readonly proxy: ProxyConfig;
}
