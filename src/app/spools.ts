import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { GatewayPorts } from "../gateway/gateway.ts";
import { createConverter } from "../pictures/convert.ts";
import { createSpools } from "../pictures/spool.ts";

/** Pictures in memory before they go to spool files, all requests together. */
const memoryBytesMax = 32 * 1024 * 1024;

/** Opens the folder of pictures on their way, and what changes them. */
export async function openSpools(
  dataFolder: string,
): Promise<Pick<GatewayPorts, "spools" | "converter">> {
  const files = {
    directory: join(dataFolder, "spool"),
    randomName: () => randomBytes(16).toString("hex"),
  };
  const spools = createSpools({ ...files, memoryBytesMax });
  await spools.sweepLeftovers();
  return { spools, converter: createConverter(files) };
}
