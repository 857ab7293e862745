import { join } from "node:path";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RelayPatience } from "../../src/http/v1/relay-answer.ts";
import { pictureIn, rawJson, type RawCall, send, wholeAnswer } from "../recovery/raw-client.ts";
import { bigPng } from "../support/big-png.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { waitFor } from "../support/wait-for.ts";

/** Clients of relayed answers that go, read nothing, or come back: the upstream is real, and so are all sockets. */

const answerOf = (picture: Buffer): string =>
  `{"created":1795348800,"data":[{"b64_json":"${picture.toString("base64")}"}]}`;
const picture = bigPng(3_000_000);
const sound = answerOf(picture);
/** Found bad in its last bytes only. */
const damaged = `${sound.slice(0, -20)}!${sound.slice(-19)}`;
/** Larger than every buffer of the kernel between an upstream and a client that does not read. */
const hugePicture = bigPng(24_000_000);
const huge = answerOf(hugePicture);
/** Nano-dollars. */
const price = 10_000_000;
const waitMs = 20_000;

/** One call, as the upstream sees it. */
interface Asked {
  readonly socket: Socket;
  /** Sends the second half of the answer; resolves once the gateway has taken all of it. */
  finish(): Promise<void>;
}

let upstream: Server;
/** What a prompt is answered with; a sound answer unless it is here. */
const bodies = new Map([
  ["waits", huge],
  ["waits no more", huge],
  ["stuck", huge],
  ["damaged and cut", damaged],
  ["damaged and left", damaged],
]);
/** By prompt. */
const asked = new Map<string, Asked[]>();

/** Answers with one half, and the other when the test says so. */
function take(prompt: string, socket: Socket): void {
  const body = bodies.get(prompt) ?? sound;
  const half = body.length / 2;
  socket.write(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  socket.write(body.slice(0, half));
  const finish = (): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.write(body.slice(half), (error) => (error == null ? resolve() : reject(error)));
    });
  asked.set(prompt, [...(asked.get(prompt) ?? []), { socket, finish }]);
}

/** The only call with this prompt, once it has come. */
async function theCall(prompt: string): Promise<Asked> {
  await waitFor(() => expect(asked.get(prompt)).toHaveLength(1));
  const [call] = asked.get(prompt) ?? [];
  if (call === undefined) throw new Error("there is none");
  return call;
}

beforeAll(async () => {
  upstream = createServer((socket) => {
    let text = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      const prompt = /"prompt":"([^"]+)"/.exec(text)?.[1];
      if (prompt === undefined || !text.endsWith("}")) return;
      text = "";
      take(prompt, socket);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  upstream.close();
});

async function start(relayPatience?: RelayPatience): Promise<TestGateway> {
  const { port } = upstream.address() as AddressInfo;
  const channel = {
    id: "big",
    provider: "openai-compatible",
    settings: { base_url: `http://127.0.0.1:${port}`, api_key: "upstream-secret-key" },
    models: [{ name: "big", price: { per_image_usd: price / 1e9 } }],
  };
  const gateway = await startTestGateway(
    { channels: [channel] },
    relayPatience === undefined ? {} : { relayPatience },
  );
  onTestFinished(() => gateway.close());
  return gateway;
}

function ask(gateway: TestGateway, prompt: string, retry = 0): RawCall {
  const fields = { model: "big", prompt, response_format: "b64_json" };
  return send(gateway, rawJson(gateway, fields, retry));
}

/** A call whose client reads nothing until `resume`. */
function askUnread(gateway: TestGateway, prompt: string): RawCall {
  const call = ask(gateway, prompt);
  call.socket.pause();
  return call;
}

/** The answer to an SDK's retry. */
const retried = (gateway: TestGateway, prompt: string): ReturnType<typeof wholeAnswer> =>
  wholeAnswer(ask(gateway, prompt, 1));

