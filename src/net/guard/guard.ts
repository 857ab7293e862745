import { isIP, type LookupFunction } from "node:net";
import { lookup } from "node:dns/promises";
import buildConnector from "undici/lib/core/connect.js";
import { bareHost, hostMatches } from "../../core/hosts.ts";
import { addressSet, isPublicAddress, meantAddresses } from "./addresses.ts";

/** All addresses of a host name, as the system's resolver gives them. */
export type Resolve = (
  host: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/** The doors that an operator opens in the guard, for image servers inside their own network. */
export interface AllowPrivate {
  /** Host names whose addresses may be private; a leading dot stands for all below it. */
  readonly hosts: readonly string[];
  /** Addresses and ranges that may be reached: `10.1.0.0/16`. */
  readonly cidrs: readonly string[];
  /** Also take `http:` URLs, of any host. */
  readonly http: boolean;
  /** Ports that URLs may name; empty: 443, and 80 where http is taken. */
  readonly ports: readonly number[];
}

export const nothingPrivate: AllowPrivate = { hosts: [], cidrs: [], http: false, ports: [] };

/** A URL or address that is not fetched. `message` is for the operator and names the setting; clients are told nothing about the network. */
export class GuardRefusal extends Error {
  override readonly name = "GuardRefusal";
}

/** Lets URLs that strangers gave reach the public internet and nothing else (RELIABILITY §4). */
export interface Guard {
  /** Checks all that can be known without asking the network. Throws `GuardRefusal`. */
  check(url: URL): void;
  /**
   * Opens connections for undici. Names are resolved here and nowhere else, all their addresses are
   * checked, and exactly those are connected to, so an answer that changes later changes nothing.
   */
  readonly connect: buildConnector.connector;
}

export interface GuardOptions {
  readonly allowPrivate: AllowPrivate;
  /** The system's resolver unless given. */
  readonly resolve?: Resolve | undefined;
  readonly connectTimeoutMs: number;
  /** Opens sockets in place of the system's own; where they lead is checked all the same. */
  readonly connect?: buildConnector.connector | undefined;
}

const systemResolve: Resolve = (host) => lookup(host, { all: true });

export function createGuard(options: GuardOptions): Guard {
  const rules = compileRules(options.allowPrivate);
  const connectTo =
    options.connect ??
    buildConnector({
      allowH2: false,
      timeout: options.connectTimeoutMs,
      lookup: guardedLookup(rules, options.resolve ?? systemResolve),
    });
  return {
    check: (url) => checkUrl(url, rules),
    connect(target, callback) {
      const host = bareHost(target.hostname);
      // An address in the URL itself is never looked up, so the lookup would not see it.
      if (isIP(host) !== 0 && !rules.permits(host, host)) {
        callback(refusedAddress(host), null);
        return;
      }
      connectTo(target, (...[error, socket]) => {
        if (error !== null) {
          callback(error, null);
        } else if (rules.permits(host, socket.remoteAddress ?? "")) {
          callback(null, socket);
        } else {
          socket.destroy();
          callback(refusedAddress(socket.remoteAddress ?? "an unknown address"), null);
        }
      });
    },
  };
}

interface Rules {
  readonly protocols: readonly string[];
  readonly ports: readonly number[];
  permits(host: string, address: string): boolean;
}

function compileRules(allow: AllowPrivate): Rules {
  const openRanges = addressSet(allow.cidrs);
  const standardPorts = allow.http ? [443, 80] : [443];
  return {
    protocols: allow.http ? ["https:", "http:"] : ["https:"],
    ports: allow.ports.length > 0 ? allow.ports : standardPorts,
    permits(host, address) {
      if (isIP(address) === 0) return false;
      if (hostMatches(host, allow.hosts) || isPublicAddress(address)) return true;
      const meant = meantAddresses(address);
      return meant.length > 0 && meant.every((one) => openRanges.has(one) || isPublicAddress(one));
    },
  };
}

function checkUrl(url: URL, rules: Rules): void {
  if (!rules.protocols.includes(url.protocol)) {
    const setting = url.protocol === "http:" ? "; egress.allow_private.http allows them" : "";
    throw new GuardRefusal(`URLs of ${url.protocol} are not fetched${setting}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new GuardRefusal("a URL with a user name or password is not fetched");
  }
  const port = portOf(url);
  if (!rules.ports.includes(port)) {
    throw new GuardRefusal(
      `port ${port} is not fetched from; egress.allow_private.ports names those that are`,
    );
  }
  const host = bareHost(url.hostname);
  if (isIP(host) !== 0 && !rules.permits(host, host)) throw refusedAddress(host);
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

/** Resolves as the sockets ask for it. One bad address spoils the name: it may be the next one chosen. */
function guardedLookup(rules: Rules, resolve: Resolve): LookupFunction {
  return (host, { all }, callback) => {
    resolve(host).then(
      (addresses) => {
        const bad = addresses.find(({ address }) => !rules.permits(host, address));
        const [first] = addresses;
        if (bad !== undefined) callback(refusedAddress(bad.address), "");
        else if (first === undefined) callback(new GuardRefusal(`${host} has no address`), "");
        else if (all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), ""),
    );
  };
}

function refusedAddress(address: string): GuardRefusal {
  return new GuardRefusal(
    `${address} is no public address; egress.allow_private.hosts and egress.allow_private.cidrs open others`,
  );
}
