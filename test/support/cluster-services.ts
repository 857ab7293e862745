import { findNginx } from "./nginx.ts";
import { postgresPrograms, startPostgres } from "./postgres.ts";
import { redisProgram, startRedis } from "./redis.ts";
import { s3Program, startS3 } from "./s3-server.ts";

/** The variable by which a run of tests tells its files that each gateway is to be a cluster. */
export const clusterVariable = "PINHOLE_TEST_CLUSTER";

/** The engines that all clusters of a run of tests share, each with a database and a prefix of its own. */
export interface ClusterServices {
  /** The address of the database `postgres` on the server. */
  readonly postgres: string;
  readonly redis: string;
  readonly s3: string;
  readonly nginx: string;
}

/** The engines of this run; undefined: a gateway is one process. */
export function clusterServices(): ClusterServices | undefined {
  const told = process.env[clusterVariable];
  // Written by `setup`.
  return told === undefined ? undefined : (JSON.parse(told) as ClusterServices);
}

/** Starts the engines before the first test file, for `vitest.cluster.config.ts`. Resolves with how to end them. */
export default async function setup(): Promise<() => Promise<void>> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const postgres = await startPostgres(found("Postgres", postgresPrograms()), {
      connections: 400,
    });
    undo.push(() => postgres.remove());
    const redis = await startRedis(found("Redis", redisProgram()));
    undo.push(() => redis.remove());
    const weed = "weed (.ci/requirements-s3.txt, named by PINHOLE_TEST_S3)";
    const s3 = await startS3("weed", found(weed, s3Program("weed")));
    undo.push(() => s3.stop());
    const services: ClusterServices = {
      postgres: postgres.url("postgres"),
      redis: redis.url,
      s3: s3.endpoint,
      nginx: found("nginx", findNginx()),
    };
    process.env[clusterVariable] = JSON.stringify(services);
    return close;
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function found(what: string, program: string | undefined): string {
  if (program === undefined) throw new Error(`a cluster needs ${what}, which is missing`);
  return program;
}
