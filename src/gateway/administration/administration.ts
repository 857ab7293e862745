import type { Sealer } from "../../core/envelope.ts";
import type { KeyOwners, KeyRecord } from "../../core/key.ts";
import type { PriceVersion } from "../../core/price.ts";
import type { Concern } from "../../core/resource.ts";
import type { Caller, Sight } from "../../core/role.ts";
import type { Secret } from "../../core/secret.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { RestingPicture } from "../../store/gallery-records.ts";
import type { Store } from "../../store/store.ts";
import type { Offered } from "./offered.ts";
import { bearer, type KeyCaller } from "../keys/key-ring.ts";
import { reportUsage, type UsageQuestion, type UsageReport } from "./usage.ts";
import {
  createAdminCheck,
  type FirstCredentials,
  makeFirstCredentials,
} from "./first-credentials.ts";
import { type BudgetedView, budgetPage, type BudgetParts, type BudgetQuestion } from "./budgets.ts";
import { consoleKey } from "./console-key.ts";
import type { DeclaredKey } from "./key-views.ts";
import type { KeyAdministration } from "./key-terms.ts";
import { administerKeys } from "./keys.ts";
import { ownKey, ownKeys } from "./own-keys.ts";
import type { OwnerAdministration } from "./owner-terms.ts";
import { administerOwners } from "./owners.ts";
import { type AdministrationParts, Served } from "./served.ts";
import { administerNotices, type NoticeAdministration } from "./notices.ts";
import { resealAll } from "./reseal.ts";
import { administerResources } from "./resources.ts";
import type { ResourceAdministration } from "./resource-terms.ts";
import { type RequestAdministration, administerRequests } from "./requests.ts";
import { administerState, type StateAdministration, type StateParts } from "./state/state.ts";

export type { FirstCredentials };

/** The use cases of operators: what is behind the admin token. */
export interface Administration {
  /** The token of an Authorization header. */
  tokenOf(authorization: string): string | undefined;
  /** Constant-time check of a token with the installation's own; false until it has begun. */
  isAdminToken(token: string): boolean;
  /** Throws overloaded where keys and limits could not be read for a minute. */
  checkCurrent(): void;
  readonly keys: KeyAdministration;
  /** The key that a person's pictures of the console are made with. Throws role_not_allowed where its user or team is disabled. */
  consoleKey(caller: Caller): KeyRecord;
  /** The other keys that the person may make pictures with from where they are. */
  ownKeys(caller: Caller, from: KeyCaller): readonly KeyRecord[];
  /** One of them. Throws role_not_allowed. */
  ownKey(caller: Caller, from: KeyCaller, id: string): KeyRecord;
  readonly channels: ResourceAdministration;
  readonly aliases: ResourceAdministration;
  readonly policies: ResourceAdministration;
  /** Settings of `money`. */
  readonly money: ResourceAdministration;
  /** Entries of the list of prices. */
  readonly prices: ResourceAdministration;
  readonly teams: OwnerAdministration;
  readonly users: OwnerAdministration;
  /** All that the database serves, at once. */
  readonly state: StateAdministration;
  /** Changes as they were written down with what they changed. */
  readonly audit: Pick<Store["audit"], "list">;
  readonly notices: NoticeAdministration;
  /** Corrections that were booked, the newest first. */
  readonly corrections: Store["ledger"]["corrections"];
  /** A price as it stood when something was charged by it; undefined: nothing was. */
  priceVersion(version: string): Promise<PriceVersion | undefined>;
  /** Budgets and how each stands; the time zone is that of their periods. */
  readonly budgets: {
    readonly timeZone: string;
    page(question: BudgetQuestion): Promise<BudgetedView[]>;
  };
  /** A report of what was spent, all of one moment. */
  usage(question: UsageQuestion): UsageReport;
  readonly requests: RequestAdministration;
  /** The entries that are not served as they stand: those of the database, and declared ones that lead nowhere. */
  entryFaults(): EntryFaults;
  /** Seals credentials again that the secret of before has sealed; nothing where no change of secrets is under way. */
  reseal(): Promise<number>;
  /**
   * Reads the keys into memory and makes the credentials of a first run. `adminToken` is the
   * operator's own, which rules over one that a first run made; where `makesFirst` is false, none are made.
   */
  begin(
    declared: Declared,
    adminToken: Secret | undefined,
    makesFirst: boolean,
  ): Promise<FirstCredentials>;
}

