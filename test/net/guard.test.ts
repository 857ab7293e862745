import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Picture } from "../../src/core/picture.ts";
import { isPublicAddress } from "../../src/net/guard/addresses.ts";
import { createEgress, type EgressOptions } from "../../src/net/egress.ts";
import {
  type AllowPrivate,
  createGuard,
  GuardRefusal,
  nothingPrivate,
} from "../../src/net/guard/guard.ts";
import { addressSpellings, resolveCorpus } from "../support/address-spellings.ts";
import { contextFor, httpServer, type Loopback, stubProvider } from "./loopback.ts";
import { memorySpool, pictureBytes, pngBytes, wideLimits } from "./memory-spool.ts";

let honey: Loopback;

beforeAll(async () => {
  honey = await httpServer((_request, response) => {
    response.writeHead(200, { "content-type": "image/png" }).end(pngBytes(100));
  });
});
afterAll(() => honey.close());

/** The most permissive guard that still keeps private addresses out: http, and the honey server's port. */
const openGuard = (): AllowPrivate => ({
  ...nothingPrivate,
  http: true,
  ports: [80, 443, honey.port],
});

describe("no spelling of a private address is connected to", () => {
  test("by a caller's URL, and all are told the same", async () => {
    const egress = createEgress({
      now: Date.now,
      resolve: resolveCorpus,
      allowPrivate: openGuard(),
    });
    const before = honey.connections;
    const messages = new Set<string>();
    for (const url of addressSpellings(honey.port)) {
      const thrown: unknown = await egress
        .fetchCallerPicture(url, {
          spool: memorySpool(),
          limits: wideLimits,
          signal: new AbortController().signal,
          timeoutMs: 5000,
          param: "images.0.image_url",
        })
        .catch((error: unknown) => error);
      expect({ url, ...(thrown as object) }).toMatchObject({
        url,
        code: "invalid_image",
        param: "images.0.image_url",
      });
      messages.add((thrown as Error).message);
    }
    expect(addressSpellings(honey.port).length).toBeGreaterThan(100);
    expect([...messages]).toHaveLength(1);
    expect([...messages][0]).not.toMatch(/127|address|private|port|connect/i);
    expect(honey.connections).toBe(before);
    await egress.close();
  });

  test("by a URL that an upstream gave", async () => {
    const egress = createEgress({
      now: Date.now,
      resolve: resolveCorpus,
      allowPrivate: openGuard(),
    });
    const before = honey.connections;
    const http = egress.upstream(contextFor("https://api.example.com/v1"));
    for (const url of addressSpellings(honey.port)) {
      const thrown: unknown = await http.download(url).catch((error: unknown) => error);
      expect({ url, ...(thrown as object) }).toMatchObject({ url, code: "upstream_bad_answer" });
    }
    expect(honey.connections).toBe(before);
    await egress.close();
  });

  test("by a redirect", async () => {
    const targets = addressSpellings(honey.port).filter((url) =>
      URL.canParse(url, "http://127.0.0.2/"),
    );
    let target = "";
    const redirector = await httpServer((_request, response) => {
      const location = Buffer.from(target.trim(), "utf8").toString("latin1").replaceAll("\n", "");
      response.writeHead(302, { location }).end();
    });
    const egress = createEgress({
      now: Date.now,
      resolve: async (host) =>
        host === "start.test" ? [{ address: "127.0.0.1", family: 4 }] : resolveCorpus(host),
      allowPrivate: {
        ...openGuard(),
        hosts: ["start.test"],
        ports: [80, 443, honey.port, redirector.port],
      },
    });
    const before = honey.connections;
    for (target of targets) {
      // A relative target leads back to the start, which is allowed, and round again.
      const thrown: unknown = await egress
        .fetchCallerPicture(`http://start.test:${redirector.port}/`, {
          spool: memorySpool(),
          limits: wideLimits,
          signal: new AbortController().signal,
          timeoutMs: 5000,
          param: "image",
        })
        .catch((error: unknown) => error);
      expect({ target, ...(thrown as object) }).toMatchObject({ target, code: "invalid_image" });
    }
    expect(honey.connections).toBe(before);
    await egress.close();
    await redirector.close();
  });
});

