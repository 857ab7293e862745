import type { Cluster } from "../../cluster/cluster.ts";
import type { Observer } from "../../core/observer.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { SettlementJournal } from "../../store/settlement-journal.ts";
import type { Store } from "../../store/store.ts";
import type { AttemptParts } from "../attempts/parts.ts";
import type { DeliveryParts } from "../delivery/parts.ts";
import type { PriceBook } from "../ledger/price-book.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { KeyLimiter } from "../limits/key-limits.ts";
import type { RoutingParts } from "../routing/parts.ts";
import type { Colours } from "./colours.ts";
import type { KeyTurns } from "./key-turns.ts";
import type { NodeProgram, NodeWatch } from "./nodes.ts";
import type { LookAgain } from "./look-again.ts";
import type { RefusalMoments } from "./refusal-moments.ts";
import type { RequestRegistry } from "./registry.ts";
import type { RepeatWindow } from "./repeat-window.ts";
import type { Unwritten } from "./unwritten.ts";

/** The parts that the story of a request works with. */
export interface RequestParts extends RoutingParts, AttemptParts, DeliveryParts {
  readonly images: DeliveryParts["images"] & AttemptParts["images"];
  readonly store: Store;
  /** The keys as they are now. */
  readonly keys: Pick<KeyRing, "current">;
  readonly registry: RequestRegistry;
  readonly keyTurns: KeyTurns;
  readonly nodes: NodeWatch;
  readonly repeats: RepeatWindow;
  readonly unwritten: Unwritten;
  readonly refusals: RefusalMoments;
  readonly journal: SettlementJournal;
  readonly priceBook: PriceBook;
  /** Undefined: nobody listens. */
  readonly observer: Observer | undefined;
  /** The id of this process among those that work on the database. */
  readonly node: string;
  readonly program: NodeProgram;
  readonly lookAgain: LookAgain;
  readonly colours: Colours;
  /** The time within which a client that repeats a request without saying so is answered from it, milliseconds; 0: never. */
  readonly repeatWindowMs: number;
  readonly keyLimits: KeyLimiter;
  /** The other nodes, as far as limits and health go. */
  readonly cluster: Cluster;
  /** False: no prompt is ever written into a record. */
  readonly keepsPrompts: boolean;
  /** The operator's days, weeks and months. */
  readonly calendar: Calendar;
  /** After its end, how long a request whose client had gone answers an SDK's retry, milliseconds. */
  readonly retryWindowMs: number;
  /** A new unique, time-sortable id beginning with the prefix. */
  readonly newId: (prefix: string) => string;
}
