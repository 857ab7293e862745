import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { servedOnUse } from "../../src/http/server/on-use.ts";

/** An application in front of routes that are loaded on use, and each load's end as a test says it. */

const answering =
  (text: string): RequestListener =>
  (_request, response) =>
    void response.end(text);

let server: Server;
let url = "";
let loads: PromiseWithResolvers<RequestListener>[] = [];
const errors: unknown[] = [];

beforeAll(async () => {
  const log = { error: (fields: unknown) => errors.push(fields) };
  const load = async (): Promise<RequestListener> => {
    const one = Promise.withResolvers<RequestListener>();
    loads.push(one);
    return one.promise;
  };
  const isTheirs = (path: string): boolean => path.startsWith("/theirs");
  server = createServer(servedOnUse({ isTheirs, load, log }, answering("own")));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

beforeEach(() => {
  loads = [];
});

async function get(path: string): Promise<string> {
  return (await fetch(url + path)).text();
}

test("what is not theirs loads nothing", async () => {
  expect(await get("/own")).toBe("own");
  expect(loads).toEqual([]);
});

test("where they cannot be loaded, the application answers, the log says why, and the next request tries again", async () => {
  const first = get("/theirs");
  await expect.poll(() => loads.length).toBe(1);
  loads[0]?.reject(new Error("the disk is gone"));
  expect(await first).toBe("own");
  expect(errors).toEqual([{ detail: expect.stringContaining("the disk is gone") }]);

  const both = [get("/theirs/a"), get("/theirs/b")];
  await expect.poll(() => loads.length).toBe(2);
  loads[1]?.resolve(answering("theirs"));
  expect(await Promise.all(both)).toEqual(["theirs", "theirs"]);
  expect(await get("/theirs/c")).toBe("theirs");
  expect(loads).toHaveLength(2);
});
