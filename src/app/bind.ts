import type { FastifyInstance } from "fastify";
import type { Config } from "../config.ts";
import { listenFault } from "./start-faults.ts";

/** Listens where the configuration says; returns the address for people. Throws `StartError` with one sentence. */
export async function bind(server: FastifyInstance, config: Config): Promise<string> {
  const { host, port } = config.server;
  try {
    return await server.listen({ host, port });
  } catch (thrown) {
    const settings = { port: "--port or server.port", host: "--host or server.host" };
    throw listenFault(thrown, { host, port }, settings);
  }
}
