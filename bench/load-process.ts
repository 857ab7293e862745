import { fork } from "node:child_process";
import { join } from "node:path";
import type { FromLoad, Job, JobResult } from "./load/jobs.ts";

/** The load generator in a process of its own. */
export interface Load {
  run(job: Job): Promise<JobResult>;
  stop(): void;
}

/** Who waits for the generator's next words. */
interface Waiting {
  resolve(message: FromLoad): void;
  reject(error: Error): void;
}

export async function startLoad(): Promise<Load> {
  const child = fork(join(import.meta.dirname, "load/main.ts"), { stdio: "inherit" });
  let waiting: Waiting | undefined;
  const next = (): Promise<FromLoad> =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
  child.on("message", (message: FromLoad) => waiting?.resolve(message));
  child.on("exit", () => waiting?.reject(new Error("the load generator has ended")));
  await next();
  return {
    async run(job) {
      const answer = next();
      child.send(job);
      const message = await answer;
      if ("error" in message) throw new Error(message.error);
      if (!("result" in message)) throw new Error("the load generator answered something else");
      return message.result;
    },
    stop: () => child.disconnect(),
  };
}
