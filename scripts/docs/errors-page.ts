import { errorRow, errorTable, publicCode } from "../../src/core/errors.ts";
import type { ErrorCode, Evidence } from "../../src/core/errors.ts";
import { code, page, table, type Page } from "./markdown.ts";

const codes = Object.keys(errorTable) as ErrorCode[]; // The keys of the table are its codes.

const thenByEvidence: Readonly<Record<Evidence, string>> = {
  never_sent: "the next target, freely",
  refused: "the next target; the channel, or only the credential, cools down",
  caller: "stop and tell the caller; the channel is healthy",
  unknown:
    "stop: it may have been made and billed. The next target only where the card says that failures are not billed, or the channel has `retry_unknown: true`",
  produced: "stop, always: a picture or a preview of one was seen",
};

function publicRows(): string[][] {
  return codes
    .filter((name) => publicCode(name) === name)
    .map((name) => {
      const row = errorRow(name);
      return [
        String(row.status),
        code(row.type),
        code(name),
        code(String(row.shouldRetry)),
        row.meaning,
      ];
    });
}

function upstreamRows(): string[][] {
  return codes
    .filter((name) => publicCode(name) !== name)
    .map((name) => {
      const row = errorRow(name);
      return [
        code(name),
        `${row.status} ${code(publicCode(name))}`,
        code(String(row.shouldRetry)),
        code(row.evidence ?? ""),
        row.meaning,
      ];
    });
}

/** docs/errors.md. */
export function errorsPage(): Page {
  return page("docs/errors.md", "`src/core/errors.ts`", [
    "# Errors",
    'Every error answer is `{"error": {"message", "type", "param", "code"}}` with `content-type: application/json` and ' +
      "`x-request-id`. `message` says what to change, `param` names the offending field, `code` is stable. " +
      "`x-should-retry` tells the official SDKs whether a second request is safe: `true` only where it can never buy a second image.",
    "## What a client sees",
    table(["status", "type", "code", "`x-should-retry`", "when"], publicRows()),
    "Once a stream has begun, the same envelope comes as an `error` event and ends the stream.",
    "## What an operator sees behind it",
    "Faults of an upstream have finer codes in the log and in the request record. The client sees the public code in the " +
      "second column; the upstream's name, account and headers never reach it.",
    table(
      ["code in the log", "the client sees", "`x-should-retry`", "evidence", "when"],
      upstreamRows(),
    ),
    "## What happens after a failed attempt",
    "The evidence decides. Once a picture or a partial picture was seen, nothing is tried again.",
    table(
      ["evidence", "then"],
      Object.entries(thenByEvidence).map(([evidence, then]) => [code(evidence), then]),
    ),
  ]);
}
