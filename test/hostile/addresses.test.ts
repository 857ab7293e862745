import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressSpellings, resolveCorpus } from "../support/address-spellings.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { samplePng } from "../support/pictures.ts";

/** Stands for everything inside the operator's network: it must never be connected to. */
let honey: Server;
let honeyPort = 0;
let connections = 0;
/** A public host that redirects where it is told to. */
let redirector: Server;
let redirectorPort = 0;
let upstream: MockOpenAi;
let gateway: TestGateway;
/** Where the redirector and the upstream lead at the moment. */
let target = "";
/** What flip.test resolves to, answer by answer; the last one stays. */
let flips: string[] = [];

const picture = await samplePng(16, 16);

async function listen(server: Server, host: string): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  // A server that listens on TCP has an address of this kind.
  return (server.address() as AddressInfo).port;
}

/** A header holds bytes; undici reads them as UTF-8, as servers send them. */
function location(): string {
  return Buffer.from(target.trim(), "utf8").toString("latin1").replaceAll("\n", "");
}

async function resolve(host: string): Promise<{ address: string; family: number }[]> {
  if (host === "start.test") return [{ address: "127.0.0.1", family: 4 }];
  if (host !== "flip.test") return resolveCorpus(host);
  const address = (flips.length > 1 ? flips.shift() : flips[0]) ?? "127.0.0.1";
  return [{ address, family: 4 }];
}

beforeAll(async () => {
  honey = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "image/png" }).end(picture);
  });
  honey.on("connection", () => (connections += 1));
  // Every address of the machine, so that 127.0.0.2, 0.0.0.0 and ::1 lead to it too.
  honeyPort = await listen(honey, "::");
  redirector = createServer((request, response) => {
    if (request.url === "/picture.png") response.writeHead(200).end(picture);
    else response.writeHead(302, { location: location() }).end();
  });
  redirectorPort = await listen(redirector, "127.0.0.1");
  upstream = await startMockOpenAi(({ path, json }) => {
    if (path === "/go") return { status: 302, headers: { location: location() }, body: "" };
    const url = json?.["model"] === "redirected" ? `${upstream.url.replace("/v1", "")}/go` : target;
    return { status: 200, body: JSON.stringify({ created: 1, data: [{ url }] }) };
  });
  gateway = await startTestGateway(
    {
      // Equal requests are sent on purpose, each to be judged anew.
      policy: { repeat_window: "0s" },
      channels: [
        {
          id: "up",
          provider: "openai-compatible",
          settings: { base_url: upstream.url },
          models: ["direct", "redirected"],
        },
        { id: "sandbox", provider: "sandbox", models: ["sandbox-fast"] },
      ],
      // As open as it gets without opening the honey server: its port, http, and one host of our own.
      egress: {
        allow_private: {
          hosts: ["start.test"],
          http: true,
          ports: [80, 443, honeyPort, redirectorPort],
        },
      },
    },
    { resolve },
  );
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
  for (const server of [honey, redirector]) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

const dataUrl = `data:image/png;base64,${picture.toString("base64")}`;
const start = (): string => `http://start.test:${redirectorPort}/`;
const asked = { model: "sandbox-fast", prompt: "x", size: "64x64" };

interface Site {
  readonly name: string;
  readonly path: "edits" | "generations";
  readonly status: number;
  readonly code: string;
  /** The request that makes the gateway fetch `url`, which redirects and upstreams lead to as well. */
  body(url: string): Record<string, unknown>;
}

const refused = { status: 400, code: "invalid_image" } as const;
const unusable = { status: 502, code: "upstream_failed" } as const;

