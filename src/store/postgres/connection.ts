import pg from "pg";
import type { Bindable, Statement, StatementResult } from "../query.ts";
import { losesConnection } from "./faults.ts";

/** One open connection to Postgres. Calls reject with what the driver threw. */
export interface Connection {
  /** Sends one statement at once, behind those sent before: nobody waits for their answers in between. */
  run(statement: Statement): Promise<StatementResult>;
  /** SQL without values, one statement or several; resolves with the tag of the last one, such as `COMMIT`. */
  execute(sql: string): Promise<string>;
  /** True once it is of no more use: the server has gone, or has said that it takes no more work. */
  isLost(): boolean;
  /** Whether it keeps the process alive. */
  hold(held: boolean): void;
  /** Ends it; where it is lost, at once. */
  close(): Promise<void>;
}

export interface ConnectionOptions {
  /** `postgres:` and the rest. */
  readonly url: string;
  /** Time for one statement's answer, the waiting behind others included, milliseconds: beyond it the network is taken for broken. */
  readonly answerMsMax: number;
}

/** Time to reach the server and be let in, milliseconds. */
const connectMsMax = 5000;
/** The name that the server's list of connections shows. */
const applicationName = "pinhole";

/** Types whose text is a number: int8, int2, int4, float4, float8 and numeric, which sums of int8 are. */
const numberTypes: ReadonlySet<number> = new Set([20, 21, 23, 700, 701, 1700]);

/**
 * Connects. Nothing is set for the session and no statement has a name, so that a pooler may give every
 * transaction another connection of its own.
 */
export async function openConnection({ url, answerMsMax }: ConnectionOptions): Promise<Connection> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectMsMax,
    query_timeout: answerMsMax,
    keepAlive: true,
    pipeline: true,
    types: { getTypeParser: (type: number) => (numberTypes.has(type) ? readNumber : asText) },
  });
  // Bounded: the texts are those of the commands, of shared INSERTs those of 1, 2, 4 … rows.
  const numberedTexts = new Map<string, string>();
  // Its types leave them out.
  const socket = client as pg.Client & { ref(): void; unref(): void };
  let isLost = false;
  const lose = (): void => {
    isLost = true;
  };
  // Also while nothing is asked: a server that restarts says so to idle connections.
  client.on("error", lose).on("end", lose);
  await client.connect();
  const asked = async <T>(query: Promise<T>): Promise<T> => {
    try {
      return await query;
    } catch (thrown) {
      if (losesConnection(thrown)) lose();
      throw thrown;
    }
  };
  return {
    async run({ sql, parameters }) {
      const text = numberedTexts.get(sql) ?? numbered(sql);
      numberedTexts.set(sql, text);
      const { rows, fields, rowCount } = await asked(
        client.query<Record<string, unknown>>({ text, values: parameters.map(bound) }),
      );
      return { rows, changes: fields.length > 0 ? 0 : (rowCount ?? 0) };
    },
    async execute(sql) {
      // Of several statements the driver makes a list, which its types do not know.
      const result: { command: string } | { command: string }[] = await asked(client.query(sql));
      return [result].flat().at(-1)?.command ?? "";
    },
    isLost: () => isLost,
    hold: (held) => (held ? socket.ref() : socket.unref()),
    async close() {
      socket.ref();
      // Nothing can be done about a goodbye that fails.
      await client.end().catch(() => undefined);
    },
  };
}

/** SQL whose slots have the numbers that Postgres wants instead of question marks. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll("?", () => `$${(count += 1)}`);
}

function asText(text: string): string {
  return text;
}

/** A number where JavaScript holds it exactly, otherwise the text, which a schema refuses or reads as a BigInt. */
function readNumber(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

/** Text as Postgres can keep it: all of Unicode but NUL. */
function bound(value: Bindable): string | number | null {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "string") return value;
  return value.includes("\0") ? value.replaceAll("\0", "\u{FFFD}") : value;
}
