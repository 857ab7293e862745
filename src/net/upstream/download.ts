import { setTimeout } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { PinholeError } from "../../core/errors.ts";
import { bareHost, hostMatches } from "../../core/hosts.ts";
import { absoluteLink } from "../../core/links.ts";
import type { Picture } from "../../core/picture.ts";
import { TransportFault } from "../transport/transport-fault.ts";
import { fetchPicture, StatusFault } from "../guard/fetch-picture.ts";
import { GuardRefusal } from "../guard/guard.ts";
import { cancelled } from "./poll.ts";
import type { EgressParts, UpstreamContext } from "./context.ts";
import { pictureError, sentenceOf } from "./upstream-faults.ts";

/** One try; a download that stalls is begun again while there is time. */
const tryMsMax = 60_000;
const firstPauseMs = 250;
const pauseMsMax = 5_000;
/** The time that object stores and CDNs may need until a new picture is there for all to read. */
const lateLinksMsDefault = 20_000;
/** Answers that a link gives before its picture is there, or while its server is overrun. */
const passingStatuses: ReadonlySet<number> = new Set([403, 404, 408, 425, 429]);

/** The headers that let a channel read what lies at its own upstream. */
export type Authorize = (url: URL) => Promise<Readonly<Record<string, string>>>;

/**
 * Fetches made pictures from the URLs that the upstream gave, without credentials; only a link on the
 * upstream's own origin that answers 401 or 403 is asked with them. The picture is made and billed by now,
 * so every failure is of the class unknown and is only ever met by another download.
 */
export function createDownload(
  parts: EgressParts,
  context: UpstreamContext,
  authorize: Authorize,
): (url: string) => Promise<Picture> {
  return async (link) => {
    const url = absoluteLink(link, context.settings.base_url);
    const lateUntil = parts.now() + (context.lateLinksMs ?? lateLinksMsDefault);
    for (let tries = 0; ; tries += 1) {
      try {
        return await downloadOnce(parts, context, url, authorize);
      } catch (thrown) {
        if (context.signal.aborted) throw cancelled(context.signal);
        const pause = pauseMs(thrown, tries, parts.random());
        const next = parts.now() + pause;
        const isOver =
          thrown instanceof StatusFault ? next >= lateUntil : tries >= context.retryDownloads;
        if (isOver || next >= context.deadline || !mayPass(thrown)) throw asError(thrown);
        await setTimeout(pause, undefined, { signal: context.signal }).catch(() => undefined);
      }
    }
  };
}

/** Grows from try to try, and is never less than the server asked for. */
function pauseMs(thrown: unknown, tries: number, random: number): number {
  const growing = Math.min(firstPauseMs * 2 ** tries, pauseMsMax) * (0.5 + random);
  const asked = thrown instanceof StatusFault ? (thrown.retryAfterSeconds ?? 0) * 1000 : 0;
  return Math.max(growing, asked);
}

function downloadOnce(
  parts: EgressParts,
  context: UpstreamContext,
  url: string,
  authorize: Authorize,
): Promise<Picture> {
  const { origin } = new URL(context.settings.base_url);
  return fetchPicture(url, {
    route: (target) => route(parts, context, target),
    authorize: (target) => credentialsFor(target, origin, authorize),
    spool: context.spool,
    limits: context.limits,
    signal: context.signal,
    deadline: Math.min(context.deadline, parts.now() + tryMsMax),
    now: parts.now,
    connectMs: context.connectMs,
    userAgent: parts.userAgent,
  });
}

/** The headers for a link on the upstream's own origin; undefined elsewhere, and where a token cannot be had, which says no more than the refusal did. */
async function credentialsFor(
  target: URL,
  origin: string,
  authorize: Authorize,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (target.origin !== origin) return undefined;
  const headers = await authorize(target).catch(() => undefined);
  return headers === undefined || Object.keys(headers).length === 0 ? undefined : headers;
}

/** The upstream's own host is the operator's choice and may be private; every other one is public, and named by the provider where it names any. */
function route(parts: EgressParts, { provider, settings }: UpstreamContext, url: URL): Dispatcher {
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  const hasLogin = url.username !== "" || url.password !== "";
  if (isWeb && !hasLogin && url.host === new URL(settings.base_url).host) return parts.open;
  const configured = provider.configuredResultHosts?.(settings);
  const resultHosts =
    configured === undefined
      ? provider.resultHosts
      : [...(provider.resultHosts ?? []), ...configured];
  const isNamed = resultHosts !== undefined && hostMatches(bareHost(url.hostname), resultHosts);
  if (resultHosts !== undefined && !isNamed) {
    throw new GuardRefusal(
      `${url.host} is none of the hosts that results of this provider come from`,
    );
  }
  parts.guard.check(url);
  if (parts.proxy === undefined) return parts.guarded;
  // A host that the provider itself names is no stranger's choice, so a proxy may resolve it.
  if (parts.proxy.filters || isNamed) return parts.open;
  throw new GuardRefusal(
    "through a proxy that does not filter, URLs that the upstream chose are not fetched; egress.proxy_filters says that it does",
  );
}

/** A failure that the next try may not meet. */
function mayPass(thrown: unknown): boolean {
  if (thrown instanceof StatusFault) {
    return thrown.status >= 500 || passingStatuses.has(thrown.status);
  }
  return thrown instanceof TransportFault && thrown.kind !== "unreadable";
}

function asError(thrown: unknown): unknown {
  const isOurs =
    thrown instanceof StatusFault ||
    thrown instanceof TransportFault ||
    thrown instanceof GuardRefusal;
  if (!isOurs) return pictureError(thrown);
  const isLate = thrown instanceof TransportFault && thrown.kind === "timeout";
  const code = isLate ? "upstream_timeout" : "upstream_bad_answer";
  return new PinholeError(code, {
    message: sentenceOf(code),
    detail: `the made picture could not be downloaded: ${thrown.message}`,
  });
}
