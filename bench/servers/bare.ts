import { join } from "node:path";
import { freePort, start, type Started } from "../processes.ts";

export interface Bare extends Started {
  readonly port: number;
}

/** A server of the plainest Node, the floor of the runtime. `name`: its file here; `argument`: what follows its port. */
export async function startBare(
  root: string,
  name: "bare-files" | "bare-relay",
  argument: string,
): Promise<Bare> {
  const port = await freePort();
  const started = await start({
    command: process.execPath,
    args: [join(import.meta.dirname, `${name}.ts`), String(port), argument],
    cwd: root,
    log: join(root, `${name}.log`),
    ready: { port, path: "/ready" },
  });
  return { ...started, port };
}
