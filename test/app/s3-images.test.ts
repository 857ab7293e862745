import { describe, expect, onTestFinished, test } from "vitest";
import { type TestGateway, postJson, startTestGateway } from "../support/gateway.ts";
import { s3Keys } from "../support/s3-server.ts";
import { type S3Fault, startStrictS3, type StrictS3 } from "../support/strict-s3.ts";

/** A gateway whose images rest on a strict fake of S3. */
async function setUp(images: object = {}, s3?: StrictS3): Promise<[TestGateway, StrictS3]> {
  const fake = s3 ?? (await startStrictS3());
  fake.signers.keys.set(s3Keys.accessKeyId, { secret: s3Keys.secretAccessKey });
  if (s3 === undefined) onTestFinished(() => fake.stop());
  const gateway = await startTestGateway({
    images: {
      url: `s3://images/pin?endpoint=${fake.endpoint}`,
      s3: { access_key_id: s3Keys.accessKeyId, secret_access_key: s3Keys.secretAccessKey },
      ...images,
    },
  });
  onTestFinished(() => gateway.close());
  return [gateway, fake];
}

interface Answer {
  readonly data: readonly { readonly url?: string; readonly b64_json?: string }[];
  readonly error?: { readonly code: string };
}

const ask = { model: "sandbox-fast", prompt: "a fox", size: "256x256" };

async function generate(gateway: TestGateway, more: object = {}): Promise<Response> {
  return postJson(gateway, "/v1/images/generations", { ...ask, ...more });
}

async function urlOf(gateway: TestGateway): Promise<string> {
  const answer = (await (await generate(gateway, { response_format: "url" })).json()) as Answer;
  return answer.data[0]?.url ?? "";
}

const away: S3Fault = { kind: "answer", status: 503, code: "ServiceUnavailable" };

