import { describe, expect, test } from "vitest";
import type { Cost } from "../../../src/core/money.ts";
import type { ImageRequest } from "../../../src/core/request.ts";
import type { CallResult, Made } from "../../../src/gateway/attempts/terms.ts";
import {
  type LivePicture,
  type LivePreview,
  startLive,
} from "../../../src/gateway/delivery/live.ts";
import { request } from "../fit/fitting.ts";
import {
  callOf,
  delivered,
  made,
  madePicture,
  planOf,
  quiet,
  unknownCost,
  usageOf,
} from "./made.ts";

function watch(asked: Partial<ImageRequest> = {}) {
  const previews: LivePreview[] = [];
  const pictures: LivePicture[] = [];
  const warned: unknown[] = [];
  const log = { ...quiet, warn: (fields: unknown) => void warned.push(fields) };
  const observer = {
    partial: (preview: LivePreview) => void previews.push(preview),
    completed: (picture: LivePicture) => void pictures.push(picture),
  };
  const whole = request({ stream: true, partial_images: 2, ...asked });
  const live = startLive({ log }, whole, observer, () => Promise.resolve());
  return {
    live,
    previews,
    pictures,
    warned,
    /** Tells of a picture that is delivered at once. */
    make(one: Made, soFar: CallResult) {
      live.made(one, Promise.resolve(delivered(one.index)), soFar);
    },
    /** Index, usage and cost of each picture told. */
    accounts: () =>
      pictures.map(({ delivered: one, usage, cost }) => [one.index, usage?.total_tokens, cost]),
  };
}

const priced = (nano: number): Cost => ({ state: "priced", nano });

