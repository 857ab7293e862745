import type { FastifyBaseLogger } from "fastify";

/**
 * The logger of one request, which is made when there is something to say: the line that every
 * request gets names its request by itself, and most requests have no other.
 */
export class RequestLog implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Readonly<Record<string, unknown>>;
  readonly #options: Parameters<FastifyBaseLogger["child"]>[1];
  #made: FastifyBaseLogger | undefined;

  constructor(
    parent: FastifyBaseLogger,
    bindings: Readonly<Record<string, unknown>>,
    options: Parameters<FastifyBaseLogger["child"]>[1],
  ) {
    this.#parent = parent;
    this.#bindings = bindings;
    this.#options = options;
  }

  get level(): string {
    return this.#parent.level;
  }

  fatal(fields: unknown, message?: string): void {
    this.#own.fatal(fields, message);
  }

  error(fields: unknown, message?: string): void {
    this.#own.error(fields, message);
  }

  warn(fields: unknown, message?: string): void {
    this.#own.warn(fields, message);
  }

  info(fields: unknown, message?: string): void {
    this.#own.info(fields, message);
  }

  debug(fields: unknown, message?: string): void {
    this.#own.debug(fields, message);
  }

  trace(fields: unknown, message?: string): void {
    this.#own.trace(fields, message);
  }

  silent(): void {}

  child(...made: Parameters<FastifyBaseLogger["child"]>): FastifyBaseLogger {
    return this.#own.child(...made);
  }

  get #own(): FastifyBaseLogger {
    this.#made ??= this.#parent.child(this.#bindings, this.#options);
    return this.#made;
  }
}
