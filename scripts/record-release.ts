// Writes down what the database is asked by this release, for the next one's test that it can still ask so:
// `npm run --silent record-release > test/store/before/statements.jsonl`, run at a release. It needs Debian's postgresql.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type GatewayProcess, startGatewayProcess } from "../test/support/gateway-process.ts";
import { postgresPrograms, startPostgres } from "../test/support/postgres.ts";

const adminToken = "test-admin-token-0123456789";
const key = "test-key-0123456789-abcdef";
const price = { per_image_usd: 0.01 };

/** A gateway's settings that make it ask for as much as possible: money at every owner, and records that grow old. */
const settings = (url: string): Record<string, unknown> => ({
  database: { url },
  keys: [{ name: "test", key, user: "ann", budget: { usd: 100, period: "month" } }],
  users: [{ id: "ann", team: "art", budget: { usd: 100, period: "day" } }],
  teams: [{ id: "art", budget: { usd: 100 } }],
  channels: [
    {
      id: "drawing",
      provider: "sandbox",
      budget: { usd: 100 },
      models: [
        { name: "m", upstream: "sandbox-fast", price },
        { name: "flaky", upstream: "sandbox-flaky", price },
        { name: "moderated", upstream: "sandbox-moderated", price },
      ],
    },
  ],
});

async function ask(
  { url }: GatewayProcess,
  [method, path, body, headers]: readonly [string, string, unknown?, Record<string, string>?],
): Promise<string> {
  const answer = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${path.startsWith("/admin") ? adminToken : key}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(method === "PUT" ? {} : { "if-match": "*" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  process.stderr.write(`${answer.status} ${method} ${path}\n`);
  return text;
}

const images = "/v1/images/generations";
const picture = { model: "m", prompt: "a fox", size: "64x64", response_format: "b64_json" };
const retry = { "x-stainless-retry-count": "1" };

/** All that a gateway is asked, one after the other. */
async function live(gateway: GatewayProcess): Promise<void> {
  const run = (...asked: Parameters<typeof ask>[1]): Promise<string> => ask(gateway, asked);
  await run("POST", images, picture, { "x-request-id": "mine" });
  await run("POST", images, picture, { "idempotency-key": "order-1" });
  await run("POST", images, picture, { "idempotency-key": "order-1" });
  await run("POST", images, { ...picture, prompt: "other" }, { "idempotency-key": "order-1" });
  await run("POST", images, { ...picture, n: 3, response_format: "url" }, retry);
  await run("POST", images, { ...picture, stream: true, n: 2 });
  for (const model of ["flaky", "flaky", "moderated"])
    await run("POST", images, { ...picture, model });
  await run("GET", "/v1/images/requests/mine");
  await run("DELETE", "/v1/images/requests/mine");
  await run("GET", "/v1/usage");
  const made = JSON.parse(await run("POST", "/admin/v1/keys", { name: "b", rpm: 5 })) as {
    id: string;
  };
  await run("POST", `/admin/v1/keys/${made.id}/rotate`, {});
  await run("PATCH", `/admin/v1/keys/${made.id}`, { disabled: true });
  await run("DELETE", `/admin/v1/keys/${made.id}`);
  await run("PUT", "/admin/v1/teams/ink", { name: "Ink" });
  await run("PUT", "/admin/v1/users/bob", { team: "ink" });
  await run("POST", "/admin/v1/people", { login: "bob@example.com", name: "Bob", role: "admin" });
  await run("POST", "/admin/v1/session", {
    login: "bob@example.com",
    password: "wrong password 1",
  });
  for (const path of ["keys", "teams", "users", "people", "tokens", "audit", "notices", "requests"])
    await run("GET", `/admin/v1/${path}`);
  await run("GET", "/admin/v1/usage?by=day,key");
}

const programs = postgresPrograms();
if (programs === undefined) throw new Error("there is no Postgres on this machine");
const server = await startPostgres(programs);
const gateway = await startGatewayProcess({
  settings: settings(await server.create("record")),
  nodeFlags: [
    "--import",
    pathToFileURL(join(import.meta.dirname, "../test/support/record-statements.mjs")).href,
  ],
  env: { PINHOLE_SECRET: "a-secret-of-a-record-0123456789abcdef", RECORD: "statements.jsonl" },
});
await live(gateway);
await gateway.stop(true);
process.stdout.write(await readFile(join(gateway.folder, "statements.jsonl"), "utf8"));
await rm(gateway.folder, { recursive: true, force: true });
await server.remove();