const sites: readonly Site[] = [
  {
    name: "an image of an edit",
    path: "edits",
    ...refused,
    body: (url) => ({ ...asked, images: [{ image_url: url }] }),
  },
  {
    name: "a mask of an edit",
    path: "edits",
    ...refused,
    body: (url) => ({ ...asked, images: [{ image_url: dataUrl }], mask: { image_url: url } }),
  },
  {
    name: "a reference image of a generation",
    path: "generations",
    ...refused,
    body: (url) => ({ ...asked, image: [url] }),
  },
  {
    name: "a redirect of an allowed host",
    path: "edits",
    ...refused,
    body: () => ({ ...asked, images: [{ image_url: start() }] }),
  },
  {
    name: "a result that an upstream links to",
    path: "generations",
    ...unusable,
    body: () => ({ ...asked, model: "direct" }),
  },
  {
    name: "a redirect of a result on the upstream's own host",
    path: "generations",
    ...unusable,
    body: () => ({ ...asked, model: "redirected" }),
  },
];

/** What a client can tell refusals apart by. */
async function seenBy(response: Response): Promise<string> {
  const told = [...response.headers].filter(
    ([name]) => !["date", "x-request-id", "server-timing"].includes(name),
  );
  return JSON.stringify({ status: response.status, told, body: await response.text() });
}

describe("no spelling of a private address is connected to", () => {
  test.each(sites)("by $name", async ({ path, body, status, code }) => {
    // A data URL is fetched from nowhere; an empty one is a missing field. Of an upstream, only what
    // begins as an address is taken for one: the rest is an answer without a picture.
    const other = status === 502 ? /^(?!https?:\/\/.)/i : /^(data:|$)/;
    const spellings = addressSpellings(honeyPort).filter((url) => !other.test(url));
    expect(spellings.length).toBeGreaterThanOrEqual(80);
    const before = connections;
    const answers = new Set<string>();
    for (target of spellings) {
      const response = await postJson(gateway, `/v1/images/${path}`, body(target));
      expect({ target, status: response.status }).toEqual({ target, status });
      answers.add(await seenBy(response));
    }
    expect(connections).toBe(before);
    expect([...answers]).toEqual([[...answers][0]]);
    expect([...answers][0]).toContain(`\\"code\\":\\"${code}\\"`);
    expect([...answers][0]).not.toMatch(/127\.|::1|loopback|resolve|redirect|socket|ECONN/i);
  });
});

describe("a name whose answer changes", () => {
  test.each(sites)("leads nowhere: $name", async ({ path, body, status }) => {
    const before = connections;
    // 192.0.2.1 is refused as well, so the name is refused whichever answer it gives when.
    for (const turn of [
      ["192.0.2.1", "127.0.0.1"],
      ["127.0.0.1", "192.0.2.1"],
    ]) {
      flips = turn;
      target = `http://flip.test:${honeyPort}/`;
      const response = await postJson(gateway, `/v1/images/${path}`, body(target));
      expect(response.status).toBe(status);
      await response.arrayBuffer();
    }
    expect(connections).toBe(before);
  });
});

test("closed ports, servers without a picture and refused addresses are told apart by nobody", async () => {
  const answers = new Set<string>();
  for (const url of [
    `http://start.test:80/`,
    `http://start.test:${redirectorPort}/`,
    `http://nowhere.test/`,
    `http://127.0.0.1:${honeyPort}/`,
  ]) {
    target = "/again";
    const body = { ...asked, images: [{ image_url: url }] };
    answers.add(await seenBy(await postJson(gateway, "/v1/images/edits", body)));
  }
  expect([...answers]).toHaveLength(1);
});

test("what the operator opened is fetched, directly and through a redirect", async () => {
  const before = connections;
  for (target of [`${start()}picture.png`, `http://start.test:${honeyPort}/`]) {
    for (const { path, body } of sites) {
      const response = await postJson(gateway, `/v1/images/${path}`, body(target));
      expect({ path, status: response.status, body: await response.text() }).toMatchObject({
        status: 200,
      });
    }
  }
  // The honey server counts what reaches it: the zeros above are no accident.
  expect(connections).toBeGreaterThan(before);
});

test("the operator is told why, in the log", () => {
  const details = gateway.log.map((line) => String(line["detail"]));
  expect(details).toContain(
    "127.0.0.1 is no public address; egress.allow_private.hosts and egress.allow_private.cidrs open others",
  );
});