describe("addresses", () => {
  test.each([
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "168.63.129.15",
    "169.253.255.255",
    "2606:4700::1111",
    "2a00:1450::1",
    "2001:200::1",
    "2600::",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
  ])("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    "",
    "localhost",
    "1.2.3",
    "::1",
    "fe80::1%eth0",
    "4000::1",
    "::8.8.8.8",
    "1.1.1.1/32",
  ])("%j is not", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("the guard", () => {
  const check = (url: string, allow: Partial<AllowPrivate> = {}): void =>
    createGuard({ allowPrivate: { ...nothingPrivate, ...allow }, connectTimeoutMs: 1000 }).check(
      new URL(url),
    );

  test("takes public https on 443 and nothing else by itself", () => {
    expect(() => check("https://example.com/a.png")).not.toThrow();
    expect(() => check("https://8.8.8.8/")).not.toThrow();
    expect(() => check("https://[2606:4700::1111]/")).not.toThrow();
    for (const url of ["http://example.com/", "https://example.com:8443/", "https://10.0.0.1/"]) {
      expect(() => check(url)).toThrow(GuardRefusal);
    }
  });

  test("opens what the operator opens and no more", () => {
    expect(() => check("http://example.com/", { http: true })).not.toThrow();
    expect(() => check("https://10.1.2.3/", { cidrs: ["10.1.0.0/16"] })).not.toThrow();
    expect(() => check("https://[::ffff:10.1.2.3]/", { cidrs: ["10.1.0.0/16"] })).not.toThrow();
    expect(() => check("https://10.2.0.1/", { cidrs: ["10.1.0.0/16"] })).toThrow(GuardRefusal);
    expect(() => check("https://x.test:9000/", { ports: [9000] })).not.toThrow();
    expect(() => check("https://x.test/", { ports: [9000] })).toThrow(GuardRefusal);
  });

  test("names the setting that would let it through", () => {
    expect(() => check("http://x.test/")).toThrow("egress.allow_private.http");
    expect(() => check("https://x.test:9000/")).toThrow("egress.allow_private.ports");
    expect(() => check("https://10.2.0.1/")).toThrow("egress.allow_private.cidrs");
    expect(() => check("https://a/", { cidrs: ["10.1.0.0/x"] })).toThrow(TypeError);
  });
});

describe("names", () => {
  const fetchFrom = async (options: Partial<EgressOptions>, url: string): Promise<Picture> => {
    const egress = createEgress({ now: Date.now, ...options });
    const fetching = egress.fetchCallerPicture(url, {
      spool: memorySpool(),
      limits: wideLimits,
      signal: new AbortController().signal,
      timeoutMs: 5000,
      param: "image",
    });
    try {
      return await fetching;
    } finally {
      await egress.close();
    }
  };

  test("are resolved once for each connection, and what was checked is what is connected to", async () => {
    const answers = ["127.0.0.2", "127.0.0.1"];
    let asked = 0;
    // 127.0.0.2 stands for the public internet here; nothing listens on it, so a fetch that connected
    // to any other address than the one that was checked would reach the honey server.
    const before = honey.connections;
    const fetching = fetchFrom(
      {
        allowPrivate: { ...openGuard(), cidrs: ["127.0.0.2/32"] },
        resolve: async () => [{ address: answers[asked++] ?? "127.0.0.1", family: 4 }],
      },
      `http://flip.test:${honey.port}/`,
    );
    await expect(fetching).rejects.toMatchObject({ code: "invalid_image" });
    expect(asked).toBe(1);
    expect(honey.connections).toBe(before);
  });

  test("that turn bad between two fetches are refused at the second", async () => {
    const answers = ["127.0.0.1", "10.0.0.1"];
    let asked = 0;
    const server = await httpServer((_request, response) => {
      response.writeHead(200, { connection: "close" }).end(pngBytes(50));
    });
    const allowed = createEgress({
      now: Date.now,
      allowPrivate: {
        ...nothingPrivate,
        http: true,
        ports: [server.port],
        cidrs: ["127.0.0.1/32"],
      },
      resolve: async () => [{ address: answers[asked++] ?? "10.0.0.1", family: 4 }],
    });
    const options = {
      spool: memorySpool(),
      limits: wideLimits,
      signal: new AbortController().signal,
      timeoutMs: 5000,
      param: "image",
    };
    const url = `http://flip.test:${server.port}/`;
    const picture = await allowed.fetchCallerPicture(url, options);
    expect((await pictureBytes(picture)).equals(pngBytes(50))).toBe(true);
    await expect(allowed.fetchCallerPicture(url, options)).rejects.toMatchObject({
      code: "invalid_image",
      detail: expect.stringContaining(
        "10.0.0.1 is no public address; egress.allow_private",
      ) as string,
    });
    await Promise.all([allowed.close(), server.close()]);
  });

  test("that the operator allows may be private", async () => {
    const picture = await fetchFrom(
      {
        allowPrivate: { ...openGuard(), hosts: [".internal.test"] },
        resolve: async () => [{ address: "127.0.0.1", family: 4 }],
      },
      `http://minio.internal.test:${honey.port}/`,
    );
    expect((await pictureBytes(picture)).equals(pngBytes(100))).toBe(true);
  });
});

test("an address that leads elsewhere than it says is left before a request is written", async () => {
  let requests = 0;
  const server = await httpServer((_request, response) => {
    requests += 1;
    response.end(pngBytes(50));
  });
  // 0.0.0.0 is allowed here, and the system connects it to 127.0.0.1, which is not.
  const egress = createEgress({
    now: Date.now,
    allowPrivate: { ...nothingPrivate, http: true, ports: [server.port], cidrs: ["0.0.0.0/32"] },
  });
  const fetching = egress.fetchCallerPicture(`http://0.0.0.0:${server.port}/`, {
    spool: memorySpool(),
    limits: wideLimits,
    signal: new AbortController().signal,
    timeoutMs: 5000,
    param: "image",
  });
  await expect(fetching).rejects.toMatchObject({ code: "invalid_image" });
  expect(server.connections).toBe(1);
  expect(requests).toBe(0);
  await Promise.all([egress.close(), server.close()]);
});

describe("results of an upstream", () => {
  test("come only from the hosts that the provider names, and its own", async () => {
    const egress = createEgress({
      now: Date.now,
      allowPrivate: { ...openGuard(), cidrs: ["127.0.0.1/32"] },
      resolve: async () => [{ address: "127.0.0.1", family: 4 }],
    });
    const provider = stubProvider({ resultHosts: [".cdn.test"] });
    const elsewhere = egress.upstream(contextFor("https://api.example.com", { provider }));
    await expect(elsewhere.download(`http://other.test:${honey.port}/`)).rejects.toMatchObject({
      code: "upstream_bad_answer",
    });
    const likeNamed = elsewhere.download(`http://cdn.test.evil.test:${honey.port}/`);
    await expect(likeNamed).rejects.toMatchObject({ code: "upstream_bad_answer" });
    const named = await elsewhere.download(`http://a.cdn.test:${honey.port}/`);
    expect(named.format).toBe("png");
    const wider = egress.upstream(
      contextFor("https://api.example.com", {
        provider: { ...provider, configuredResultHosts: () => ["other.test"] },
      }),
    );
    expect((await wider.download(`http://other.test:${honey.port}/`)).format).toBe("png");
    expect((await wider.download(`http://a.cdn.test:${honey.port}/`)).format).toBe("png");
    await expect(wider.download(`http://third.test:${honey.port}/`)).rejects.toMatchObject({
      code: "upstream_bad_answer",
    });
    const own = egress.upstream(contextFor(honey.origin, { provider }));
    expect((await own.download(`${honey.origin}/made.png`)).format).toBe("png");
    await egress.close();
  });
});