/** Entries that are not served as they stand. */
export interface EntryFaults {
  /** The rows of the database; undefined: they could not be read just now. */
  readonly rows: ReturnType<Offered["faulty"]>;
  readonly declared: readonly Concern[];
}

/** The keys of the configuration file, and those that they may belong to. */
export interface Declared {
  readonly keys: readonly DeclaredKey[];
  readonly owners: KeyOwners;
}

/** The parts that administration works with. */
export interface AdministrationPorts extends AdministrationParts, Pick<StateParts, "readState"> {
  /** The key of all digests of API keys and admin tokens. */
  readonly pepper: Buffer;
  readonly calendar: Calendar;
  /** The prompts and pictures that are shown to those who watch. */
  readonly sight: Sight;
  /** Told of the pictures whose records are shown. */
  readonly colours: { looked(pictures: readonly RestingPicture[]): void };
  /** Seals credentials that rest in the database. */
  readonly sealer: Sealer;
  /** The pepper of the secret of before, while a change of secrets is under way. */
  readonly previousPepper?: Buffer | undefined;
}

/** Opens administration; `channels` are those that are served. Until `begin` there are no keys, and no token is the admin's. */
export function createAdministration(
  ports: AdministrationPorts,
  channels: BudgetParts["channels"],
): Administration {
  const { store, pepper, sealer } = ports;
  const served = new Served(ports, pepper);
  const keys = administerKeys(ports, served, pepper);
  let isAdmin = (_token: string): boolean => false;
  return {
    checkCurrent: () => served.checkCurrent(),
    keys,
    consoleKey: (caller) => consoleKey(served.owners, caller),
    ownKeys: (caller, from) => ownKeys(ports.keys, caller, from),
    ownKey: (caller, from, id) => ownKey(ports.keys, caller, from, id),
    channels: administerResources({ ...ports, served, kind: "channel" }),
    aliases: administerResources({ ...ports, served, kind: "alias" }),
    policies: administerResources({ ...ports, served, kind: "policy" }),
    money: administerResources({ ...ports, served, kind: "money" }),
    prices: administerResources({ ...ports, served, kind: "price" }),
    teams: administerOwners({ ...ports, served, kind: "team", rows: store.teams }),
    users: administerOwners({ ...ports, served, kind: "user", rows: store.users }),
    state: administerState({ ...ports, served }),
    audit: { list: (page) => store.audit.list(page) },
    notices: administerNotices(ports),
    corrections: (page) => store.ledger.corrections(page),
    priceVersion: (version) => store.prices.get(version),
    budgets: {
      timeZone: ports.calendar.timeZone,
      page: (question) =>
        budgetPage({ ...ports, served, channels, keys: () => ports.keys.all() ?? [] }, question),
    },
    usage: (question) => reportUsage(ports, question),
    entryFaults() {
      const resources = ports.offered.faulty();
      const rows = resources && [...resources, ...served.faulty];
      return { rows, declared: ports.offered.concerns };
    },
    reseal: async () => (sealer.changes ? resealAll(store, sealer, ports.log) : 0),
    requests: administerRequests(ports, served, async () => ports.keys.all() ?? []),
    tokenOf: (authorization) => bearer(authorization),
    isAdminToken: (token) => isAdmin(token),
    async begin(declared, adminToken, makesFirst) {
      await keys.declare(declared.keys, declared.owners);
      const made = makesFirst
        ? await makeFirstCredentials(store, keys, pepper, adminToken !== undefined)
        : { adminToken: undefined, apiKey: undefined };
      isAdmin = await createAdminCheck(store, ports, adminToken);
      return made;
    },
  };
}
