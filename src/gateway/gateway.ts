import type { Weekday } from "../core/budget.ts";
import type { KeyRecord } from "../core/key.ts";
import type { PictureSpool } from "../core/picture.ts";
import type { Nano } from "../core/money.ts";
import { createCalendar } from "../money/calendar.ts";
import type { Egress, NoticePost } from "../net/egress.ts";
import type { Spools } from "../pictures/spool.ts";
import type { Store } from "../store/store.ts";
import {
  type Administration,
  type AdministrationPorts,
  createAdministration,
} from "./administration/administration.ts";
import { Offered } from "./administration/offered.ts";
import { createNoticeSender } from "./administration/notice-sender.ts";
import { createMenu, type Menu, type MenuCases, menuCases } from "./catalog/menu.ts";
import type { Offer } from "./catalog/offer.ts";
import { servedChannels } from "./catalog/served-prices.ts";
import type { ChannelView } from "./channels/view.ts";
import { deliveryCases, type DeliveryCases } from "./delivery/cases.ts";
import type { ImageOutcome } from "./delivery/outcome.ts";
import type { DeliveryParts } from "./delivery/parts.ts";
import { type KeyCaller, type KeyRing, createKeyRing } from "./keys/key-ring.ts";
import { renewDigests } from "./keys/renew-digests.ts";
import { createPriceBook } from "./ledger/price-book.ts";
import { followBudgets } from "./ledger/follow-budgets.ts";
import { type KeyUsage, refreshChannelBudgets, usageOfKey } from "./ledger/usage.ts";
import { reviewNotices } from "./ledger/review-notices.ts";
import { type AskedCorrection, correct, type CorrectionMade } from "./ledger/correct.ts";
import { ledgerAtStart } from "./ledger/at-start.ts";
import { type AdmissionLimits, type Ticket, createAdmission } from "./limits/admission.ts";
import { type KeyRates, createKeyLimiter } from "./limits/key-limits.ts";
import { type ReadinessFault, readinessFaults } from "./limits/readiness.ts";
import { type NodeStanding, nodeStanding } from "./limits/node-standing.ts";
import { type EndUserCases, endUserCases } from "./requests/erase-end-user.ts";
import { type AskedRequest, type RequestEstimate, estimateRequest } from "./requests/estimate.ts";
import { type RecoveryCases, recoveryCases } from "./requests/fetch-request.ts";
import { type ColourParts, createColours } from "./requests/colours.ts";
import { type Gallery, createGallery } from "./requests/gallery.ts";
import type { ComingCall } from "./requests/image-call.ts";
import type { RequestParts } from "./requests/parts.ts";
import { createKeyTurns } from "./requests/key-turns.ts";
import { createLookAgain } from "./requests/look-again.ts";
import { type NodeWatch, createNodeWatch } from "./requests/nodes.ts";
import { createRegistry } from "./requests/registry.ts";
import { createRepeatWindow } from "./requests/repeat-window.ts";
import { createRetention, type Retention, type RetentionTimes } from "./requests/retention.ts";
import type { Client } from "./requests/run.ts";
import { serveObserved } from "./requests/serve-observed.ts";
import { type ChannelTestCases, channelTestCases } from "./requests/test-channel.ts";
import { RefusalMoments } from "./requests/refusal-moments.ts";
import { createUnwritten } from "./requests/unwritten.ts";
import { createRouting } from "./routing/routing.ts";

export type { NoticeDelivery } from "../store/notice-records.ts";
export type { PictureRecord, RequestRecord } from "../store/request-records.ts";
export type { RequestLine, RequestQuestion, RequestStatistics } from "./administration/requests.ts";
export type { BudgetedView, BudgetView } from "./administration/budgets.ts";
export type { UsageReport, UsageRow, UsageSums } from "./administration/usage.ts";
export { servedPrices } from "./catalog/served-prices.ts";
export { footWith, nothing } from "./administration/usage.ts";
export type { Administration, FirstCredentials } from "./administration/administration.ts";
export type { Condition } from "./administration/condition.ts";
export { ownerJson, type OwnerKind, type OwnerView } from "./administration/owner-views.ts";
export type { ConfinedOwners, OwnerAdministration } from "./administration/owner-terms.ts";
export type { StateAdministration } from "./administration/state/state.ts";
export { adminDigestName } from "./administration/first-credentials.ts";
export { resourceJson } from "./administration/resource-views.ts";
export { keyJson } from "./administration/key-views.ts";
export type { ConfinedKeys, KeyAdministration } from "./administration/key-terms.ts";
export { isPictureId, type GalleryView } from "./requests/gallery-view.ts";
export type { HealthView } from "./channels/health.ts";
export type { LiveObserver, LiveOrigin, LivePicture } from "./delivery/live.ts";
export type { RelayClient, RelayStart } from "./delivery/relay.ts";
export type { RateView } from "./limits/key-limits.ts";
export type { NodeProgram } from "./requests/nodes.ts";
export type { NodeStanding } from "./limits/node-standing.ts";
export type { ChannelTest } from "./requests/test-channel.ts";
export type { ChannelView, Client, ComingCall, ImageOutcome, KeyRates, KeyUsage, Ticket };

