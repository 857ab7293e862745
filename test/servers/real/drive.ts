import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, test, type TestContext } from "vitest";
import { parseEvents, pictureOf } from "../../support/events.ts";
import { postJson } from "../../support/gateway.ts";
import { factsOf, leftHalfMask } from "../../support/pictures.ts";
import {
  type Chain,
  chainOf,
  channels,
  columns,
  distance,
  type DrivenServer,
  edit,
  flatPng,
  generate,
  listedModels,
  startChain,
} from "./driven.ts";
import { skipAloud } from "./real-server.ts";

/** Mean differences below it are an autoencoder's rounding. */
const rounding = 8;

type GetChain = (context: TestContext) => Promise<Chain>;

/** Drives one kind of server through a whole gateway. */
export function driveServer(driven: DrivenServer): void {
  const chain = chainOf(driven);
  afterAll(() => chain.close());
  describe("its lists", () => {
    driveLists(driven, chain.get);
  });
  describe("generations", () => {
    driveGenerations(driven, chain.get);
  });
  describe("edits", () => {
    driveEdits(driven, chain.get);
  });
  describe("streams", () => {
    driveStreams(driven, chain.get);
  });
  describe("mistakes", () => {
    driveMistakes(driven, chain.get);
  });
  describe("a job that waits", () => {
    driveCancel(driven, chain.get);
  });
  // At the end: nothing needs the server afterwards.
  describe("a server that is killed", () => {
    driveKill(driven, chain.get);
  });
}

function driveLists(driven: DrivenServer, chain: GetChain): void {
  test("it names its models, and the free check finds it well", async (context) => {
    const { server } = await chain(context);
    expect(await listedModels(driven, server.url)).not.toEqual([]);
    const checked = await channels(driven, server.url, ["test", "real"]);
    expect(checked.err).toBe("");
    expect(checked.out).toContain("channel real answers");
  });
}

function driveGenerations({ side }: DrivenServer, chain: GetChain): void {
  const size = `${side}x${side}`;

  test("more pictures than one call makes, each another, of the asked size, without a word in the files", async (context) => {
    const { gateway } = await chain(context);
    const answer = await generate(gateway, { n: 3, size });
    expect([answer.status, answer.error]).toEqual([200, undefined]);
    expect(new Set(answer.pictures.map((one) => one.toString("base64"))).size).toBe(3);
    for (const picture of answer.pictures) {
      expect(await factsOf(picture)).toEqual({ format: "png", width: side, height: side });
      expect(picture.toString("latin1")).not.toMatch(/tEXt|iTXt|zTXt|paper boat/);
    }
  });

  test("equal calls side by side are different pictures", async (context) => {
    const { gateway } = await chain(context);
    const answers = await Promise.all(["a", "b"].map((user) => generate(gateway, { size, user })));
    const [one, other] = answers.map(({ pictures }) => pictures[0]?.toString("base64"));
    expect(one).toMatch(/^iVBOR/);
    expect(one).not.toBe(other);
  });

  test("a seed makes the same picture again, and counts up over all calls of a request", async (context) => {
    const { gateway } = await chain(context);
    const three = await generate(gateway, { size, n: 3, seed: 41 });
    const last = await generate(gateway, { size, seed: 43 });
    const again = await columns(last.pictures[0] ?? Buffer.alloc(0), 0, 1);
    const [, second, third] = await Promise.all(
      three.pictures.map(async (one) => distance(await columns(one, 0, 1), again)),
    );
    expect(third).toBeLessThan(1);
    expect(second).toBeGreaterThan(1);
  });

  test.for(["jpeg", "webp"])("a picture as %s", async (format, context) => {
    const { gateway } = await chain(context);
    const answer = await generate(gateway, { size, output_format: format, output_compression: 60 });
    expect(await factsOf(answer.pictures[0] ?? Buffer.alloc(0))).toEqual({
      format,
      width: side,
      height: side,
    });
  });

  test("a size that it does not make is the nearest that it makes, and told", async (context) => {
    const { gateway } = await chain(context);
    const asked = { width: side + 3, height: side - 1 };
    const answer = await generate(gateway, { size: `${asked.width}x${asked.height}` });
    const made = await factsOf(answer.pictures[0] ?? Buffer.alloc(0));
    expect(Math.abs(made.width - asked.width)).toBeLessThan(64);
    expect(answer.warnings.map(({ param }) => param)).toEqual(["size"]);
  });
}

