import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Which way bytes go: `request` from client to server, `answer` back. */
export type Side = "request" | "answer";

/**
 * What one connection suffers.
 * - `delay`: nothing is passed on until `ms` have gone by.
 * - `reset`, `close`, `blackhole`: once so many bytes of that side (or its first HTTP head) were passed
 *   on, the connection is reset (RST), or ended (FIN: what was passed is truncated), or keeps taking
 *   bytes and passes nothing more, without ever closing. `after: 0` strikes at the side's first byte, which for
 *   an answer means that the server has done its work.
 * - `drip`: that side passes `bytes` at a time, one piece every `everyMs`.
 */
export type Fault =
  | { readonly kind: "delay"; readonly ms: number }
  | {
      readonly kind: "reset" | "close" | "blackhole";
      readonly side: Side;
      readonly after: number | "head";
    }
  | {
      readonly kind: "drip";
      readonly side: Side;
      readonly bytes: number;
      readonly everyMs: number;
    };

/** The faults of the connection with this number, counted from 0. None: it is passed through. */
export type Script = (connection: number) => readonly Fault[];

/** A TCP proxy on loopback that makes faults on purpose. */
export interface FaultProxy {
  readonly port: number;
  /** Connections taken so far. */
  taken(): number;
  /** Connections that stand now. */
  standing(): number;
  /** Another script for connections from now on; their numbers begin at 0 again. */
  use(script: Script): void;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

type Strike = Extract<Fault, { readonly after: number | "head" }>;

/** Starts a proxy before `targetPort` of loopback, on a free port. */
export async function startFaultProxy(
  targetPort: number,
  script: Script = () => [],
): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const stop = new AbortController();
  let current = script;
  let number = 0;
  let taken = 0;
  let standing = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const faults = current(number);
    number += 1;
    taken += 1;
    standing += 1;
    client.once("close", () => (standing -= 1));
    keep(client);
    const open = (): Socket => {
      const upstream = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
      keep(upstream);
      return upstream;
    };
    relay(client, open, faults, stop.signal).catch(() => client.resetAndDestroy());
  });
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    // A socket that fails is torn down by its relay; without a listener the error would be thrown.
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    taken: () => taken,
    standing: () => standing,
    use(next) {
      current = next;
      number = 0;
    },
    async close() {
      stop.abort();
      const gone = [...sockets].map((socket) => {
        socket.destroy();
        return new Promise((resolve) => socket.once("close", resolve));
      });
      await Promise.all([...gone, new Promise((resolve) => server.close(resolve))]);
    },
  };
}

async function relay(
  client: Socket,
  open: () => Socket,
  faults: readonly Fault[],
  signal: AbortSignal,
): Promise<void> {
  for (const fault of faults) {
    if (fault.kind === "delay") await sleep(fault.ms, undefined, { signal });
  }
  if (client.destroyed) return;
  const upstream = open();
  // Where one end fails or has gone, the other is told at once.
  client.once("close", () => upstream.destroy());
  upstream.once("close", () => {
    if (upstream.errored !== null) client.resetAndDestroy();
  });
  client.once("error", () => upstream.resetAndDestroy());
  const strike = (fault: Strike): void => {
    if (fault.kind === "reset") {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    } else if (fault.kind === "close") {
      client.end();
      upstream.end();
    } else if (client.readableEnded) client.destroy();
    else client.once("end", () => client.destroy());
  };
  const pass = (side: Side): Promise<void> => {
    const [from, to] = side === "request" ? [client, upstream] : [upstream, client];
    return pump({ from, to, faults: faultsOf(faults, side), strike, signal });
  };
  await Promise.all([pass("request"), pass("answer")]);
}

interface OneWay {
  readonly from: Socket;
  readonly to: Socket;
  readonly faults: { readonly strike: Strike | undefined; readonly drip: Drip | undefined };
  readonly strike: (fault: Strike) => void;
  readonly signal: AbortSignal;
}
type Drip = Extract<Fault, { readonly kind: "drip" }>;

function faultsOf(faults: readonly Fault[], side: Side): OneWay["faults"] {
  const mine = faults.filter((fault) => fault.kind !== "delay" && fault.side === side);
  return {
    strike: mine.find((fault): fault is Strike => "after" in fault),
    drip: mine.find((fault): fault is Drip => fault.kind === "drip"),
  };
}

/** Passes one side on until it ends or a fault strikes. Waits for the receiver, so that nothing piles up here. */
async function pump({ from, to, faults, strike, signal }: OneWay): Promise<void> {
  const measure = createMeasure(faults.strike?.after);
  let struck = false;
  // Half-open sockets must outlive the loop over what they receive.
  for await (const chunk of from.iterator({ destroyOnReturn: false })) {
    if (struck) continue;
    // A socket without an encoding yields buffers.
    const bytes = chunk as Buffer;
    const room = measure(bytes);
    await send(to, bytes.subarray(0, room), faults.drip, signal);
    if (room === undefined || faults.strike === undefined) continue;
    struck = true;
    strike(faults.strike);
  }
  if (!struck) to.end();
}

async function send(
  to: Socket,
  bytes: Buffer,
  drip: Drip | undefined,
  signal: AbortSignal,
): Promise<void> {
  const step = drip?.bytes ?? bytes.length;
  for (let at = 0; at < bytes.length && to.writable; at += step) {
    if (drip !== undefined && at > 0) await sleep(drip.everyMs, undefined, { signal });
    const flushed = to.write(bytes.subarray(at, at + step));
    if (!flushed) await drained(to);
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}

/** Tells, chunk by chunk, how many bytes of the chunk stand before the mark; undefined: the mark is not in it. */
function createMeasure(after: number | "head" | undefined): (chunk: Buffer) => number | undefined {
  let passed = 0;
  let tail = "";
  return (chunk) => {
    if (after === undefined) return undefined;
    if (after === "head") {
      const text = tail + chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      const room = end === -1 ? undefined : end + 4 - tail.length;
      tail = text.slice(-3);
      return room;
    }
    const room = after - passed;
    passed += chunk.length;
    return room <= chunk.length ? room : undefined;
  };
}
