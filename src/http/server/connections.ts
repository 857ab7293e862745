import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Crowded, type CrowdRules, createCrowdControl } from "./crowd.ts";
import { endAfterEarlyAnswer, readOut } from "./early-answers.ts";

/** The connections of a server: clients that stop reading are cut, and on a stop all are told to go. */
export interface Connections {
  /** Begins to watch a server. */
  watch(server: Server): void;
  /** True where the request that a connection still sends has been answered already. */
  answeredEarly(socket: Socket): boolean;
  /** Tells that a connection's request came with a key that is good. */
  trust(socket: Socket): void;
  /** Makes every answer from now on say `connection: close`, so that a connection ends with its answer. */
  drain(): void;
  /** Cuts connections that have sent no whole head of a request: after a stop, Node times them no more. */
  cutIdle(): void;
}

/** The newest request of a connection, once there was one. */
interface Connection extends Crowded {
  request: IncomingMessage | undefined;
  response: ServerResponse | undefined;
  /** Bytes that had been read of it when its last answer was done; more means that another request is coming in. */
  readAtEnd: number;
}

const unused: Omit<Connection, "since"> = {
  request: undefined,
  response: undefined,
  answering: false,
  readAtEnd: 0,
  trusted: false,
};

export interface ConnectionRules extends CrowdRules {
  /** Time for which a client may take nothing of an answer that waits for it, milliseconds. */
  readonly readTimeoutMs: number;
  /** Told of each client that was cut since it read nothing. */
  readonly onCut: () => void;
}

/**
 * Watches nothing yet. A client that waits for us, and one that is still sending (Node's own timeouts watch
 * those), is left alone, unless there are too many.
 */
export function createConnections(rules: ConnectionRules): Connections {
  const sockets = new Map<Socket, Connection>();
  let draining = false;
  const sayClose = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader("connection", "close");
  };
  /** Cuts idle connections that have had an answer. Node's own way would cut new ones too, whose first request may be on its way. */
  const cutRested = (): void => {
    for (const [socket, { response, answering, readAtEnd }] of sockets) {
      if (response === undefined || answering) continue;
      if (socket.bytesRead === readAtEnd) socket.destroy();
    }
  };
  const makeRoom = createCrowdControl(sockets, rules);
  return {
    watch(server) {
      server.setTimeout(rules.readTimeoutMs);
      server.on("timeout", (socket: Socket) => handleSilence(socket, sockets.get(socket), rules));
      server.on("connection", (socket) => {
        sockets.set(socket, { ...unused, since: rules.now() });
        socket.once("close", () => sockets.delete(socket));
        endAfterEarlyAnswer(socket, () => sockets.get(socket)?.request);
        makeRoom(socket);
      });
      // Before the routes, which may answer at once.
      server.prependListener("request", (request, response) => {
        const connection = sockets.get(request.socket);
        // The answer before said that it is the last: what follows is not served, for nobody could be told.
        if (request.socket.writableEnded) request.socket.destroy();
        if (connection !== undefined) {
          connection.request = request;
          connection.response = response;
          connection.answering = true;
        }
        if (draining) sayClose(response);
        response.on("close", () => {
          if (response.writableFinished && !request.complete) readOut(request);
          if (connection !== undefined) {
            connection.readAtEnd = request.socket.bytesRead;
            if (connection.response === response) connection.answering = false;
          }
          makeRoom();
          // An answer whose head had gone before the stop leaves its connection open.
          if (draining) setImmediate(cutRested);
        });
      });
    },
    answeredEarly(socket) {
      const { request, response } = sockets.get(socket) ?? {};
      return response?.headersSent === true && request?.complete === false;
    },
    trust(socket) {
      const connection = sockets.get(socket);
      if (connection !== undefined) connection.trusted = true;
    },
    drain() {
      draining = true;
      // Said in an earlier answer, it would end the connection before the newest one.
      for (const { response, answering } of sockets.values()) {
        if (answering && response !== undefined) sayClose(response);
      }
    },
    cutIdle() {
      for (const [socket, { answering }] of sockets) {
        if (!answering) socket.destroy();
      }
    },
  };
}

/** Handles a connection that was silent for `readTimeoutMs` in both directions; a write that makes progress is no silence. */
function handleSilence(
  socket: Socket,
  connection: Connection | undefined,
  { readTimeoutMs, onCut }: ConnectionRules,
): void {
  const stalled = socket.writableLength > 0;
  const idle = connection?.response !== undefined && !connection.answering;
  if (stalled || idle) socket.destroy();
  else socket.setTimeout(readTimeoutMs);
  if (stalled) onCut();
}
