import { aloneCluster } from "../../src/cluster/alone.ts";
import { clusterSuite } from "./suite.ts";

clusterSuite("one process", async () => {
  let now = 1_000_000;
  const cluster = aloneCluster(() => now);
  return {
    cluster,
    pass(ms) {
      now += ms;
    },
    close: () => cluster.close(),
  };
});