describe("a hosted image on S3", () => {
  test("is the gateway's by its URL, one object, and read in parts", async () => {
    const [gateway, fake] = await setUp();
    const url = await urlOf(gateway);
    expect(url.startsWith(`${gateway.url}/i/s`)).toBe(true);
    expect([...fake.objects.keys()]).toEqual([
      expect.stringMatching(/^pin\/s[0-9a-z]{9}p[0-9a-f]{32}$/),
    ]);
    const whole = await fetch(url);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(whole.headers.get("content-type")).toBe("image/png");
    expect(bytes.equals([...fake.objects.values()][0]?.body ?? Buffer.alloc(0))).toBe(true);
    const part = await fetch(url, { headers: { range: "bytes=10-19" } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
    expect((await fetch(url, { method: "HEAD" })).headers.get("content-length")).toBe(
      String(bytes.length),
    );
    // No access list, tag, encryption or checksum unless the operator has set one.
    const put = fake.seen.find(({ method }) => method === "PUT");
    const sent = Object.keys(put?.headers ?? {}).toSorted();
    expect(sent).toEqual(
      [
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "x-amz-content-sha256",
        "x-amz-date",
      ].toSorted(),
    );
  });

  test("goes with its request, at once, and its URL is then 410", async () => {
    const [gateway, fake] = await setUp();
    const answer = await generate(gateway, { response_format: "url" });
    const id = answer.headers.get("x-request-id") ?? "";
    const { data } = (await answer.json()) as Answer;
    const headers = { authorization: `Bearer ${gateway.key}` };
    const gone = await fetch(`${gateway.url}/v1/images/requests/${id}`, {
      method: "DELETE",
      headers,
    });
    expect(gone.ok).toBe(true);
    expect(fake.objects.size).toBe(0);
    expect((await fetch(data[0]?.url ?? "")).status).toBe(410);
  });

  test("whose request cannot be deleted while S3 is away can be deleted once it is back", async () => {
    const [gateway, fake] = await setUp();
    const answer = await generate(gateway, { response_format: "url" });
    const path = `${gateway.url}/v1/images/requests/${answer.headers.get("x-request-id")}`;
    const headers = { authorization: `Bearer ${gateway.key}` };
    fake.fault = () => away;
    const refused = await fetch(path, { method: "DELETE", headers });
    expect(refused.status).toBe(503);
    expect(((await refused.json()) as Answer).error?.code).toBe("storage_unavailable");
    fake.fault = () => undefined;
    await expect
      .poll(async () => (await fetch(path, { method: "DELETE", headers })).ok, { timeout: 60_000 })
      .toBe(true);
    expect(fake.objects.size).toBe(0);
  });

  test("is led to where the operator wants that, but not for pages of the gateway itself", async () => {
    const [gateway, fake] = await setUp({ serve: "redirect" });
    const url = await urlOf(gateway);
    const led = await fetch(url, { redirect: "manual" });
    expect(led.status).toBe(302);
    expect(led.headers.get("cache-control")).toBe("no-store");
    const location = new URL(led.headers.get("location") ?? "");
    expect(location.origin).toBe(fake.endpoint);
    expect(location.searchParams.get("X-Amz-Expires")).toBe("900");
    const followed = await fetch(url);
    expect(followed.status).toBe(200);
    expect(followed.url.startsWith(fake.endpoint)).toBe(true);
    const own = { redirect: "manual", headers: { "sec-fetch-site": "same-origin" } } as const;
    expect((await fetch(url, own)).status).toBe(200);
    expect((await fetch(url, { method: "HEAD", redirect: "manual" })).status).toBe(200);
    fake.objects.clear();
    expect((await fetch(url, { redirect: "manual" })).status).toBe(410);
    expect((await fetch(location)).status).toBe(404);
  });

  test("is led to for no longer than its own URL is good", async () => {
    const [gateway] = await setUp({ serve: "redirect", ttl: "20s" });
    const led = await fetch(await urlOf(gateway), { redirect: "manual" });
    const seconds = Number(
      new URL(led.headers.get("location") ?? "").searchParams.get("X-Amz-Expires"),
    );
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(20);
  });
});

describe("while S3 is away", () => {
  test("base64 goes on, a URL is 503 before anything is bought, and readiness is good", async () => {
    const [gateway, fake] = await setUp();
    fake.fault = () => away;
    // The first to be made finds out; it is delivered all the same.
    const found = (await (
      await generate(gateway, { response_format: "b64_json" })
    ).json()) as Answer;
    expect(found.data[0]?.b64_json).toBeDefined();
    await expect
      .poll(() => gateway.log.some(({ msg }) => String(msg).includes("bucket of images is away")))
      .toBe(true);
    const refused = await generate(gateway, { response_format: "url" });
    expect(refused.status).toBe(503);
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(((await refused.json()) as Answer).error?.code).toBe("storage_unavailable");
    expect(refused.headers.get("x-pinhole-attempts")).toBeNull();
    expect((await generate(gateway, { response_format: "b64_json" })).status).toBe(200);
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
    fake.fault = () => undefined;
    await expect
      .poll(async () => (await generate(gateway, { response_format: "url" })).status, {
        timeout: 60_000,
      })
      .toBe(200);
  });

  test("a picture that was bought for a URL is delivered as base64, and that is said", async () => {
    const [gateway, fake] = await setUp();
    fake.fault = ({ method }) => (method === "PUT" ? away : undefined);
    const answer = await generate(gateway, { response_format: "url" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-pinhole-warnings")).toContain("could not be hosted");
    const { data } = (await answer.json()) as Answer;
    expect(data[0]?.url).toBeUndefined();
    expect(
      Buffer.from(data[0]?.b64_json ?? "", "base64")
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    expect(fake.objects.size).toBe(0);
  });

  test("a bucket that refuses pictures is offered no more of them for a while", async () => {
    const [gateway, fake] = await setUp();
    fake.fault = ({ method }) =>
      method === "PUT" ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined;
    expect((await generate(gateway, { response_format: "url" })).status).toBe(200);
    expect((await generate(gateway, { response_format: "url" })).status).toBe(503);
    expect((await generate(gateway, { response_format: "b64_json" })).status).toBe(200);
  });

  test("probes write nothing", async () => {
    const [gateway, fake] = await setUp();
    for (let count = 0; count < 3; count += 1)
      expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
    expect(fake.seen.filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

describe("a client that comes back", () => {
  const key = { "idempotency-key": "order-1" };
  const body = { ...ask, response_format: "b64_json" };
  const post = (gateway: TestGateway) =>
    postJson(gateway, "/v1/images/generations", body, key).then((answer) => answer.json());

  test("gets its picture from S3", async () => {
    const [gateway, fake] = await setUp();
    const first = (await post(gateway)) as Answer;
    await expect.poll(() => fake.objects.size).toBe(1);
    const again = (await post(gateway)) as Answer;
    expect(again.data[0]?.b64_json).toBe(first.data[0]?.b64_json);
    expect(fake.objects.size).toBe(1);
  });

  test("is told that nothing is kept where the operator wants that", async () => {
    const [gateway, fake] = await setUp({ recovery: "none" });
    await post(gateway);
    await expect
      .poll(async () => ((await post(gateway)) as Answer).error?.code, { timeout: 60_000 })
      .toBe("result_expired");
    expect(fake.objects.size).toBe(0);
    // A URL is a picture kept.
    await urlOf(gateway);
    expect(fake.objects.size).toBe(1);
  });
});

describe("a start", () => {
  const start = async (change: (fake: StrictS3) => void, images: object = {}): Promise<unknown> => {
    const fake = await startStrictS3();
    onTestFinished(() => fake.stop());
    change(fake);
    return setUp(images, fake).then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof Error ? thrown.message : thrown),
    );
  };

  test.each<[string, (fake: StrictS3) => void, object, RegExp]>([
    [
      "in another region",
      (fake) => (fake.signers.region = "eu-north-1"),
      {},
      /not in the region us-east-1; put region=eu-north-1 into images.url/,
    ],
    [
      "with a clock that is wrong",
      (fake) => (fake.signers.now = () => Date.now() + 3_600_000),
      {},
      /clock differs by more than 15 minutes/,
    ],
    [
      "with a wrong secret",
      () => undefined,
      { s3: { access_key_id: s3Keys.accessKeyId, secret_access_key: "wrong" } },
      /finds the signature wrong; check AWS_SECRET_ACCESS_KEY/,
    ],
    [
      "with an unknown key",
      () => undefined,
      { s3: { access_key_id: "UNKNOWN", secret_access_key: "wrong" } },
      /does not know the access key/,
    ],
    [
      "without the right to list",
      (fake) => (fake.fault = () => ({ kind: "answer", status: 403, code: "AccessDenied" })),
      {},
      /may not list the bucket images; allow s3:ListBucket/,
    ],
  ])("%s is refused with one sentence", async (_name, change, images, words) => {
    expect(await start(change, images)).toMatch(words);
  });

  test("with a bucket that is not there is refused with one sentence", async () => {
    const fake = await startStrictS3("others");
    onTestFinished(() => fake.stop());
    await expect(setUp({}, fake)).rejects.toThrow(/there is no bucket images at .*; make it/);
  });

  test("while nobody answers goes on, and says so", async () => {
    const fake = await startStrictS3();
    await fake.stop();
    const [gateway] = await setUp({}, fake);
    expect(
      gateway.log.some(({ msg }) => /the bucket at .* does not answer/.test(String(msg))),
    ).toBe(true);
    expect((await generate(gateway, { response_format: "url" })).status).toBe(503);
    expect((await generate(gateway, { response_format: "b64_json" })).status).toBe(200);
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  });
});