function driveEdits({ provider, side, editOptions }: DrivenServer, chain: GetChain): void {
  const fields = { provider_options: JSON.stringify({ [provider]: editOptions }) };

  test("without a size keeps that of the picture", async (context) => {
    const { gateway } = await chain(context);
    const image = await flatPng(side * 2, side);
    const answer = await edit(gateway, { image }, fields);
    expect([answer.status, answer.error]).toEqual([200, undefined]);
    expect(await factsOf(answer.pictures[0] ?? Buffer.alloc(0))).toEqual({
      format: "png",
      width: side * 2,
      height: side,
    });
  });

  test("what a mask leaves transparent changes with the seed, and what it covers is kept", async (context) => {
    const { gateway } = await chain(context);
    const image = await flatPng(side, side);
    const mask = await leftHalfMask(side, side);
    const edited = async (seed: number) => {
      const answer = await edit(gateway, { image, mask }, { ...fields, seed: String(seed) });
      expect([answer.status, answer.error]).toEqual([200, undefined]);
      const picture = answer.pictures[0] ?? Buffer.alloc(0);
      // The middle is left out, where an edge may be soft.
      return { open: await columns(picture, 0, 0.35), kept: await columns(picture, 0.65, 1) };
    };
    const [five, six] = [await edited(5), await edited(6)];
    expect(distance(five.kept, await columns(image, 0.65, 1))).toBeLessThan(rounding);
    expect(distance(five.kept, six.kept)).toBeLessThan(1);
    expect(distance(five.open, six.open)).toBeGreaterThan(rounding);
    expect(distance(five.open, await columns(image, 0, 0.35))).toBeGreaterThan(rounding);
  });

  test("n of them, each another", async (context) => {
    const { gateway } = await chain(context);
    const answer = await edit(gateway, { image: await flatPng(side, side) }, { ...fields, n: "2" });
    expect(new Set(answer.pictures.map((one) => one.toString("base64"))).size).toBe(2);
  });
}

function driveStreams({ side, previews }: DrivenServer, chain: GetChain): void {
  const streamed = async (context: TestContext) => {
    const { gateway } = await chain(context);
    const response = await postJson(gateway, "/v1/images/generations", {
      model: "real",
      prompt: "a paper boat",
      size: `${side * 2}x${side * 2}`,
      stream: true,
      partial_images: 2,
    });
    const events = parseEvents(await response.text());
    return events.map((one) => ({ ...one, kind: one.event.replace("image_generation.", "") }));
  };

  const lastOf = async (events: Awaited<ReturnType<typeof streamed>>) => {
    const last = events.at(-1);
    if (last === undefined) throw new Error("no event came");
    expect(last.kind).toBe("completed");
    expect(await factsOf(pictureOf(last))).toMatchObject({ width: side * 2, height: side * 2 });
    return last;
  };

  test.runIf(previews)("previews come before the picture", async (context) => {
    const events = await streamed(context);
    await lastOf(events);
    expect(events.filter(({ kind }) => kind === "partial_image")).not.toEqual([]);
  });

  test.runIf(!previews)(
    "the picture comes, and that there are no previews is told",
    async (context) => {
      const events = await streamed(context);
      const last = await lastOf(events);
      expect(events).toHaveLength(1);
      expect(JSON.stringify(last.data["pinhole"])).toContain("partial_images");
    },
  );
}

function driveMistakes({ mistakes }: DrivenServer, chain: GetChain): void {
  test.for(mistakes)("$name", async ({ body, param }, context) => {
    const { gateway } = await chain(context);
    const answer = await generate(gateway, body);
    expect([answer.status, answer.error?.param]).toEqual([400, param]);
    expect(answer.error?.message).not.toMatch(/bill/);
    // The server is as well as before.
    expect((await generate(gateway, { size: "64x64" })).status).toBe(200);
  });
}

function driveCancel(driven: DrivenServer, chain: GetChain): void {
  const { queue } = driven;
  test.runIf(queue !== undefined)("is taken back when its time is over", async (context) => {
    const { server } = await chain(context);
    const impatient = await startChain(driven, server, "2s");
    try {
      await queue?.occupy(server.url);
      const answer = await generate(impatient, { size: `${driven.side}x${driven.side}` });
      expect(answer.status).toBe(504);
      expect(await queue?.waiting(server.url)).toBe(0);
    } finally {
      await impatient.close();
    }
  });
}

function driveKill({ side, address }: DrivenServer, chain: GetChain): void {
  test("is told without a word of bills, and serves again once it is back", async (context) => {
    const { gateway, server } = await chain(context);
    const { kill } = server;
    if (kill === undefined)
      skipAloud(context, `set ${address}_COMMAND to the command that starts the server`);
    const dying = generate(gateway, { n: 2, size: `${side * 4}x${side * 4}` });
    await setTimeout(500);
    await kill();
    const died = await dying;
    expect(died.status).toBe(502);
    expect(died.error?.message).not.toMatch(/bill/);
    await server.start();
    // The channel cools for a second or two after a connection was refused.
    let back = await generate(gateway, { size: "64x64" });
    for (let tries = 0; back.status !== 200 && tries < 20; tries += 1) {
      await setTimeout(500);
      back = await generate(gateway, { size: "64x64", user: String(tries) });
    }
    expect([back.status, back.pictures.length]).toEqual([200, 1]);
  });
}