/** The use cases: all that the outside may ask of the gateway. Errors are `PinholeError`. */
export interface Gateway
  extends MenuCases, DeliveryCases, EndUserCases, ChannelTestCases, RecoveryCases {
  /** The key of an Authorization header. Throws invalid_api_key, one message for every cause, or ip_not_allowed. */
  authenticate(authorization: string | undefined, caller: KeyCaller): KeyRecord;
  /** Leave to begin on a request; `bodyBytes` is what its head announces. Throws `overloaded`. */
  admit(bodyBytes: number | undefined): Ticket;
  /** A place for the pictures of one request. */
  openSpool(keyId: string): PictureSpool;
  /** Fetches a picture that a client named by its URL, through the guard. */
  readonly fetchPicture: Egress["fetchCallerPicture"];
  /** Serves a request for images, once however often it is asked. Takes its spool over. */
  serve(call: ComingCall): Promise<ImageOutcome>;
  /** The least and the most that a request would cost; no upstream is asked. Throws what it would be refused with. */
  estimate(asked: AskedRequest): RequestEstimate;
  /** The spending of a key in this month, and the standing of its budgets. */
  usage(key: KeyRecord): Promise<KeyUsage>;
  /** The rest of a key's limits. */
  rates(key: KeyRecord): KeyRates;
  /** A new unique id for a request. */
  newRequestId(): string;
  /** Faults that keep paid calls from being recorded or their pictures from being kept; empty: ready. */
  unready(): Promise<readonly ReadinessFault[]>;
  /** The way in which this node counts limits, and the nodes beside it. */
  standing(): NodeStanding;
  /** All channels that serve something, with their health. */
  channels(): readonly ChannelView[];
  /** Books a correction of what a key owes. */
  correct(asked: AskedCorrection): Promise<CorrectionMade>;
  /** Use cases of operators. */
  readonly administration: Administration;
  /** Serves another configuration, with the entries of the database beside it; requests that run keep their channels. */
  offer(offer: Offer): Promise<void>;
  /** Pictures of people that rest with the gateway. */
  readonly gallery: Gallery;
  /** The node that this process is, among those that work on its database. */
  readonly nodes: Pick<NodeWatch, "begin" | "renew" | "end" | "isFirst" | "count">;
  /** Counts the budgets of channels again, after they were declared: some may not have been configured for a while. */
  refreshBudgets(): Promise<void>;
  /** Writes notices of what nobody has told yet, and of what is over. */
  reviewNotices(): Promise<void>;
  /** Sends notices to the targets that are offered, on one of the nodes. */
  sendNotices(): Promise<void>;
  /** Counts the totals of the ledger by the days of the calendar, where they are not. */
  countTotals(): Promise<void>;
  /** Forgets old records and prompts for a moment; wants to be called once a minute. */
  readonly retention: Retention;
  /** Settles what an earlier process left in the journal. */
  settleLeft(): Promise<number>;
  /** Writes outcomes of requests for which there was no room, where there is now. */
  writeOutcomes(): Promise<void>;
  /** Resolves when nothing runs, is being sent or being put away. Outcomes that cannot be written are given up. */
  idle(): Promise<void>;
}

/** The operator's choices that stand from start to stop. */
export interface GatewaySettings {
  readonly images: RequestParts["images"];
  /** After its end, how long a request whose client had gone answers an SDK's retry, milliseconds. */
  readonly retryWindowMs: number;
  /** Of the pictures that one person keeps. */
  readonly savedBytesMax: number;
  readonly admission: AdmissionLimits;
  readonly records: RetentionTimes;
  /** The days, weeks and months of budgets. */
  readonly calendar: { readonly timeZone: string; readonly weekStarts: Weekday };
  /** The most that one correction by an operator may be. */
  readonly correctionMaxNano: Nano;
}

/** The world that the gateway works in, composed in app.ts. */
export interface GatewayPorts
  extends
    Omit<AdministrationPorts, "keys" | "calendar" | "followBudgets" | "offered" | "colours">,
    Omit<DeliveryParts, "images">,
    Pick<ColourParts, "colourBook">,
    Pick<
      RequestParts,
      "egress" | "newSeed" | "random" | "node" | "program" | "journal" | "observer" | "cluster"
    > {
  readonly store: Store;
  readonly spools: Spools;
  /** The lateness of this process's timers, milliseconds. */
  readonly eventLoopDelayMs: () => number;
  /** Files and sockets that the process may still open. */
  readonly filesLeft: () => number;
  /** Throws where the machine's clock is so wrong that this node should get no more work. */
  readonly checkClock: () => void;
  /** The HTTP of notices. */
  readonly notices: Pick<NoticePost, "post">;
  /** The machine's clock less the database's, milliseconds. */
  readonly clockWrongMs: () => number;
  /** The machine's name. */
  readonly host: string;
  /** Milliseconds since the process began: never goes back, whatever the clock of the day does. */
  readonly uptime: () => number;
}

