import type { RequestLine } from "../../gateway/gateway.ts";
import { personOfKey } from "../../core/key.ts";
import { personName } from "./request-json.ts";
import { csvLine } from "./csv-line.ts";

const columns = [
  "id",
  "created_at",
  "seconds",
  "state",
  "operation",
  "model",
  "served_model",
  "key_id",
  "key_name",
  "client_request_id",
  "asked",
  "pictures",
  "attempts",
  "cost_usd",
  "error",
  "person_id",
  "person_name",
];

/** Requests as RFC 4180 has it, in pieces, under a line of names. */
export async function* requestsCsv(
  pieces: AsyncGenerator<readonly RequestLine[]>,
  names: ReadonlyMap<string, string>,
): AsyncGenerator<string> {
  let before = csvLine(columns);
  for await (const rows of pieces) {
    yield before + rows.map((row) => csvLine(cellsOf(row, names))).join("");
    before = "";
  }
  if (before !== "") yield before;
}

function cellsOf(row: RequestLine, names: ReadonlyMap<string, string>) {
  const personId = row.person_id ?? personOfKey(row.key_id);
  const { created_at: began, finished_at: ended, cost_nano: cost } = row;
  return [
    row.id,
    new Date(began).toISOString(),
    ended === null ? null : (ended - began) / 1000,
    row.state,
    row.operation,
    row.model,
    row.served_model,
    row.key_id,
    names.get(row.key_id) ?? null,
    row.client_request_id,
    row.n,
    row.pictures,
    row.attempts,
    cost === null ? null : { usd: BigInt(cost) },
    row.error_code,
    personId,
    personName(personId, names),
  ];
}
