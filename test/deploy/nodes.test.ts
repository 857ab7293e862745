import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { startCountingUpstream } from "../support/counting-upstream.ts";
import { postJson, startTestGateway } from "../support/gateway.ts";
import { findNginx, freePort } from "../support/nginx.ts";
import { startFront } from "../support/nginx-nodes.ts";
import { requireForTest } from "../support/require.ts";

/** The files of `deploy/` for several nodes: what they promise is tried, or read where it cannot be tried here. */

const folder = join(import.meta.dirname, "../../deploy");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

test("nginx as in deploy/nginx-nodes.conf serves from both nodes, goes on with one, and sends no POST twice", async (context) => {
  const binary = requireForTest(context, "nginx", findNginx());
  const upstream = await startCountingUpstream();
  onTestFinished(() => upstream.close());
  const settings = {
    channels: [
      {
        id: "counting",
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "k" },
        models: ["m"],
      },
    ],
  };
  const nodes = [await startTestGateway(settings), await startTestGateway(settings)] as const;
  const [first, second] = nodes;
  onTestFinished(() => second.close());
  const ports = nodes.map(({ url }) => Number(new URL(url).port));
  const url = await startFront(binary, [ports[0] ?? 0, ports[1] ?? 0], await freePort());
  const ask = async (prompt: string): Promise<number> => {
    const body = { model: "m", prompt, response_format: "b64_json" };
    const answer = await postJson({ ...first, url }, "/v1/images/generations", body);
    await answer.arrayBuffer();
    return answer.status;
  };
  upstream.behave(() => ({ delayMs: 200 }));
  const both = Array.from({ length: 6 }, (_, at) => `both ${at}`);
  expect(new Set(await Promise.all(both.map(ask)))).toEqual(new Set([200]));
  for (const { log } of nodes)
    expect(log.some((line) => JSON.stringify(line).includes("/v1/images/generations"))).toBe(true);
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  await first.close();
  const alone = Array.from({ length: 6 }, (_, at) => `alone ${at}`);
  expect(new Set(await Promise.all(alone.map(ask)))).toEqual(new Set([200]));
  for (const prompt of [...both, ...alone])
    expect(upstream.tally(prompt)).toEqual({ asked: 1, made: 1 });
});

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      profiles: z.array(z.string()).optional(),
      ports: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.unknown()).optional(),
      volumes: z.array(z.string()).optional(),
      command: z.unknown().optional(),
      stop_grace_period: z.string().optional(),
      read_only: z.boolean().optional(),
    }),
  ),
  configs: z.record(z.string(), z.object({ content: z.string() })),
});

test("deploy/compose.yaml starts two nodes on shared engines, migrates before them and opens one port to this machine", () => {
  const document: unknown = parse(read("compose.yaml"), { merge: true });
  const { services, configs } = composeSchema.parse(document);
  expect(Object.keys(services).toSorted()).toEqual(
    ["bucket", "migrate", "pinhole-1", "pinhole-2", "postgres", "proxy", "redis", "s3"].toSorted(),
  );
  const { "pinhole-1": one, "pinhole-2": two, migrate } = services;
  expect(one?.environment).toEqual(two?.environment);
  expect(one?.volumes).not.toEqual(two?.volumes);
  expect([one?.read_only, one?.stop_grace_period]).toEqual([true, "345s"]);
  expect(migrate?.command).toEqual(["migrate"]);
  expect(configs["pinhole"]?.content).toContain("migrate: never");
  const open = Object.values(services).flatMap(({ ports = [] }) => ports);
  expect(open).toEqual(["127.0.0.1:8080:8080"]);
  for (const { image, profiles } of Object.values(services)) {
    expect(profiles).toEqual(["nodes"]);
    expect(image).toMatch(/^pinhole$|:[\d.]+(?:-\w+)?$/);
  }
});

test("the chart's values name no database, and its pods write nowhere but into their spools", () => {
  const values = z
    .looseObject({
      existingSecrets: z.array(z.string()),
      shutdownGrace: z.number(),
      longestChannelTimeout: z.number(),
    })
    .parse(parse(read("helm/values.yaml")));
  expect([values.shutdownGrace, values.longestChannelTimeout]).toEqual([15, 300]);
  expect(existsSync(join(folder, "helm/charts"))).toBe(false);
  const pods = read("helm/templates/_helpers.tpl") + read("helm/templates/deployment.yaml");
  for (const words of [
    "readOnlyRootFilesystem: true",
    "runAsNonRoot: true",
    'PINHOLE_HOST, value: "::"',
    "add .Values.longestChannelTimeout .Values.shutdownGrace 30",
    "path: /health/ready",
    "path: /health/live",
    '"migrate" "never"',
    "emptyDir: { sizeLimit: {{ .Values.spool.sizeLimit }} }",
  ])
    expect(pods).toContain(words);
  const job = read("helm/templates/migrate-job.yaml");
  expect(job).toContain("helm.sh/hook: pre-install,pre-upgrade");
});
