import { Base64Error, createBase64Decoder } from "../../runtime/base64/decoder.ts";
import { releaseSoon } from "../../runtime/release.ts";
import type { Picture, PictureLimits, PictureSpool, PictureWriter } from "../../core/picture.ts";
import type { Dispatcher } from "undici";
import type { AnswerSink } from "../transport/answer-sink.ts";
import { exchange } from "../transport/exchange.ts";
import { retryAfterSeconds } from "../transport/retry-after.ts";
import { GuardRefusal } from "./guard.ts";

const redirectsMax = 3;

/** An answer with a status that brings no picture. */
export class StatusFault extends Error {
  override readonly name = "StatusFault";
  readonly status: number;
  /** The time that the answer asks to wait; undefined: it does not say. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, retryAfter?: number) {
    super(`the server answered with status ${status}`);
    this.status = status;
    this.retryAfterSeconds = retryAfter;
  }
}

export interface FetchPictureOptions {
  /** The way through which a URL may be fetched; asked again at every redirect. Throws `GuardRefusal`. */
  route(url: URL): Dispatcher;
  /** Headers for a URL that answers 401 or 403 without any; undefined: that is its last word. Asked again at every redirect. */
  authorize?(url: URL): Promise<Readonly<Record<string, string>> | undefined>;
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
  readonly signal: AbortSignal;
  /** Unix milliseconds, over all redirects. */
  readonly deadline: number;
  readonly now: () => number;
  readonly connectMs: number;
  readonly userAgent: string;
}

/**
 * Fetches a picture without any credentials but those that `authorize` gives, following at most three
 * redirects by hand. A data URL is decoded. Throws `GuardRefusal`, `StatusFault`, `TransportFault`, and the picture writer's
 * `PinholeError`.
 */
export async function fetchPicture(url: string, options: FetchPictureOptions): Promise<Picture> {
  if (/^data:/i.test(url)) return pictureOfDataUrl(url, options);
  let next = parseUrl(url, undefined);
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const answer = await get(next, options);
    if (!("redirect" in answer)) return answer.picture;
    next = parseUrl(answer.redirect, next);
  }
  throw new GuardRefusal(`more than ${redirectsMax} redirects`);
}

type Answer = { readonly picture: Picture } | { readonly redirect: string };

async function get(url: URL, options: FetchPictureOptions): Promise<Answer> {
  try {
    return await getOnce(url, options, {});
  } catch (thrown) {
    const isLocked =
      thrown instanceof StatusFault && (thrown.status === 401 || thrown.status === 403);
    const credentials = isLocked ? await options.authorize?.(url) : undefined;
    if (credentials === undefined) throw thrown;
    return getOnce(url, options, credentials);
  }
}

function getOnce(
  url: URL,
  options: FetchPictureOptions,
  credentials: Readonly<Record<string, string>>,
): Promise<Answer> {
  return exchange<Answer>({
    ...options,
    dispatcher: options.route(url),
    url,
    method: "GET",
    headers: {
      "user-agent": options.userAgent,
      accept: "image/png, image/jpeg, image/webp, image/*;q=0.5",
      // Pictures are compressed already.
      "accept-encoding": "identity",
      ...credentials,
    },
    body: undefined,
    receive(head) {
      const { location } = head.headers;
      if (isRedirect(head.status) && location !== undefined) return redirectSink(location);
      if (head.status < 200 || head.status > 299) {
        throw new StatusFault(head.status, retryAfterSeconds(head.headers, options.now()));
      }
      return pictureSink(options.spool.begin(options.limits));
    },
  });
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function redirectSink(redirect: string): AnswerSink<Answer> {
  return { write: () => false, end: () => ({ redirect }), abort() {}, complete: true };
}

function pictureSink(writer: PictureWriter): AnswerSink<Answer> {
  return {
    write(chunk) {
      writer.write(chunk);
      releaseSoon(chunk);
      return true;
    },
    end: () => ({ picture: writer.end() }),
    abort: () => writer.abort(),
    complete: false,
  };
}

function parseUrl(text: string, from: URL | undefined): URL {
  const url = URL.parse(text, from?.href);
  if (url === null) throw new GuardRefusal("not a URL");
  return url;
}

/** Characters of a data URL decoded at once. */
const sliceChars = 65_536;

function pictureOfDataUrl(url: string, options: FetchPictureOptions): Picture {
  const comma = url.indexOf(",");
  if (!url.slice(0, Math.max(0, comma)).toLowerCase().endsWith(";base64")) {
    throw new GuardRefusal("a data URL must have the form data:<type>;base64,<data>");
  }
  const writer = options.spool.begin(options.limits);
  const decoder = createBase64Decoder();
  const emit = (decoded: Uint8Array): void => writer.write(decoded);
  try {
    for (let at = comma + 1; at < url.length; at += sliceChars) {
      decoder.write(Buffer.from(url.slice(at, at + sliceChars), "utf8"), emit);
    }
    decoder.end(emit);
    return writer.end();
  } catch (thrown) {
    writer.abort();
    if (thrown instanceof Base64Error) throw new GuardRefusal(thrown.message);
    throw thrown;
  }
}
