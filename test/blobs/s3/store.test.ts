import { afterAll, describe, expect, test } from "vitest";
import { requireForTest } from "../../support/require.ts";
import { s3Program, s3Servers, startS3 } from "../../support/s3-server.ts";
import { blobStoreSuite } from "../blob-store-suite.ts";
import { openFake, underTest } from "./bench.ts";

const started = s3Servers.map(async (name) => {
  const program = s3Program(name);
  return { name, server: program === undefined ? undefined : await startS3(name, program) };
});
const servers = await Promise.all(started);
afterAll(async () => {
  for (const { server } of servers) await server?.stop();
});

blobStoreSuite(
  "strict S3",
  async () => {
    const fake = await openFake();
    fake.pageSize = 7;
    return underTest(fake.endpoint);
  },
  false,
);

test("there are servers of S3 for these tests", (context) => {
  for (const { name, server } of servers) {
    const what = `${name} (.ci/requirements-s3.txt, named by PINHOLE_TEST_S3)`;
    expect(requireForTest(context, what, server)).toBeDefined();
  }
});

describe.each(servers.filter(({ server }) => server !== undefined))("$name", ({ name, server }) => {
  blobStoreSuite(name, () => underTest(server?.endpoint ?? ""), false);
});
