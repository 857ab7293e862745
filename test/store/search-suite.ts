import { expect, test } from "vitest";
import type { RequestFilter } from "../../src/store/request-filter.ts";
import { attempt, type OpenEmpty, outcome, request } from "./samples.ts";

/** Four requests, each of another kind. */
async function filledStore(open: OpenEmpty) {
  const store = await open();
  const begin = async (at: number, change: Parameters<typeof request>[1], channel = "one") => {
    const id = `req_0${at}`;
    await store.requests.begin(request(id, { createdAt: at * 1000, ...change }), [
      { ...attempt(id), channelId: channel },
    ]);
    return id;
  };
  const failed = {
    state: "failed",
    errorCode: "upstream_failed",
    costNano: 0,
    pictures: [],
  } as const;
  await store.requests.finish(outcome(await begin(1, { n: 3 }), { finishedAt: 1500 }));
  await store.requests.finish(
    outcome(await begin(2, { keyId: "key_2" }), { ...failed, finishedAt: 2501 }),
  );
  await store.requests.finish(
    outcome(await begin(3, { model: "fox", clientRequestId: "mine" }, "two"), {
      state: "partial",
      servedModel: "sandbox-best",
      finishedAt: 3900,
    }),
  );
  await begin(4, {});
  return store;
}

type Case = readonly [RequestFilter, readonly number[]];
const cases: readonly Case[] = [
  [{}, [4, 3, 2, 1]],
  [{ state: "failed" }, [2]],
  [{ state: "running" }, [4]],
  [{ error: "upstream_failed" }, [2]],
  [{ model: "fox" }, [3]],
  [{ model: "sandbox-best" }, [3]],
  [{ key: "key_2" }, [2]],
  [{ scopes: [{ of: "user", userId: "nobody", fileKeys: ["key_2", "key_3"] }] }, [2]],
  [{ scopes: [{ of: "user", userId: "nobody", fileKeys: [] }] }, []],
  [{ channel: "two" }, [3]],
  [{ from: 2000, to: 4000 }, [3, 2]],
  [{ tookMsMin: 500, to: 4000 }, [3, 2, 1]],
  [{ tookMsMin: 501, tookMsMax: 900 }, [3, 2]],
  [{ tookMsMax: 500 }, [1]],
  [{ tookMsMin: 901, state: "partial" }, []],
  [{ id: "req_0" }, [4, 3, 2, 1]],
  [{ id: "req_03" }, [3]],
  [{ id: "mine" }, [3]],
  [{ id: "%" }, []],
];

/** How requests are looked for and counted in every database. */
export function searchSuite(open: OpenEmpty): void {
  test("requests are found by each of their marks, newest first, in pages from both ends", async () => {
    const store = await filledStore(open);
    for (const [filter, places] of cases) {
      const found = await store.requestSearch.find(filter, { limit: 10 });
      expect([filter, found.map(({ id }) => id)]).toEqual([
        filter,
        places.map((at) => `req_0${at}`),
      ]);
    }
    const ids = async (page: object): Promise<string[]> =>
      (await store.requestSearch.find({ to: 9000 }, { limit: 2, ...page })).map(({ id }) => id);
    expect(await ids({})).toEqual(["req_04", "req_03"]);
    expect(await ids({ before: "req_03" })).toEqual(["req_02", "req_01"]);
    expect(await ids({ after: "req_02" })).toEqual(["req_04", "req_03"]);
    expect(await ids({ after: "req_04" })).toEqual([]);
  });

  test("requests are counted by time and state, by name, and by how long they took; all of them are lines of a table", async () => {
    const { requestSearch: search } = await filledStore(open);
    const pieces = await search.pieces({}, 2000);
    expect(pieces.toSorted((a, b) => a.piece - b.piece || (a.state < b.state ? -1 : 1))).toEqual([
      { piece: 0, state: "succeeded", requests: 1, images: 3 },
      { piece: 1, state: "failed", requests: 1, images: 0 },
      { piece: 1, state: "partial", requests: 1, images: 0 },
      { piece: 2, state: "running", requests: 1, images: 0 },
    ]);
    expect(await search.partialPictures({})).toBe(1);
    expect(await search.durations({})).toEqual([
      { hundredths: 50, requests: 1 },
      { hundredths: 90, requests: 1 },
    ]);
    // What took at least so long is counted by the same time as it is found by.
    expect(await search.durations({ tookMsMin: 900 })).toEqual([{ hundredths: 90, requests: 1 }]);
    expect(await search.partialPictures({ tookMsMin: 901 })).toBe(0);
    expect(await search.names("channel", { tookMsMin: 501 })).toEqual([
      { name: "one", requests: 1, failed: 0 },
      { name: "two", requests: 1, failed: 0 },
    ]);
    expect(await search.names("error", {})).toEqual([
      { name: "upstream_failed", requests: 1, failed: 1 },
    ]);
    expect(await search.names("key", {})).toEqual([
      { name: "key_1", requests: 3, failed: 0 },
      { name: "key_2", requests: 1, failed: 1 },
    ]);
    expect((await search.names("channel", { from: 1000 })).map(({ name }) => name)).toEqual([
      "one",
      "two",
    ]);
    const lines: unknown[] = [];
    for await (const rows of search.lines({ state: "partial" })) lines.push(...rows);
    expect(lines).toMatchObject([
      { id: "req_03", client_request_id: "mine", pictures: 1, attempts: 1, cost_nano: 30_000_000 },
    ]);
  });
}
