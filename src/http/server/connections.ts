import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The connections of a server: clients that stop reading are cut, and on a stop all are told to go. */
export interface Connections {
  /** Begins to watch a server. */
  watch(server: Server): void;
  /** True where the request that a connection still sends has been answered already. */
  answeredEarly(socket: Socket): boolean;
  /** Makes every answer from now on say `connection: close`, so that a connection ends with its answer. */
  drain(): void;
  /** Cuts connections that have sent no whole head of a request: after a stop, Node times them no more. */
  cutIdle(): void;
}

/** The newest request of a connection, once there was one. */
interface Connection {
  request: IncomingMessage | undefined;
  response: ServerResponse | undefined;
  /** True while that request's answer is under way. */
  answering: boolean;
  /** Bytes that had been read of it when its last answer was done; more means that another request is coming in. */
  readAtEnd: number;
}

const unused: Connection = {
  request: undefined,
  response: undefined,
  answering: false,
  readAtEnd: 0,
};

/**
 * Watches nothing yet. `readTimeoutMs`: how long a client may take nothing of an answer that waits for it.
 * A client that waits for us, and one that is still sending (Node's own timeouts watch those), is left
 * alone. `onCut` is told of each that was cut.
 */
export function createConnections(readTimeoutMs: number, onCut: () => void): Connections {
  const sockets = new Map<Socket, Connection>();
  let draining = false;
  const sayClose = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader("connection", "close");
  };
  /** Handles a connection that was silent for `readTimeoutMs` in both directions; a write that makes progress is no silence. */
  const onSilence = (socket: Socket): void => {
    const { response, answering } = sockets.get(socket) ?? {};
    const stalled = socket.writableLength > 0;
    const idle = response !== undefined && answering !== true;
    if (stalled || idle) socket.destroy();
    else socket.setTimeout(readTimeoutMs);
    if (stalled) onCut();
  };
  /** Cuts idle connections that have had an answer. Node's own way would cut new ones too, whose first request may be on its way. */
  const cutRested = (): void => {
    for (const [socket, { response, answering, readAtEnd }] of sockets) {
      if (response === undefined || answering) continue;
      if (socket.bytesRead === readAtEnd) socket.destroy();
    }
  };
  return {
    watch(server) {
      server.setTimeout(readTimeoutMs);
      server.on("timeout", onSilence);
      server.on("connection", (socket) => {
        sockets.set(socket, { ...unused });
        socket.once("close", () => sockets.delete(socket));
      });
      // Before the routes, which may answer at once.
      server.prependListener("request", (request, response) => {
        const connection = sockets.get(request.socket);
        if (connection !== undefined) {
          connection.request = request;
          connection.response = response;
          connection.answering = true;
        }
        if (draining) sayClose(response);
        response.on("close", () => {
          if (connection !== undefined) {
            connection.readAtEnd = request.socket.bytesRead;
            if (connection.response === response) connection.answering = false;
          }
          // An answer whose head had gone before the stop leaves its connection open.
          if (draining) setImmediate(cutRested);
        });
      });
    },
    answeredEarly(socket) {
      const { request, response } = sockets.get(socket) ?? {};
      return response?.headersSent === true && request?.complete === false;
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
