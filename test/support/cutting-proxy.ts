import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy in front of a database, which can be told to lose things. */
export interface CuttingProxy {
  readonly port: number;
  /** From now on: once the client has sent this text, the server gets it and the answer is lost with the connection, once. */
  cutAfter(text: string): void;
  /** Says nothing more in either direction on connections that are open. */
  freeze(): void;
  close(): void;
}

/** Starts a proxy to a port of this machine. */
export async function startCuttingProxy(to: number): Promise<CuttingProxy> {
  let word: string | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    let isCut = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    client.on("data", (bytes) => {
      if (word !== undefined && bytes.includes(word)) {
        word = undefined;
        isCut = true;
      }
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      // The server has answered, so it has done it.
      if (isCut) client.destroy();
      else client.write(bytes);
    });
    client.on("close", () => upstream.end());
    upstream.on("close", () => client.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter(text) {
      word = text;
    },
    freeze() {
      for (const socket of sockets) socket.pause();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