describe("previews", () => {
  test("are told in order with what they are of, as many as were asked for", () => {
    const { live, previews } = watch();
    const plan = planOf({ quality: "low", background: "opaque", more: { odd: 1 } }, {});
    const one = madePicture({ width: 1 });
    for (const index of [0, 1, 0, 0, 1, 1]) live.preview(one, index, plan);
    expect(previews.map(({ index, partialIndex }) => [index, partialIndex])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(previews[0]).toEqual({
      index: 0,
      partialIndex: 0,
      picture: one,
      quality: "low",
      background: "opaque",
      origin: { servedModel: "painter", channelId: "one", warnings: plan.warnings },
    });
  });

  test("are none where none were asked for", () => {
    const { live, previews } = watch({ partial_images: 0 });
    live.preview(madePicture(), 0, planOf());
    expect(previews).toEqual([]);
  });

  test("of a finished picture are told no more, of others they are", () => {
    const { live, make, previews } = watch();
    const one = made(1);
    make(one, callOf([one], 2));
    live.preview(madePicture(), 1, planOf());
    live.preview(madePicture(), 0, planOf());
    expect(previews.map(({ index }) => index)).toEqual([0]);
  });
});

describe("pictures", () => {
  test("are told as soon as they can be delivered; a call's last one waits for its end", async () => {
    const { live, make, pictures } = watch();
    const [a, b] = [made(0), made(1)];
    make(a, callOf([a], 2));
    await live.told();
    expect(pictures.map(({ delivered: { index } }) => index)).toEqual([0]);
    make(b, callOf([a, b], 2));
    await live.told();
    expect(pictures).toHaveLength(1);
    live.ended(callOf([a, b], 2));
    await live.told();
    expect(pictures.map(({ delivered: { index } }) => index)).toEqual([0, 1]);
    live.ended(callOf([a, b], 2));
    await live.told();
    expect(pictures).toHaveLength(2);
  });

  test("are told with where they come from", async () => {
    const { live, make, pictures } = watch();
    const plan = planOf({ style: "vivid" }, { without: ["style"] });
    const one = made(0, { plan });
    make(one, callOf([one], 1));
    live.ended(callOf([one], 1));
    await live.told();
    expect(plan.warnings).toHaveLength(1);
    expect(pictures[0]?.origin).toEqual({
      servedModel: "painter",
      channelId: "one",
      warnings: plan.warnings,
    });
  });

  test("that cannot be delivered are the operator's to know, and nobody's else", async () => {
    const { live, pictures, warned } = watch();
    const one = made(3);
    const failing = Promise.reject(new Error("no room"));
    live.made(one, failing, callOf([one], 1));
    live.ended(callOf([one], 1));
    await live.told();
    expect(pictures).toEqual([]);
    expect(warned).toEqual([{ index: 3 }]);
  });

  test("are waited for until the last is told", async () => {
    const { live, pictures } = watch();
    const one = made(0);
    const later = Promise.withResolvers<ReturnType<typeof delivered>>();
    live.made(one, later.promise, callOf([one], 1));
    live.ended(callOf([one], 1));
    let isTold = false;
    const told = live.told().then(() => {
      isTold = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect([isTold, pictures.length]).toEqual([false, 0]);
    later.resolve(delivered(0));
    await told;
    expect(pictures).toHaveLength(1);
  });
});

describe("the account", () => {
  test("of each picture is what it adds to those before it in its call", async () => {
    const { live, make, accounts } = watch();
    const list: Made[] = [];
    for (const index of [0, 1, 2]) {
      list.push(made(index));
      const soFar = { usage: usageOf(1, 10 * (index + 1)), cost: priced(100 * (index + 1)) };
      make(list[index] ?? made(index), callOf(list, 3, soFar));
    }
    live.ended(callOf(list, 3, { usage: usageOf(1, 70), cost: priced(345) }));
    await live.told();
    expect(accounts()).toEqual([
      [0, 11, priced(100)],
      [1, 10, priced(100)],
      [2, 50, priced(145)],
    ]);
  });

  test("of parallel calls are kept apart", async () => {
    const { live, make, accounts } = watch();
    const [a, b] = [made(0), made(1)];
    make(a, callOf([a], 2, { usage: usageOf(1, 10), cost: priced(5) }));
    make(b, callOf([b], 2, { usage: usageOf(1, 30), cost: priced(7) }));
    await live.told();
    expect(accounts()).toEqual([
      [0, 11, priced(5)],
      [1, 31, priced(7)],
    ]);
  });

  test("that is not known before the end is whole with the last picture", async () => {
    const { live, make, accounts } = watch();
    const [a, b] = [made(0), made(1)];
    const list = [a];
    make(a, callOf(list, 2));
    list.push(b);
    make(b, callOf(list, 2));
    live.ended(callOf(list, 2, { usage: usageOf(0, 9), cost: priced(70) }));
    await live.told();
    expect(accounts()).toEqual([
      [0, undefined, unknownCost],
      [1, 9, priced(70)],
    ]);
  });

  test("that was known and is not any more takes nothing back", async () => {
    const { live, make, accounts } = watch();
    const all = [made(0), made(1), made(2)];
    const costs = [priced(30), unknownCost, priced(90)];
    const list: Made[] = [];
    for (const [at, one] of all.entries()) {
      list.push(one);
      make(one, callOf(list, 4, { cost: costs[at] ?? unknownCost }));
    }
    await live.told();
    expect(accounts()).toEqual([
      [0, undefined, priced(30)],
      [1, undefined, unknownCost],
      [2, undefined, priced(60)],
    ]);
  });

  test("of a free model is free, and of one without a price unknown", async () => {
    for (const cost of [{ state: "free" }, unknownCost] as const) {
      const { live, make, accounts } = watch();
      const [a, b] = [made(0), made(1)];
      make(a, callOf([a], 2, { cost }));
      make(b, callOf([b], 1, { cost, usage: usageOf(1, 1) }));
      live.ended(callOf([b], 1, { cost, usage: usageOf(1, 1) }));
      await live.told();
      expect(accounts()).toEqual([
        [0, undefined, cost],
        [1, 2, cost],
      ]);
    }
  });
});
