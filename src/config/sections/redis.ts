import { z } from "zod";

/** `redis`: what several instances share. */
export const redisSchema = z.strictObject({
  url: z
    .string()
    .regex(/^(rediss?:\/\/.+)?$/, { error: "must be redis:// or rediss:// and a host" })
    .optional()
    .meta({
      form: "redis:// or rediss://, such as rediss://user:password@redis.example.com:6379/0?prefix=pinhole",
      description:
        "Redis or Valkey, in which several gateways count limits together. `mode` is single, or sentinel or cluster with several hosts parted by commas; `master` is the sentinels' name for the server (mymaster), `sentinel_user` and `sentinel_password` are theirs; gateways with the same `prefix` (pinhole) count together; `timeout` (50ms) is how long a command is waited for.",
    }),
});
