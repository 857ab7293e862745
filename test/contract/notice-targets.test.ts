import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createNoticePost, type NoticePost } from "../../src/net/egress.ts";
import { startCountingUpstream } from "../support/counting-upstream.ts";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Bodies whose signature is right and whose time is now. */
  readonly verified: string[];
  readonly heads: IncomingHttpHeaders[];
  answer(respond: (response: ServerResponse, count: number) => void): void;
}

/** A receiver that verifies signatures by the specification alone, from the bytes that came. */
async function startReceiver(): Promise<Receiver> {
  const verified: string[] = [];
  const heads: IncomingHttpHeaders[] = [];
  let respond = (response: ServerResponse, _count: number): void =>
    void response.writeHead(204).end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      const { headers } = request;
      heads.push(headers);
      const id = String(headers["webhook-id"]);
      const time = String(headers["webhook-timestamp"]);
      const mac = createHmac("sha256", Buffer.from(secret, "base64"));
      const wanted = mac.update(`${id}.${time}.`).update(Buffer.concat(chunks)).digest();
      const given = String(headers["webhook-signature"]).split(" ");
      const isSigned = given.some((one) => {
        const [version, text = ""] = one.split(",");
        const bytes = Buffer.from(text, "base64");
        return version === "v1" && bytes.length === 32 && timingSafeEqual(bytes, wanted);
      });
      const isNow = Math.abs(Date.now() / 1000 - Number(time)) < 300;
      if (isSigned && isNow) verified.push(Buffer.concat(chunks).toString("utf8"));
      respond(response, heads.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks/a-credential`,
    port,
    verified,
    heads,
    answer(with_) {
      respond = with_;
    },
  };
}

async function start(target: object, ports: readonly number[]): Promise<TestGateway> {
  const upstream = await startCountingUpstream();
  undo.push(() => upstream.close());
  const settings = { base_url: upstream.url, api_key: "k" };
  const models = [{ name: "painter", price: { per_image_usd: 0.1 } }];
  const gateway = await startTestGateway({
    notices: {
      targets: [{ name: "ops", ...target }],
      allow_private: { cidrs: ["127.0.0.0/8"], http: true, ports },
    },
    keys: [
      { name: "test", key: testKey, budget: { usd: 1, period: "total", notify_at: [0.1, 0.2] } },
    ],
    channels: [{ id: "one", provider: "openai-compatible", settings, models }],
  });
  undo.push(() => gateway.close());
  return gateway;
}

async function make(gateway: TestGateway): Promise<void> {
  const body = { model: "painter", prompt: "a fox", response_format: "b64_json" };
  await (await postJson(gateway, "/v1/images/generations", body)).arrayBuffer();
}

async function deliveries(gateway: TestGateway): Promise<unknown[]> {
  const headers = { authorization: `Bearer ${gateway.adminToken}` };
  const list = await fetch(`${gateway.url}/admin/v1/notices`, { headers });
  const { data } = (await list.json()) as { readonly data: readonly { readonly id: string }[] };
  const found: unknown[] = [];
  for (const { id } of data) {
    const one = await fetch(`${gateway.url}/admin/v1/notices/${id}`, { headers });
    found.push(...((await one.json()) as { readonly deliveries: unknown[] }).deliveries);
  }
  return found;
}

test("what a settlement brings about arrives signed, after a failure too, and once", async () => {
  const receiver = await startReceiver();
  const gateway = await start({ url: receiver.url, secret: `whsec_${secret}` }, [receiver.port]);
  receiver.answer((response, count) => void response.writeHead(count === 1 ? 500 : 200).end("{}"));
  // Its target is known from the first look on.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await make(gateway);
  await expect.poll(() => receiver.verified.length, { timeout: 60_000 }).toBe(2);
  const [first, again] = receiver.verified.map((body) => JSON.parse(body) as object);
  expect(first).toMatchObject({
    type: "notice.raised",
    data: {
      kind: "budget_threshold",
      threshold: "0.1",
      title: expect.stringContaining("10 %") as unknown,
    },
  });
  expect(again).toEqual(first);
  expect(receiver.heads[0]?.["webhook-id"]).toBe(receiver.heads[1]?.["webhook-id"]);
  await make(gateway);
  await expect.poll(() => receiver.verified.length, { timeout: 60_000 }).toBe(3);
  expect(await deliveries(gateway)).toMatchObject([
    { target: "ops", state: "sent", tries: 1, fault: null, next_try_at: null },
    { target: "ops", state: "sent", tries: 2, fault: null },
  ]);
  const printed = JSON.stringify(gateway.log);
  expect(printed).not.toContain("a-credential");
  expect(printed).not.toContain(secret);
});

const message = { headers: { "webhook-id": "n" }, body: "{}" };

function poster(ports: readonly number[], change: object = {}): NoticePost {
  const allowPrivate = { hosts: [], cidrs: ["127.0.0.1"], http: true, ports, ...change };
  const post = createNoticePost({ now: Date.now, allowPrivate });
  undo.push(() => post.close());
  return post;
}

test("a redirect is not followed, and a target that hangs is left after ten seconds", async () => {
  const receiver = await startReceiver();
  const other = await startReceiver();
  const post = poster([receiver.port, other.port]);
  receiver.answer((response) => void response.writeHead(307, { location: other.url }).end());
  expect(await post.post(receiver.url, message)).toEqual({
    status: 307,
    retryAfterSeconds: undefined,
  });
  expect(other.heads).toEqual([]);
  receiver.answer((response) => void response.writeHead(429, { "retry-after": "7" }).end());
  expect(await post.post(receiver.url, message)).toEqual({ status: 429, retryAfterSeconds: 7 });
  // The head says all: a body without an end is not read.
  receiver.answer((response) => void response.writeHead(200).write("and"));
  expect(await post.post(receiver.url, message)).toMatchObject({ status: 200 });
  receiver.answer(() => undefined);
  const began = Date.now();
  const end = await post.post(receiver.url, message);
  expect(end).toMatchObject({ fault: expect.stringMatching(/deadline/) as unknown });
  expect(Date.now() - began).toBeLessThan(15_000);
});

test("what is private is reached only where notices.allow_private says so", async () => {
  const receiver = await startReceiver();
  const refused = async (post: NoticePost, url = receiver.url): Promise<string> => {
    const end = await post.post(url, message);
    return "fault" in end ? end.fault : "it was let through";
  };
  expect(await refused(poster([receiver.port], { cidrs: [] }))).toMatch(
    /no public address; notices\.allow_private\.hosts/,
  );
  expect(await refused(poster([receiver.port], { http: false }))).toMatch(
    /notices\.allow_private\.http/,
  );
  expect(await refused(poster([]))).toMatch(/notices\.allow_private\.ports/);
  expect(await refused(poster([receiver.port]), "http://169.254.169.254:1/")).toMatch(/port 1/);
  const nobody = await refused(poster([9]), "http://127.0.0.1:9/hooks/a-credential");
  expect(nobody).toMatch(/ECONNREFUSED/);
  expect(nobody).not.toContain("a-credential");
  expect(receiver.heads).toEqual([]);
});
