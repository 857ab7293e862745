import type { ErrorCode, PinholeError } from "./errors.ts";
import type { Picture } from "./picture.ts";

/**
 * A picture inside an outgoing JSON document, encoded while the body is being sent.
 * `base64`: the bare encoding. `data_url`: with `data:image/png;base64,` before it.
 */
export class EncodedPicture {
  readonly picture: Picture;
  readonly as: "base64" | "data_url";

  constructor(picture: Picture, as: "base64" | "data_url") {
    this.picture = picture;
    this.as = as;
  }
}

/** An outgoing JSON document. Keys whose value is undefined are left out; a `bigint` is an integer past 2^53. */
export type WireJson =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | EncodedPicture
  | readonly WireJson[]
  | { readonly [key: string]: WireJson };

/** One part of an outgoing multipart/form-data document. A picture gets a filename and content type from its true format. */
export interface FormField {
  readonly name: string;
  readonly value: string | Picture;
}

/** One HTTP request to an upstream, as a provider describes it. Exactly one of json, form, body, or none. */
export interface WireRequest {
  /** POST where there is a body, else GET. */
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** A path appended to the channel's `base_url` (`/images/generations`), or an absolute URL whose origin is that of base_url or one of `credentialHosts`. */
  readonly url: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: WireJson;
  readonly form?: readonly FormField[];
  readonly body?: Picture;
  /**
   * The places of base64 images in the JSON answer, dotted, with `*` for "every element or key":
   * `data.*.b64_json`. A string found there is lifted out while it arrives: the answer holds a
   * `Picture` in its place. A data URL is lifted too; an http(s) URL stays a string.
   * Of a stream they hold in each event's document, and in the answer where it is none.
   */
  readonly lift?: readonly string[];
  /**
   * The places of texts that may have base64 images among their words, as data URLs in Markdown or HTML.
   * Such a text becomes a list of strings and `Picture`s in their order; without any it stays a string.
   */
  readonly liftInside?: readonly string[];
  /**
   * The fault that an answer with a good status tells of after all: a refusal said with a 200, a job that
   * failed. Thrown as `readError`'s is, its words cleaned. Undefined: nothing did. Not for streams.
   */
  readonly refused?: (answer: WireError) => UpstreamFault | undefined;
  /**
   * Names of events whose `error` is about one picture among several, by their `event:` line or else their
   * `type`: they are handed over as any other. Every other event with an `error` ends the stream.
   */
  readonly partialFailures?: readonly string[];
  /** The answer is what OpenAI's images API answers: it may go to a client as it is. */
  readonly relayable?: boolean;
  /** The way to read a stream of events that comes though none was asked for; absent: such an answer is none. */
  readonly unasked?: UnaskedStream;
}

/** Reading of a stream that nobody asked for, as some servers send whatever the request says. */
export interface UnaskedStream {
  /** The places of pictures in the document of each event, as in `lift`. */
  readonly lift: readonly string[];
  /** Makes of the events, in order, the document that the answer should have been; undefined: there is none in them. */
  document(events: readonly StreamedEvent[]): unknown;
}

/** One event whose data was a document, with its pictures lifted out. */
export interface StreamedEvent {
  /** The `event:` line; `message` where there is none. */
  readonly event: string;
  readonly json: unknown;
}

/** An answer with status 200 to 299. */
export interface WireAnswer {
  readonly status: number;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed document with pictures lifted out; undefined where the answer has no JSON. Read it with a zod schema. */
  readonly json: unknown;
  /** The body itself, where the answer's bytes are an image. */
  readonly picture: Picture | undefined;
}

/** An event of an upstream that was asked for a stream, or its one ordinary answer if it does not stream. */
export type WireEvent =
  | {
      /** The `event:` line; `message` where there is none. */
      readonly event: string;
      /** The data with pictures lifted out; undefined where it is no JSON, as in `[DONE]`, which is the last event. */
      readonly json: unknown;
      /** Set instead of `json` where the data or a picture in it could not be read. */
      readonly fault?: PinholeError | undefined;
    }
  | { readonly answer: WireAnswer };

/** An answer with another status, or a 2xx that is no readable JSON, for `readError`. At most 64 KiB of body are kept. */
export interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: unknown;
  readonly text: string;
}

/** The meaning of an upstream's error body. `message` is shown to the client only for the caller's own faults. */
export interface UpstreamFault {
  readonly code: ErrorCode;
  readonly message?: string | undefined;
  readonly param?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}