/** Opens the gateway's rooms. Until administration has begun it knows no keys. */
export function createGateway(
  ports: GatewayPorts,
  settings: GatewaySettings,
  firstOffer: Offer,
): Gateway {
  const { egress, spools, now, newId } = ports;
  const menu = createMenu(firstOffer);
  const keys = createKeyRing(ports.pepper, now, renewDigests(ports));
  const parts = requestParts(ports, settings, keys, menu);
  const { routing, keyLimits, registry, nodes, unwritten } = parts;
  const spooledBytes = (): number => spools.bytesInUse();
  const admission = createAdmission({ ...ports, limits: settings.admission, spooledBytes });
  const serve = async (next: Offer): Promise<void> => {
    menu.put(next);
    await refreshChannelBudgets(parts, next.channels);
  };
  const offered = new Offered(firstOffer, { ...ports, serve });
  const administered = { ...ports, ...parts, keys, offered, followBudgets: followBudgets(parts) };
  const administration = createAdministration(administered, () => menu.offer.channels);
  const sender = createNoticeSender(ports);
  return {
    authenticate: (authorization, caller) => keys.authenticate(authorization, caller),
    admit(bodyBytes) {
      administration.checkCurrent();
      return admission.enter(bodyBytes);
    },
    openSpool: (keyId) => spools.open(keyId),
    fetchPicture: (url, options) => egress.fetchCallerPicture(url, options),
    serve: (call) => serveObserved(parts, call),
    ...recoveryCases(parts),
    ...deliveryCases(parts),
    ...menuCases(menu),
    estimate: (asked) => estimateRequest(parts, asked),
    usage: (key) => usageOfKey(parts, key),
    rates: (key) => keyLimits.view(key),
    newRequestId: () => newId("req"),
    unready: () => readinessFaults({ ...ports, admission, nodes, administration }),
    standing: () => nodeStanding(ports, nodes),
    channels: () => servedChannels(menu.catalog).map((channel) => routing.states.view(channel)),
    correct: async (asked) => correct(parts, keys.all() ?? [], settings.correctionMaxNano, asked),
    ...endUserCases({ ...ports, ...parts }),
    ...channelTestCases({ ...ports, ...parts, channels: () => menu.offer.channels }),
    administration,
    offer: (next) => offered.declare(next),
    gallery: createGallery(parts, settings.savedBytesMax),
    nodes,
    refreshBudgets: () => refreshChannelBudgets(parts, menu.offer.channels),
    reviewNotices: async () => {
      const declared = keys.all();
      // Until keys were declared nobody knows whose budgets there are: all notices of them would seem to be over.
      if (declared === undefined) return;
      const standing = {
        atWork: () => nodes.atWork(),
        faultyEntries: () => administration.entryFaults().rows,
      };
      await reviewNotices({ ...ports, ...parts, ...standing }, { ...menu.offer, keys: declared });
    },
    sendNotices: async () => (nodes.isFirst() ? sender.send(menu.offer.noticeTargets) : undefined),
    retention: createRetention(parts, settings.records),
    ...ledgerAtStart(parts),
    writeOutcomes: () => unwritten.retry(),
    async idle() {
      await unwritten.close();
      await Promise.all([registry.idle(), parts.colours.close()]);
    },
  };
}

/** The parts of the story of a request; by its shape it satisfies what each room says that it needs. */
function requestParts(
  ports: GatewayPorts,
  settings: GatewaySettings,
  keys: KeyRing,
  menu: Menu,
): RequestParts {
  const { store, cluster, log, now, uptime, random, observer } = ports;
  const { images, retryWindowMs } = settings;
  const window = (): number => menu.offer.policy.repeatWindowMs;
  const repeats = createRepeatWindow(window, uptime);
  return {
    ...ports,
    keys,
    // A policy may change while the gateway serves.
    get policy() {
      return menu.offer.policy;
    },
    get repeatWindowMs() {
      return window();
    },
    images,
    retryWindowMs,
    repeats,
    nodes: createNodeWatch({
      ...ports,
      fileHash: () => menu.offer.fileHash,
      repeatWindowMs: window,
    }),
    lookAgain: createLookAgain(store),
    colours: createColours(ports),
    unwritten: createUnwritten(log),
    refusals: new RefusalMoments(),
    priceBook: createPriceBook(),
    routing: createRouting({ uptime, now, random, log, observer, cluster }),
    keyLimits: createKeyLimiter(cluster),
    registry: createRegistry({ store, repeats, log, now }),
    keyTurns: createKeyTurns(),
    keepsPrompts: settings.records.promptsMs > 0,
    calendar: createCalendar(settings.calendar.timeZone, settings.calendar.weekStarts),
    catalog: () => menu.catalog,
  };
}
