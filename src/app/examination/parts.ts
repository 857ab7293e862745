import type { Signer } from "../../blobs/hosting/sign.ts";
import type { Config } from "../../config.ts";
import type { ChannelView, Gateway } from "../../gateway/gateway.ts";
import type { OpenedStore } from "../../store/open.ts";
import type { DatabaseClock } from "../database-clock.ts";

/** The parts of a running gateway that an examination looks at. */
export interface ExaminedParts {
  /** The configuration of the start: what is looked at here does not change until the next one. */
  readonly config: Config;
  readonly store: Pick<OpenedStore, "serverTime" | "connections" | "settings">;
  readonly clock: Pick<DatabaseClock, "wrongMs">;
  /** The fault of the secret, a sentence, as the start found it; undefined: it has none. */
  readonly secretConcern: string | undefined;
  readonly signer: Pick<Signer, "path">;
  readonly channels: () => readonly ChannelView[];
  readonly entryFaults: Gateway["administration"]["entryFaults"];
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds since the process began. */
  readonly uptime: () => number;
  /** A name of a picture that there is not. */
  readonly newBlobId: () => string;
}