/** What each request that was made has come to, and what it cost. */
function books({ folder }: TestGateway): unknown[] {
  const database = new DatabaseSync(join(folder, "data", "pinhole.db"), { readOnly: true });
  try {
    return database
      .prepare(
        "select r.state as request, h.state as hold, r.cost_nano as cost from requests r join holds h on h.request_id = r.id",
      )
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

/** One request, whose picture was paid for once however often it was asked for. */
async function expectOneCharge(gateway: TestGateway, prompt: string): Promise<void> {
  expect(asked.get(prompt)).toHaveLength(1);
  const wanted = [{ request: "succeeded", hold: "settled", cost: price }];
  await waitFor(() => expect(books(gateway)).toEqual(wanted));
}

async function expectRetryGets(
  wanted: Buffer,
  gateway: TestGateway,
  prompt: string,
): Promise<void> {
  const answer = await retried(gateway, prompt);
  expect(answer.status).toBe(200);
  expect(pictureIn(answer).equals(wanted)).toBe(true);
  await expectOneCharge(gateway, prompt);
}

describe("a client that leaves in the middle of a relayed answer", () => {
  test("the upstream is read to its end, the retry gets the picture, and it is charged once", async () => {
    const gateway = await start();
    const first = ask(gateway, "leaves");
    const call = await theCall("leaves");
    await first.read(1_000_000);
    await first.drop();
    await call.finish();
    await expectOneCharge(gateway, "leaves");
    await expectRetryGets(picture, gateway, "leaves");
  });

  test("a retry that comes before the upstream's end waits for it, and gets the same picture", async () => {
    const gateway = await start();
    const first = ask(gateway, "leaves early");
    const call = await theCall("leaves early");
    await first.read(1_000_000);
    await first.drop();
    const retry = retried(gateway, "leaves early");
    // The retry is there before the rest: a request on a later connection was answered.
    await (await fetch(`${gateway.url}/health/ready`)).text();
    await call.finish();
    expect(pictureIn(await retry).equals(picture)).toBe(true);
    await expectOneCharge(gateway, "leaves early");
  });

  test("no retry: the picture is there by the request's id all the same", async () => {
    const gateway = await start();
    const first = ask(gateway, "fetched");
    const call = await theCall("fetched");
    const head = (await first.read(1_000_000)).subarray(0, 4096).toString("latin1");
    const id = /\r\nx-request-id: (\S+)/i.exec(head)?.[1] ?? "none";
    await first.drop();
    await call.finish();
    const address = `${gateway.url}/v1/images/requests/${id}`;
    const headers = { authorization: `Bearer ${gateway.key}` };
    const status = async (): Promise<number> => {
      const answer = await fetch(address, { headers });
      await answer.arrayBuffer();
      return answer.status;
    };
    await waitFor(async () => expect(await status()).toBe(200));
    await expectOneCharge(gateway, "fetched");
  });
});

describe("a client that does not read", () => {
  const backlogBytesMax = 262_144;
  const endless = 2 ** 40;

  test("the upstream is asked to wait, and goes on when the client reads", async () => {
    const gateway = await start({ backlogBytesMax, pauseMsMax: waitMs, stuckBytesMax: endless });
    const client = askUnread(gateway, "waits");
    const call = await theCall("waits");
    let isTaken = false;
    const finished = call.finish().then(() => (isTaken = true));
    // What the kernel takes in between is bounded, so it stops growing while there is more to send.
    let before = -1;
    await waitFor(() => {
      const { bytesWritten, writableLength } = call.socket;
      const gone = bytesWritten - writableLength;
      const stopped = gone === before;
      before = gone;
      expect(stopped).toBe(true);
    }, 500);
    expect(isTaken).toBe(false);
    client.socket.resume();
    expect(pictureIn(await wholeAnswer(client)).equals(hugePicture)).toBe(true);
    await finished;
    await expectOneCharge(gateway, "waits");
  });

  test("the upstream waits only so long; what it sends then waits for the client", async () => {
    const gateway = await start({ backlogBytesMax, pauseMsMax: 200, stuckBytesMax: endless });
    const client = askUnread(gateway, "waits no more");
    await (await theCall("waits no more")).finish();
    await expectOneCharge(gateway, "waits no more");
    client.socket.resume();
    expect(pictureIn(await wholeAnswer(client)).equals(hugePicture)).toBe(true);
  });

  test("where too much waits it is cut; the picture is kept, and its retry gets it", async () => {
    const gateway = await start({ backlogBytesMax, pauseMsMax: 200, stuckBytesMax: 1_048_576 });
    const client = askUnread(gateway, "stuck");
    await (await theCall("stuck")).finish();
    await expectOneCharge(gateway, "stuck");
    client.socket.resume();
    const read = await client.read(endless);
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThan(huge.length);
    await expectRetryGets(hugePicture, gateway, "stuck");
  });
});

describe("a relayed answer that turns out bad after its head", () => {
  const nothingPaid = [{ request: "failed", hold: "voided", cost: 0 }];

  /** The error that the request came to, as JSON, and not another try at the upstream. */
  async function expectError(
    gateway: TestGateway,
    prompt: string,
    answer: Awaited<ReturnType<typeof wholeAnswer>>,
  ): Promise<void> {
    expect(answer.status).toBe(502);
    const { error } = JSON.parse(answer.body.toString("utf8")) as { error: { code: string } };
    expect(error.code).toBe("upstream_failed");
    expect(asked.get(prompt)).toHaveLength(1);
    await waitFor(() => expect(books(gateway)).toEqual(nothingPaid));
  }

  test("is cut, and the retry gets the error", async () => {
    const gateway = await start();
    const client = ask(gateway, "damaged and cut");
    await (await theCall("damaged and cut")).finish();
    const read = await client.read(Infinity);
    expect(read.subarray(0, 15).toString("latin1")).toBe("HTTP/1.1 200 OK");
    const head = read.indexOf("\r\n\r\n") + 4;
    expect(read.length - head).toBeLessThan(damaged.length);
    await expectError(gateway, "damaged and cut", await retried(gateway, "damaged and cut"));
  });

  test("its retry, attached while it runs, gets the error", async () => {
    const gateway = await start();
    const first = ask(gateway, "damaged and left");
    const call = await theCall("damaged and left");
    await first.read(1_000_000);
    await first.drop();
    const retry = retried(gateway, "damaged and left");
    await (await fetch(`${gateway.url}/health/ready`)).text();
    await call.finish();
    await expectError(gateway, "damaged and left", await retry);
  });
});
