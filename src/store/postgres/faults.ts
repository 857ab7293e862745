import { asPinholeError, PinholeError } from "../../core/errors.ts";

/**
 * Postgres's codes that mean something here (postgresql.org/docs/current/errcodes-appendix.html). A code of
 * five letters comes from the server; what has none is the network's or the driver's.
 */
const codes = {
  uniqueViolation: "23505",
  readOnly: "25006",
  idleInTransaction: "25P03",
  wrongUser: "28000",
  wrongPassword: "28P01",
  noDatabase: "3D000",
  serializationFailure: "40001",
  deadlock: "40P01",
  notAllowed: "42501",
  diskFull: "53100",
  tooManyConnections: "53300",
  lockTimeout: "55P03",
  cancelled: "57014",
  stopped: "57P01",
  crashed: "57P02",
  starting: "57P03",
  idleSession: "57P05",
} as const;

/** After these the server ends the connection, or takes no writes on it, as a standby does. */
const losing: ReadonlySet<string> = new Set([
  codes.readOnly,
  codes.idleInTransaction,
  codes.tooManyConnections,
  codes.stopped,
  codes.crashed,
  codes.starting,
  codes.idleSession,
]);

/** The same work may succeed at once: another transaction was in its way, and has ended. */
const passing: ReadonlySet<string> = new Set([
  codes.uniqueViolation,
  codes.serializationFailure,
  codes.deadlock,
]);

/** The server's code of what the driver threw; undefined where it is not the server that speaks. */
function serverCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  const { code } = thrown;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

function textOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  // An attempt at several addresses has its reasons inside.
  if (text === "" && thrown instanceof AggregateError) return thrown.errors.map(textOf).join("; ");
  return text === "" ? "no reason was given" : text;
}

/** Whether a failed statement is the end of its connection: class 08, a server that goes, a network that is broken. */
export function losesConnection(thrown: unknown): boolean {
  const code = serverCode(thrown);
  return code === undefined || code.startsWith("08") || losing.has(code);
}

/** Whether what failed may be tried again at once. */
export function mayPass(thrown: unknown): boolean {
  return passing.has(serverCode(thrown) ?? "");
}

/** Whether the server ended what failed since it and another transaction waited for each other. */
export function isDeadlock(thrown: unknown): boolean {
  return serverCode(thrown) === codes.deadlock;
}

/** The refusal while the database is away: nothing was begun, and a later try may find it back. */
export function awayFault(thrown: unknown): PinholeError {
  if (thrown instanceof PinholeError) return thrown;
  return new PinholeError("overloaded", {
    message: "The gateway cannot reach its records at the moment; try again later.",
    detail: `the database is away: ${textOf(thrown)}`,
    cause: thrown,
    retryAfterSeconds: 5,
  });
}

/** The failure of a commit whose answer never came: it may have been made. */
export function unknownCommitFault(thrown: unknown): PinholeError {
  return new PinholeError("overloaded", {
    message: "The gateway lost its records while it wrote this; try again later.",
    detail: `the database went away during a commit: ${textOf(thrown)}`,
    evidence: "unknown",
    cause: thrown,
    retryAfterSeconds: 5,
  });
}

/** A command's failure as those who asked are told: SQL and addresses stay in the operator's detail. */
export function faultOfCommand(thrown: unknown): PinholeError {
  if (thrown instanceof PinholeError) return thrown;
  const detail = textOf(thrown);
  switch (serverCode(thrown)) {
    case undefined:
      return asPinholeError(thrown);
    case codes.diskFull:
      return new PinholeError("storage_full", {
        message: "The disk that holds the gateway's records is full.",
        detail,
        cause: thrown,
      });
    case codes.lockTimeout:
    case codes.cancelled:
    case codes.deadlock:
    case codes.serializationFailure:
      return new PinholeError("overloaded", {
        message: "The gateway's records were too busy for too long; try again later.",
        detail,
        cause: thrown,
      });
    default:
      return losesConnection(thrown)
        ? awayFault(thrown)
        : new PinholeError("internal_error", {
            message: "The gateway could not read or write its records.",
            detail,
            cause: thrown,
          });
  }
}

/** A fault of the set-up, said to the operator at start in one sentence. */
export function openFault(message: string, cause?: unknown): PinholeError {
  return new PinholeError("internal_error", {
    message,
    ...(cause === undefined ? {} : { detail: textOf(cause), cause }),
  });
}

/** Why the database could not be opened or prepared, in one sentence that names it. */
export function faultAtOpen(place: string, thrown: unknown): PinholeError {
  if (thrown instanceof PinholeError) return thrown;
  const sentence = (rest: string): PinholeError =>
    openFault(`The database ${place} ${rest}.`, thrown);
  switch (serverCode(thrown)) {
    case codes.wrongUser:
    case codes.wrongPassword:
      return sentence(
        `does not let this user in (${textOf(thrown)}); set user and password in database.url`,
      );
    case codes.noDatabase:
      return sentence("does not exist; create it, or set database.url to another");
    case codes.notAllowed:
      return sentence(
        `may not be changed by its user (${textOf(thrown)}); make the user the owner of the database`,
      );
    case codes.tooManyConnections:
      return sentence("has no connection left; raise its max_connections or lower database.pool");
    case codes.readOnly:
      return sentence("is a standby that takes no writes; set database.url to the primary server");
    case codes.starting:
      return sentence("is starting or stopping; start Pinhole again when it is up");
    case codes.lockTimeout:
      return sentence(
        "is being changed by another Pinhole that has not finished; wait for that one, then start again",
      );
    case codes.diskFull:
      return new PinholeError("storage_full", {
        message: `The disk that holds the database ${place} is full; make room on it.`,
        detail: textOf(thrown),
        cause: thrown,
      });
    case undefined:
      return sentence(
        `cannot be reached (${textOf(thrown)}); start the server, or correct database.url`,
      );
    default:
      return sentence(`cannot be opened: ${textOf(thrown)}`);
  }
}
