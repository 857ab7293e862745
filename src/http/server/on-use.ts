import type { RequestListener } from "node:http";
import type { GatewayLog } from "../../core/log.ts";

/** Routes that are loaded for the first request to one of them. */
export interface RoutesOnUse {
  /** The requests that they are for, by their address. */
  readonly isTheirs: (url: string) => boolean;
  load(): Promise<RequestListener>;
  readonly log: Pick<GatewayLog, "error">;
}

/**
 * Hands the requests of such routes over, and all others to the application itself. Where they cannot be loaded, the
 * application has to say so, and the next request tries again.
 */
export function servedOnUse(
  { isTheirs, load, log }: RoutesOnUse,
  own: RequestListener,
): RequestListener {
  let loaded: RequestListener | undefined;
  let loading: Promise<RequestListener> | undefined;
  const loadOnce = async (): Promise<RequestListener> => {
    try {
      loaded = await load();
      return loaded;
    } catch (thrown) {
      const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      log.error({ detail }, "a part of the gateway could not be loaded");
      return own;
    } finally {
      loading = undefined;
    }
  };
  return (request, response) => {
    if (!isTheirs(request.url ?? "/")) return own(request, response);
    if (loaded !== undefined) return loaded(request, response);
    loading ??= loadOnce();
    void loading.then((listener) => listener(request, response));
  };
}
