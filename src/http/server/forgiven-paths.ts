import type { IncomingHttpHeaders } from "node:http";

/** The routes that are found under other addresses too, as they follow on `/v1`. */
const forgiven = String.raw`(images/(?:generations|edits|variations|estimate|requests/.+)|models(?:/.+)?)`;

/** Azure's older addresses, in which the model is a part of the path; it may hold slashes. */
const deployment =
  /^(?:\/v1)?\/openai\/deployments\/(.+)\/(images\/(?:generations|edits|variations))$/;

/** A base URL that ends in `/v1`, `/openai` or `/openai/v1` in front of a client's own `/v1`, and neither. */
const prefixed = new RegExp(String.raw`^(?:/openai|/v1)*/${forgiven}$`);

/**
 * The address of a request as the routes have it (CONTRACT "Errors"): without doubled and closing
 * slashes, with `/v1` where it is missing, and without Azure's prefixes. Others stay as they came.
 */
export function forgivePath(url: string, headers: IncomingHttpHeaders): string {
  const [path, query] = splitQuery(url);
  // The path of a hosted image is what was signed.
  if (isStraight(path) || path.startsWith("/i/")) return url;
  const clean = tidied(path);
  const route = deployment.exec(clean)?.[2] ?? prefixed.exec(clean)?.[1];
  // Without a key a browser asks for a page.
  const isPage = clean.startsWith("/models") && !hasKey(headers);
  return (route === undefined || isPage ? clean : `/v1/${route}`) + query;
}

/** The model that Azure's older addresses name; undefined for all others. */
export function deploymentOf(url: string): string | undefined {
  const [path] = splitQuery(url);
  if (isStraight(path)) return undefined;
  const name = deployment.exec(tidied(path))?.[1];
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Nearly all addresses: nothing is to be forgiven in them. */
function isStraight(path: string): boolean {
  return /^\/v1\/(?:images|models)\b/.test(path) && !path.includes("//") && !path.endsWith("/");
}

function splitQuery(url: string): readonly [path: string, query: string] {
  const at = url.indexOf("?");
  return at === -1 ? [url, ""] : [url.slice(0, at), url.slice(at)];
}

function tidied(path: string): string {
  const single = path.replace(/\/{2,}/g, "/");
  return single.length > 1 ? single.replace(/\/$/, "") : single;
}

function hasKey(headers: IncomingHttpHeaders): boolean {
  return headers.authorization !== undefined || headers["api-key"] !== undefined;
}
