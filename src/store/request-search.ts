import type { StoreClient } from "./client.ts";
import { exportStatement, type SearchPage, searchStatement } from "./commands/request-search.ts";
import {
  type CountedBy,
  countRow,
  type DurationCount,
  durationRow,
  durationsStatement,
  type NamedCount,
  nameRow,
  namesStatement,
  partialPicturesStatement,
  type PieceCount,
  pieceRow,
  piecesStatement,
} from "./commands/request-statistics.ts";
import type { Statement } from "./query.ts";
import type { RequestFilter, RequestLine } from "./request-filter.ts";
import type { RequestRecord } from "./request-records.ts";
import { integer, nullable, record, type Shape, text } from "./shape.ts";

/** Looks at many requests at once. They are read beside the commits, which wait for none of them. */
export interface RequestSearch {
  /** A page of those that match, newest first. */
  find(filter: RequestFilter, page: SearchPage): Promise<RequestRecord[]>;
  /** All that match in pieces, newest first. */
  lines(filter: RequestFilter): AsyncGenerator<readonly RequestLine[]>;
  pieces(filter: RequestFilter, pieceMs: number): Promise<PieceCount[]>;
  partialPictures(filter: RequestFilter): Promise<number>;
  durations(filter: RequestFilter): Promise<DurationCount[]>;
  names(by: CountedBy, filter: RequestFilter): Promise<NamedCount[]>;
}

const foundRow = record({ id: text });
const lineRow = record({
  id: text,
  created_at: integer,
  finished_at: nullable(integer),
  state: text,
  operation: text,
  model: text,
  served_model: nullable(text),
  key_id: text,
  person_id: nullable(text),
  client_request_id: nullable(text),
  n: integer,
  cost_nano: nullable(integer),
  error_code: nullable(text),
  pictures: integer,
  attempts: integer,
});

export function requestSearch(client: StoreClient): RequestSearch {
  const all = async <T>(statement: Statement, row: Shape<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const rows of client.report(statement))
      for (const one of rows) found.push(row.parse(one));
    return found;
  };
  return {
    async find(filter, page) {
      const found = await all(searchStatement(filter, page), foundRow);
      return client.call(
        "requestsOf",
        found.map(({ id }) => id),
      );
    },
    async *lines(filter) {
      for await (const rows of client.report(exportStatement(filter)))
        yield rows.map((row) => lineRow.parse(row));
    },
    pieces: (filter, pieceMs) => all(piecesStatement(filter, pieceMs), pieceRow),
    async partialPictures(filter) {
      const [row] = await all(partialPicturesStatement(filter), countRow);
      return row?.count ?? 0;
    },
    durations: (filter) => all(durationsStatement(filter), durationRow),
    names: (by, filter) => all(namesStatement(by, filter), nameRow),
  };
}
