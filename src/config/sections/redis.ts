import { z } from "zod";

/** `redis`: what several instances share. */
export const redisSchema = z.strictObject({
  url: z.string().optional().describe("Redis, for several instances."),
});
