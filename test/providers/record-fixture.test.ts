import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { shippedProviders } from "../../scripts/docs/pages.ts";
import { recordFixture, settingsFor, type Wish } from "../../scripts/record-fixture/record.ts";
import { createEgress } from "../../src/net/egress.ts";
import { createSpools } from "../../src/pictures/spool.ts";
import { compareRequest, fillText, fixtureReply } from "./contract-compare.ts";
import { pictureBytes } from "./contract-pictures.ts";
import { runFixture } from "./contract-run.ts";
import { exchangeScript, startContractServer } from "./contract-server.ts";
import { fixtureSchema } from "./fixture.ts";

const key = "sk-live-0123456789abcdef";
const shipped = await shippedProviders();
const directory = mkdtempSync(join(tmpdir(), "pinhole-record-test-"));
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Answer = { readonly status?: number; readonly json?: unknown; readonly picture?: string };

/** An upstream that answers by a script, with `{{base}}` for its own origin and the key repeated in each answer's headers. */
async function upstream(answers: readonly Answer[]): Promise<string> {
  const left = [...answers];
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      void (async () => {
        const { status = 200, json, picture } = left.shift() ?? { status: 599 };
        response.writeHead(status, {
          "content-type": picture === undefined ? "application/json" : "image/png",
          "x-request-id": `req-${key}`,
          "retry-after": "3",
        });
        response.end(
          picture === undefined
            ? JSON.stringify(json).replaceAll("{{base}}", base)
            : await pictureBytes(picture),
        );
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  // A TCP server's address is never a pipe's name.
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return base;
}

function wish(id: string, fields: Partial<Wish> & Pick<Wish, "model" | "settings">): Wish {
  const found = shipped.find(({ provider }) => provider.id === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  const common = {
    env: {},
    request: { prompt: "a fox" },
    options: {},
    name: "live",
    day: "2026-11-27",
  };
  return { ...found, ...common, ...fields };
}

/** Replays a recorded fixture as the contract suite does; returns what came of it. */
async function replay(id: string, written: unknown) {
  const fixture = fixtureSchema.parse(written);
  const provider = shipped.find((one) => one.provider.id === id)?.provider;
  if (provider === undefined) throw new Error(`there is no ${id}`);
  const server = await startContractServer();
  const egress = createEgress({ now: Date.now });
  const spools = createSpools({
    directory,
    memoryBytesMax: 1e6,
    randomName: () => crypto.randomUUID(),
  });
  const spool = spools.open();
  const fill = { base: server.base, model: fixture.model ?? "", shipped: false };
  const { script, used } = exchangeScript(
    fixture.exchanges,
    (path, asked) => fillText(path, fill) === asked,
    ({ response }) => fixtureReply(response, fill),
  );
  server.play(script);
  const signal = new AbortController().signal;
  const outcome = await runFixture({ provider, egress, spool, fill, signal }, fixture);
  for (const [exchange, came] of used) await compareRequest(exchange.request, came, fill);
  expect(server.unexpected).toEqual([]);
  expect(used.size).toBe(fixture.exchanges.length);
  const code = outcome.error?.code;
  const pictures = outcome.pictures.map(
    ({ picture: { format, width, height } }) => `${format} ${width}x${height}`,
  );
  spool.dispose();
  await Promise.all([server.close(), egress.close()]);
  return { fixture, code, pictures };
}

/** Nothing of the account and no bytes may be left. */
function expectRedacted(written: unknown, base: string): void {
  const text = JSON.stringify(written);
  expect(text).not.toContain(key);
  expect(text).not.toContain(new URL(base).host);
  expect(text).not.toMatch(/[A-Za-z0-9+/]{80}/);
  expect(text).not.toMatch(/x-request-id|secret-signature/i);
}

test("one call with base64, an edit's own picture and an error's words", async () => {
  const made = (await pictureBytes("png 96x64")).toString("base64");
  const base = await upstream([
    { json: { data: [{ b64_json: made }, { b64_json: made }], account: "jo@example.org" } },
  ]);
  const written = await recordFixture(
    wish("openai", {
      model: "gpt-image-2",
      settings: { base_url: `${base}/v1`, api_key: key },
      request: { operation: "edit", prompt: "a fox", n: 2, images: ["png 32x32"] },
    }),
  );
  expectRedacted(written, base);
  const { fixture, pictures } = await replay("openai", written);
  expect(pictures).toEqual(["png 96x64", "png 96x64"]);
  expect(fixture.source).toBe("live call, 2026-11-27");
  expect(fixture.exchanges[0]?.request.form).toContainEqual({
    name: "image",
    picture: "png 32x32",
  });
  expect(JSON.stringify(written)).not.toContain("jo@example.org");
});

test("a job: its running states are told once, its links without what signs them", async () => {
  const state = (status: string, output: unknown = null) => ({
    json: { id: "p7", status, output, urls: { get: "{{base}}/predictions/p7" } },
  });
  const base = await upstream([
    state("starting"),
    state("processing"),
    state("processing"),
    state("processing"),
    state("succeeded", ["{{base}}/files/1.png?v=2&X-Signature=secret-signature"]),
    { picture: "png 96x64" },
  ]);
  const written = await recordFixture(
    wish("replicate", {
      model: "black-forest-labs/flux-schnell",
      settings: { base_url: base, api_token: "$TOKEN", prefer_wait_seconds: 0 },
      env: { TOKEN: key },
    }),
  );
  expectRedacted(written, base);
  const { fixture, pictures } = await replay("replicate", written);
  expect(pictures).toEqual(["png 96x64"]);
  expect(fixture.exchanges).toHaveLength(4);
});

test("a refusal, in the upstream's words, with what they repeat of the key cut out", async () => {
  const error = { message: `Wrong key ${key}`, code: "invalid_api_key" };
  const base = await upstream([{ status: 401, json: { error } }]);
  const written = await recordFixture(
    wish("openai", { model: "gpt-image-2", settings: { base_url: `${base}/v1`, api_key: key } }),
  );
  expectRedacted(written, base);
  expect((await replay("openai", written)).code).toBe("upstream_credentials");
});

test("settings come from the provider's variables, those that are named go first", () => {
  const env = { OPENAI_API_KEY: "from-variable", OTHER: "from-other" };
  const of = (settings: Record<string, unknown>) =>
    settingsFor(wish("openai", { model: "m", env, settings }));
  expect(of({})).toEqual({ api_key: "from-variable" });
  expect(of({ api_key: "$OTHER", base_url: "http://a.test" })).toEqual({
    api_key: "from-other",
    base_url: "http://a.test",
  });
});
