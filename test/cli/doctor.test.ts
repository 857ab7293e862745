import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { runCommand } from "./run-command.ts";

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function gatewayWith(settings: Record<string, unknown>): Promise<TestGateway> {
  const gateway = await startTestGateway({
    channels: [{ id: "sandbox", provider: "sandbox", models: ["sandbox-fast"] }],
    ...settings,
  });
  opened.push(gateway);
  return gateway;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({ close: () => server.close() });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Told {
  readonly state: string;
  readonly findings: readonly { name: string; state: string; said: string }[];
}

async function doctor({ url, adminToken }: TestGateway): Promise<Told & { readonly code: number }> {
  const env = { PINHOLE_URL: url, PINHOLE_ADMIN_TOKEN: adminToken };
  const { code, out } = await runCommand(["doctor", "--json"], { env, cwd: "/" });
  return { code, ...(JSON.parse(out) as Told) };
}

test("all is well: each part is named, and the code is 0", async () => {
  const gateway = await gatewayWith({});
  const { code, state, findings } = await doctor(gateway);
  // The machine of a test may have little room on its disk, which the doctor rightly tells.
  const others = findings.filter(({ name }) => name !== "disk" && name !== "database");
  expect(others.filter((one) => one.state !== "ok")).toEqual([]);
  expect(new Set(findings.map(({ name }) => name))).toEqual(
    new Set([
      "database",
      "disk",
      "clock",
      "secret",
      "channel sandbox",
      "configuration",
      "public URL",
    ]),
  );
  expect(code).toBe({ ok: 0, warning: 1, fault: 2 }[state]);
  const env = { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken };
  const { out } = await runCommand(["doctor"], { env, cwd: "/" });
  expect(out).toMatch(
    /^ok {7}channel sandbox: It was not asked, since Sandbox has no free check\.$/m,
  );
});

test("a public URL that leads to the gateway through a proxy is told from one that leads elsewhere", async () => {
  let target = "";
  const proxy = createServer((request, response) => {
    void fetch(target + (request.url ?? "")).then(async (answer) => {
      response.writeHead(answer.status, { server: "nginx/1.22.1" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  const publicUrl = await listening(proxy);
  const gateway = await gatewayWith({ server: { public_url: publicUrl } });
  target = gateway.url;
  const here = await doctor(gateway);
  expect(here.findings).toContainEqual({
    name: "public URL",
    state: "ok",
    said: `${publicUrl} leads back here.`,
  });
  expect(here.findings.find(({ name }) => name === "proxy")).toMatchObject({
    state: "warning",
    said: expect.stringMatching(/^nginx stands in front, .*proxy_read_timeout/),
  });
  // Another gateway, which has another secret.
  target = (await gatewayWith({})).url;
  const elsewhere = await doctor(gateway);
  expect(elsewhere).toMatchObject({ code: 2, state: "fault" });
  expect(elsewhere.findings.find(({ name }) => name === "public URL")?.said).toBe(
    `${publicUrl} does not lead to a gateway with this secret: it answered 404. Correct server.public_url or the proxy in front.`,
  );
});

test("an upstream that refuses the credential is a fault that says so, and no secret is told", async () => {
  let asked = 0;
  const upstream = createServer((_request, response) => {
    asked += 1;
    response.writeHead(401, { "content-type": "application/json" });
    response.end('{"error":{"message":"Incorrect API key provided: sk-canary","type":"x"}}');
  });
  const base_url = `${await listening(upstream)}/v1`;
  const gateway = await gatewayWith({
    channels: [
      { id: "openai-main", provider: "openai", settings: { base_url, api_key: "sk-canary" } },
    ],
  });
  const { code, findings } = await doctor(gateway);
  expect(asked).toBe(1);
  expect(code).toBe(2);
  expect(findings.find(({ name }) => name === "channel openai-main")?.state).toBe("fault");
  expect(JSON.stringify(findings)).not.toContain("sk-canary");
});

test("a gateway that is not there is a fault", async () => {
  const env = { PINHOLE_URL: "http://127.0.0.1:9", PINHOLE_ADMIN_TOKEN: "some-token-0123456789" };
  const { code, err } = await runCommand(["doctor"], { env, cwd: "/" });
  expect(code).toBe(2);
  expect(err).toContain("127.0.0.1:9");
});
