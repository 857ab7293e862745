import type { BaseSettings } from "../../core/provider.ts";
import type { WireRequest } from "../../core/wire.ts";
import { mayHaveCredentials } from "../../core/hosts.ts";
import type { UpstreamContext } from "./context.ts";

/** The URL that a channel was last asked for, by its settings: nearly every call goes to the same. */
const lastUrls = new WeakMap<BaseSettings, { readonly path: string; readonly url: URL }>();

/** The URL of a request, with its query. Throws where credentials may not go to it. */
export function resolveUrl(
  request: WireRequest,
  context: Pick<UpstreamContext, "provider" | "settings">,
): URL {
  const { url: path, query } = request;
  const last = lastUrls.get(context.settings);
  if (last?.path === path && hasNone(query)) return last.url;
  const url = checkedUrl(path, context);
  if (hasNone(query) && path.startsWith("/")) lastUrls.set(context.settings, { path, url });
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) url.searchParams.append(name, value);
  }
  return url;
}

function hasNone(query: WireRequest["query"]): boolean {
  return query === undefined || Object.keys(query).length === 0;
}

/** Throws on a URL that credentials may not go to: an adapter's mistake, never an upstream's or a caller's doing. */
function checkedUrl(
  path: string,
  { provider, settings }: Pick<UpstreamContext, "provider" | "settings">,
): URL {
  const url = URL.parse(path.startsWith("/") ? settings.base_url + path : path);
  if (url === null || url.username !== "" || url.password !== "") {
    throw new Error("a request to an upstream needs a path or an absolute URL");
  }
  const isTrusted = mayHaveCredentials(url, settings.base_url, provider.credentialHosts ?? []);
  const isConfigured = (provider.credentialOrigins?.(settings) ?? []).includes(url.origin);
  if (!isConfigured && !isTrusted) {
    throw new Error("a request to an upstream leaves the hosts that its credentials may go to");
  }
  return url;
}
