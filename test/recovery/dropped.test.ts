import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Execution, type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";
import { samplePng } from "../support/pictures.ts";
import { pictureIn, rawForm, rawJson, type RawRequest, send, wholeAnswer } from "./raw-client.ts";
import { ask, channelAt, model, pictureOf } from "./setup.ts";

let upstream: HeldUpstream;
let gateway: TestGateway;
let image: Buffer;

beforeAll(async () => {
  upstream = await startHeldUpstream();
  gateway = await startTestGateway({ channels: [channelAt(upstream)] });
  image = await samplePng(64, 64);
});
afterAll(async () => {
  upstream.answerAll();
  await gateway.close();
  await upstream.close();
});

type Build = (prompt: string, retry: number) => RawRequest;
const json: Build = (prompt, retry) =>
  rawJson(gateway, { model, prompt, response_format: "b64_json" }, retry);
const form: Build = (prompt, retry) =>
  rawForm(gateway, { model, prompt, response_format: "b64_json" }, image, retry);
const forms: readonly (readonly [string, Build])[] = [
  ["JSON", json],
  ["a form", form],
];

/** What the retry of a dropped call got, beside how often the upstream worked since `before`. */
async function retried(build: Build, prompt: string, before: number): Promise<unknown> {
  const retry = send(gateway, build(prompt, 1));
  (await upstream.arrived(before)).answer();
  const answer = await wholeAnswer(retry);
  const executions = upstream.executions.slice(before);
  const made = executions[0]?.picture ?? Buffer.alloc(0);
  return { executions: executions.length, same: pictureIn(answer).equals(made) };
}

const once = { executions: 1, same: true };

describe.each(forms)(
  "a client that goes away, %s: the retry gets the one picture made",
  (_, build) => {
    test.each([0, 1, 20, 40, -10, -1])("having sent %i bytes of its body", async (sent) => {
      const before = upstream.executions.length;
      const prompt = `body ${sent}`;
      const request = build(prompt, 0);
      await send(gateway, request, sent < 0 ? request.body.length + sent : sent).drop();
      expect(await retried(build, prompt, before)).toEqual(once);
    });

    test("while the upstream works, and the retry comes before it has answered", async () => {
      const before = upstream.executions.length;
      const first = send(gateway, build("working", 0));
      await upstream.arrived(before);
      await first.drop();
      const retry = send(gateway, build("working", 1));
      // The retry is there when the upstream answers.
      await (await fetch(`${gateway.url}/health/ready`)).text();
      (await upstream.arrived(before)).answer();
      const made = upstream.executions[before]?.picture ?? Buffer.alloc(0);
      expect(pictureIn(await wholeAnswer(retry)).equals(made)).toBe(true);
      expect(upstream.executions).toHaveLength(before + 1);
    });

    test("at once after its body", async () => {
      const before = upstream.executions.length;
      await send(gateway, build("at once", 0)).drop();
      expect(await retried(build, "at once", before)).toEqual(once);
    });

    test.each([1, 10, 400, 700, 3_000, 20_000, 70_000, 130_000, 200_000, 250_000, Infinity])(
      "having read %d bytes of the answer",
      async (read) => {
        const before = upstream.executions.length;
        const prompt = `answer ${read}`;
        const first = send(gateway, build(prompt, 0));
        (await upstream.arrived(before)).answer();
        // All but the very last byte, which no client counts as an answer.
        await first.read(Math.min(read, 260_000));
        await first.drop();
        expect(await retried(build, prompt, before)).toEqual(once);
      },
    );

    test("twice, and the third try gets it", async () => {
      const before = upstream.executions.length;
      const first = send(gateway, build("twice", 0));
      await upstream.arrived(before);
      await first.drop();
      await send(gateway, build("twice", 1)).drop();
      expect(await retried(build, "twice", before)).toEqual(once);
    });
  },
);

test("the retry gets the error too, where the outcome was unknown", async () => {
  const before = upstream.executions.length;
  const first = send(gateway, json("fails", 0));
  const execution = await upstream.arrived(before);
  await first.drop();
  execution.reset();
  const answer = await wholeAnswer(send(gateway, json("fails", 1)));
  expect(answer.status).toBe(502);
  expect(upstream.executions).toHaveLength(before + 1);
});

test("four identical parallel calls stay four pictures, also when a fifth was lost and tries again", async () => {
  const before = upstream.executions.length;
  const body = { model, prompt: "four", response_format: "b64_json" };
  const calls = [0, 0, 0, 0].map((count) =>
    ask(gateway, { "x-stainless-retry-count": String(count) }, body),
  );
  // Its first try never arrived, so there is nothing of its own to be answered from.
  calls.push(ask(gateway, { "x-stainless-retry-count": "1" }, body));
  const executions: Execution[] = [];
  for (let at = 0; at < 5; at += 1) executions.push(await upstream.arrived(before + at));
  for (const execution of executions) execution.answer();
  const pictures = await Promise.all(
    calls.map(async (call) => (await pictureOf(await call)).toString("hex")),
  );
  expect(new Set(pictures).size).toBe(5);
  expect(upstream.executions).toHaveLength(before + 5);
});
