import { integer, record } from "../shape.ts";

/** A reading of the server itself, which is no command: its SQL gives one row. */
export interface ServerReading<T> {
  readonly subject: string;
  readonly sql: string;
  /** Throws where the row is not what the SQL asks for. */
  read(row: unknown): T;
}

const clockRow = record({ now: integer });

/** The server's time, Unix milliseconds. */
export const serverClock: ServerReading<number> = {
  subject: "clock",
  sql: "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now",
  read: (row) => clockRow.parse(row).now,
};

const connectionsRow = record({ most: integer, used: integer, nodes: integer });

/** The connections that the server allows to others than its operator, those there are, and the gateways seen within half a minute. */
export const serverConnections: ServerReading<{
  readonly most: number;
  readonly used: number;
  readonly nodes: number;
}> = {
  subject: "connections",
  sql: `SELECT
    current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint AS most,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
    (SELECT count(*) FROM nodes WHERE seen_at > floor(extract(epoch FROM clock_timestamp()) * 1000) - 30000) AS nodes`,
  read: (row) => connectionsRow.parse(row),
};
