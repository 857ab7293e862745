import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEgress, type ProxyOptions } from "../../src/net/egress.ts";
import { contextFor, httpServer, type Loopback, stubProvider } from "./loopback.ts";
import { memorySpool, pngBytes, wideLimits } from "./memory-spool.ts";

let target: Loopback;
let proxyUrl: string;
let asked: string[];
const proxy = createServer((request, response) => {
  // A forward proxy is asked with the whole URL.
  asked.push(request.url ?? "");
  response.writeHead(200, { "content-type": "image/png" }).end(pngBytes(100));
});
proxy.on("connect", (request, socket) => {
  asked.push(`CONNECT ${request.url}`);
  const tunnel = connect(target.port, "127.0.0.1");
  socket.on("error", () => tunnel.destroy());
  tunnel.on("error", () => socket.destroy());
  tunnel.once("connect", () => {
    socket.write("HTTP/1.1 200 Connected\r\n\r\n");
    socket.pipe(tunnel).pipe(socket);
  });
});

beforeAll(async () => {
  target = await httpServer((_request, response) => {
    response.writeHead(200, { "content-type": "image/png" }).end(pngBytes(100));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await target.close();
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
});

function through(fields: Partial<ProxyOptions>) {
  asked = [];
  return createEgress({
    now: Date.now,
    proxy: { https: proxyUrl, http: proxyUrl, bypass: undefined, ...fields },
    allowPrivate: { hosts: [], cidrs: [], http: true, ports: [] },
  });
}

const callerOptions = {
  spool: memorySpool(),
  limits: wideLimits,
  signal: new AbortController().signal,
  timeoutMs: 5000,
  param: "image",
};

test("upstreams are reached through the proxy, except those that bypass it", async () => {
  const egress = through({});
  const answer = await egress.upstream(contextFor("http://upstream.test")).call({ url: "/a" });
  expect(answer.picture?.format).toBe("png");
  expect(asked).toHaveLength(1);
  await egress.close();
  const direct = through({ bypass: "127.0.0.1" });
  await direct.upstream(contextFor(target.origin)).call({ url: "/b" });
  expect(asked).toEqual([]);
  await direct.close();
});

test("a tunnel that the proxy opens and TLS that fails in it: nothing was sent", async () => {
  const egress = through({});
  const calling = egress.upstream(contextFor("https://upstream.test")).call({ url: "/", json: {} });
  await expect(calling).rejects.toMatchObject({ code: "upstream_unreachable" });
  expect(asked).toEqual(["CONNECT upstream.test:443"]);
  await egress.close();
});

test("URLs of strangers are refused, unless the proxy filters", async () => {
  const closed = through({});
  await expect(
    closed.fetchCallerPicture("http://a.test/x.png", callerOptions),
  ).rejects.toMatchObject({ code: "invalid_image" });
  const http = closed.upstream(contextFor("http://upstream.test"));
  await expect(http.download("http://a.test/x.png")).rejects.toMatchObject({
    code: "upstream_bad_answer",
  });
  expect(asked).toEqual([]);
  await closed.close();
  const filtered = through({ filters: true });
  const picture = await filtered.fetchCallerPicture("http://a.test/x.png", callerOptions);
  expect(picture.format).toBe("png");
  await expect(
    filtered.fetchCallerPicture("http://127.0.0.1/x.png", callerOptions),
  ).rejects.toMatchObject({ code: "invalid_image" });
  expect(asked).toHaveLength(1);
  await filtered.close();
});

test("a host that the provider names for its results is no stranger", async () => {
  const egress = through({});
  const provider = stubProvider({ resultHosts: ["cdn.test"] });
  const http = egress.upstream(contextFor("http://upstream.test", { provider }));
  expect((await http.download("http://cdn.test/x.png")).format).toBe("png");
  await expect(http.download("http://other.test/x.png")).rejects.toMatchObject({
    code: "upstream_bad_answer",
  });
  expect(asked).toHaveLength(1);
  await egress.close();
});
