import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Channel } from "../core/channel.ts";
import { freeCheck } from "../core/provider-check.ts";
import type { BaseSettings, UpstreamHttp } from "../core/provider.ts";
import { createEgress } from "../net/egress.ts";
import { upstreamImageLimits } from "../pictures/limits.ts";
import { createSpools } from "../pictures/spool.ts";
import { egressOptions } from "./egress-options.ts";

export { type CheapCall, cheapestCall } from "../money/cheapest-call.ts";

/** The time that an upstream may take for what is free. */
const freeMsMax = 30_000;

/** One channel, to be asked for what needs no request for pictures. */
export interface ChannelTrial {
  /**
   * The finding of the provider's free check with one credential, a sentence; undefined where it has none.
   * Throws `PinholeError`.
   */
  check(credential: number): Promise<string | undefined>;
  /** The upstream's model names; undefined where it does not list them. Throws `PinholeError`. */
  discover(): Promise<readonly string[] | undefined>;
  /** Ends connections and removes what was put away. */
  close(): Promise<void>;
}

/** Opens the way to one channel's upstream, with the house's rules for what leaves it. */
export async function tryChannel(config: Config, channel: Channel): Promise<ChannelTrial> {
  const directory = await mkdtemp(join(tmpdir(), "pinhole-trial-"));
  const egress = createEgress({ now: Date.now, ...egressOptions(config) });
  const spools = createSpools({
    directory,
    memoryBytesMax: 1_000_000,
    randomName: () => randomBytes(16).toString("hex"),
  });
  const spool = spools.open();
  const { provider, credentials, timeout } = channel;
  const http = (settings: BaseSettings): UpstreamHttp =>
    egress.upstream({
      provider,
      settings,
      spool,
      limits: upstreamImageLimits,
      signal: AbortSignal.timeout(freeMsMax),
      deadline: Date.now() + freeMsMax,
      connectMs: timeout.connectMs,
      retryDownloads: 0,
    });
  const withCredential = (index: number) => {
    const settings = credentials[index];
    if (settings === undefined) throw new Error(`channel ${channel.id} has no credential ${index}`);
    return { settings, http: http(settings) };
  };
  return {
    async check(credential) {
      return freeCheck(provider, withCredential(credential));
    },
    async discover() {
      return provider.discover?.(withCredential(0));
    },
    async close() {
      spool.dispose();
      await egress.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
