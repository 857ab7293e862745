import type { FastifyReply, FastifyRequest } from "fastify";
import { isIP } from "node:net";
import { bareHost, isLoopbackHost } from "../../core/hosts.ts";
import { PinholeError } from "../../core/errors.ts";
import type { OriginParts } from "../server/origin.ts";

/** Browsers take a cookie of this name over https alone, for this host alone, and from no other that shares its domain. */
const secureName = "__Host-pinhole";
/** On loopback over plain http, where browsers would not all keep the other. */
const loopbackName = "pinhole";

/** The code of a sign-in that is under way at an identity provider, which leads back from another site: `Lax`. */
const flowSeconds = 600;

/** The code of a sign-in that is under way, as the browser holds it. */
export function flowOf(request: FastifyRequest): string | undefined {
  const secure = cookieOf(request, `${secureName}-flow`);
  return (
    secure ??
    (isLoopbackHost(request.hostname) ? cookieOf(request, `${loopbackName}-flow`) : undefined)
  );
}

/** Sets the cookie of a sign-in that is under way. */
export function setFlowCookie(reply: FastifyReply, origin: URL, code: string): void {
  void reply.header("set-cookie", flowText(origin, code, flowSeconds));
}

/** Has the browser forget it. */
export function clearFlowCookie(reply: FastifyReply, origin: URL): void {
  void reply.header("set-cookie", flowText(origin, "", 0));
}

function flowText(origin: URL, code: string, seconds: number): string {
  const isSecure = origin.protocol === "https:";
  const name = `${isSecure ? secureName : loopbackName}-flow`;
  return `${name}=${code}; Path=/; Max-Age=${seconds}${isSecure ? "; Secure" : ""}; HttpOnly; SameSite=Lax`;
}

/** The parts that know this gateway's address. */
export type CookieParts = OriginParts;

/** The session id that a request's cookie holds. */
export function sessionIdOf(request: FastifyRequest): string | undefined {
  const secure = cookieOf(request, secureName);
  // A page of another port or subdomain can set the plain name: it is read where only this machine can have set it.
  return secure ?? (isLoopbackHost(request.hostname) ? cookieOf(request, loopbackName) : undefined);
}

function cookieOf(request: FastifyRequest, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** Sets the cookie of a session that ends at `until`. */
export function setSessionCookie(
  reply: FastifyReply,
  origin: URL,
  session: { readonly id: string; readonly until: number },
  now: number,
): void {
  const seconds = Math.max(0, Math.ceil((session.until - now) / 1000));
  void reply.header("set-cookie", cookieText(origin, session.id, seconds));
}

/** Has the browser forget the session's cookie. */
export function clearSessionCookie(reply: FastifyReply, origin: URL): void {
  void reply.header("set-cookie", cookieText(origin, "", 0));
}

function cookieText(origin: URL, value: string, seconds: number): string {
  const isSecure = origin.protocol === "https:";
  const name = isSecure ? secureName : loopbackName;
  const secure = isSecure ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${seconds}${secure}; HttpOnly; SameSite=Strict`;
}

/**
 * The origin of the page that sent a request, which must be one of this gateway: a page of another could otherwise
 * have the browser act with the person's cookie. Throws origin_not_allowed.
 */
export function pageOrigin(parts: CookieParts, request: FastifyRequest): URL {
  const { origin: said, "sec-fetch-site": site } = request.headers;
  if (said === undefined)
    throw notAllowed(
      "Say where this request comes from: send the header `Origin` with the scheme, host and port of this gateway, as browsers do; programs use a token instead.",
    );
  const origin = originFrom(said);
  const isOwn = origin !== undefined && ownHosts(parts, request).includes(origin.host);
  const isSameSite = site === undefined || site === "same-origin" || site === "none";
  if (!isOwn || !isSameSite)
    throw notAllowed(
      `Pages of ${said.slice(0, 200)} may not do this; if it is this gateway's own address, set server.public_url to it.`,
    );
  if (origin.protocol === "http:" && !isLoopbackHost(origin.hostname))
    throw notAllowed(
      "Signing in over plain http is for this machine alone (localhost): what is sent could be read on the way. Put https in front and set server.public_url.",
    );
  return origin;
}

/** True for hosts that browsers keep passkeys for: names, not addresses. */
export function mayHavePasskeys(hostname: string): boolean {
  return isIP(bareHost(hostname)) === 0;
}

function originFrom(text: string): URL | undefined {
  if (!/^https?:\/\/[^/?#@\s]+$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}

/** Hosts with their ports, without those that the scheme implies. */
function ownHosts({ publicUrl }: CookieParts, request: FastifyRequest): string[] {
  const told = publicUrl === undefined ? [] : [new URL(publicUrl).host];
  // A proxy that ends TLS may tell the host alone, so its scheme is not compared.
  const asked = ["http", "https"].map((scheme) => `${scheme}://${request.host}`);
  return [...told, ...asked.filter((url) => URL.canParse(url)).map((url) => new URL(url).host)];
}

function notAllowed(message: string): PinholeError {
  return new PinholeError("origin_not_allowed", { message });
}
