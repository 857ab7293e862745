import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** Time for which what follows an early answer is read, milliseconds. */
const readOutMs = 10_000;
/** Bytes that are read after an early answer. */
const readOutBytesMax = 256 * 2 ** 20;

/**
 * Keeps a connection readable where its last answer goes out before its request has come whole. Node would close it at once; what
 * the other side still sends would then reset it, and a client or a proxy that sends before it reads would never see the answer.
 */
export function endAfterEarlyAnswer(
  socket: Socket,
  newest: () => IncomingMessage | undefined,
): void {
  const destroySoon = socket.destroySoon.bind(socket);
  // The call by which Node's server ends a connection after an answer that says `connection: close`.
  socket.destroySoon = () => {
    if (newest()?.complete === false) socket.end();
    else destroySoon();
  };
}

/** Reads and drops the rest of a request that has been answered, for a time and an amount, then cuts the connection. */
export function readOut(request: IncomingMessage): void {
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), readOutMs);
  timer.unref();
  let left = readOutBytesMax;
  const drop = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) socket.destroy();
  };
  // The connection may outlive the request, so nothing of the request may stay on it.
  const over = (): void => {
    clearTimeout(timer);
    socket.off("close", over);
    if (socket.writableEnded) socket.destroySoon();
  };
  request.on("data", drop);
  request.once("end", over);
  socket.once("close", over);
  request.resume();
}
