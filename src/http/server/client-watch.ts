import type { FastifyReply, FastifyRequest } from "fastify";
import type { Socket } from "node:net";
import type { Client } from "../../gateway/gateway.ts";

type End = "sent" | "gone";

interface Watched {
  /** Told where the connection breaks soon after an answer has been handed to it. */
  broken: (() => void) | undefined;
  /** Unix milliseconds. */
  sentAt: number;
}

/** A break later than this after an answer is an ordinary end of an idle connection, milliseconds. */
const readAtLeastMs = 2_000;

/** Watches the connections of one server. */
export interface ClientWatch {
  /**
   * The client's end of one answer. Where the client is one that claims its lost answers
   * (`mayClaim`), a connection that it resets, or closes although it was to be kept alive, right
   * after the answer counts as gone: what was handed to the kernel may never have been read.
   */
  watch(request: FastifyRequest, reply: FastifyReply, mayClaim: boolean): Client;
}

export function createClientWatch(now: () => number): ClientWatch {
  const sockets = new WeakMap<Socket, Watched>();
  const watched = (socket: Socket): Watched => {
    const known = sockets.get(socket);
    if (known !== undefined) return known;
    const made: Watched = { broken: undefined, sentAt: 0 };
    sockets.set(socket, made);
    const onBreak = (): void => {
      if (now() - made.sentAt <= readAtLeastMs) made.broken?.();
      made.broken = undefined;
    };
    socket.once("end", onBreak);
    socket.once("close", (hadError) => {
      if (hadError) onBreak();
    });
    return made;
  };
  return {
    watch(request, reply, mayClaim) {
      const { socket } = request.raw;
      const connection = watched(socket);
      connection.broken = undefined;
      const listeners: ((end: End) => void)[] = [];
      let end: End | undefined;
      const tell = (how: End): void => {
        end = how;
        for (const listener of listeners) listener(how);
      };
      let handedOver = false;
      reply.raw.on("finish", () => {
        handedOver = true;
      });
      reply.raw.on("close", () => {
        tell(handedOver ? "sent" : "gone");
        if (!handedOver || !mayClaim) return;
        connection.sentAt = now();
        // A peer that ends a connection which this side ends too has done nothing unusual.
        connection.broken = reply.raw.shouldKeepAlive ? () => tell("gone") : undefined;
      });
      return {
        onEnd(listener) {
          listeners.push(listener);
          if (end !== undefined) listener(end);
        },
      };
    },
  };
}
