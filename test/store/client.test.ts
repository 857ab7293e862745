import { expect, test, vi } from "vitest";
import type { Mock } from "vitest";
import type { StoreClient } from "../../src/store/client.ts";
import { startClient } from "../../src/store/sqlite/client.ts";

const settings = { file: "/nowhere", busyTimeoutMs: 1, now: 0, migrates: true };
const dead = {
  name: "PinholeError",
  code: "internal_error",
  message: "The gateway's record keeping has stopped; its operator must restart it.",
};

/** A worker that opens and then does as it is told by `body`, where `port` is its end. */
function worker(body: string): URL {
  const source = `import { parentPort as port } from "node:worker_threads"; ${body}`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

async function start(
  body: string,
): Promise<{ client: StoreClient; onError: Mock<(error: unknown) => void> }> {
  const onError = vi.fn<(error: unknown) => void>();
  const opened = `port.postMessage({ kind: "ready" }); ${body}`;
  return { client: await startClient({ worker: worker(opened), settings, onError }), onError };
}

test.each([
  ["throws", `throw new Error("a bug")`, /a bug/],
  ["exits", `process.exit(3)`, /code 3/],
])(
  "a worker that %s rejects what waits and what comes, and says so once",
  async (_, act, detail) => {
    const { client, onError } = await start(`port.on("message", () => { ${act} })`);
    const waiting = [client.call("keysAll"), client.call("settingsGet", "a")];
    for (const call of await Promise.allSettled(waiting))
      expect(call).toMatchObject({ status: "rejected", reason: dead });
    await expect(client.call("keysAll")).rejects.toMatchObject(dead);
    expect(client.counters().pending).toBe(0);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ ...dead, detail: expect.stringMatching(detail) as unknown }),
    );
    await client.close();
  },
);

test("a worker that dies while it closes rejects the close and what waits", async () => {
  const { client, onError } = await start(`port.on("message", () => { process.exit(1) })`);
  const [waiting, closing] = await Promise.allSettled([client.call("keysAll"), client.close()]);
  expect(waiting).toMatchObject({ status: "rejected", reason: dead });
  expect(closing).toMatchObject({ status: "rejected", reason: dead });
  expect(onError).toHaveBeenCalledOnce();
});

test.each([
  ["throws", `throw new Error("a bug")`],
  ["exits", `process.exit(3)`],
])("a worker that %s before it opened rejects the start", async (_, act) => {
  const starting = startClient({ worker: worker(act), settings, onError: () => undefined });
  await expect(starting).rejects.toMatchObject(dead);
});

test("what one turn asks is one message, and answers find their askers in any order", async () => {
  const { client } = await start(`port.on("message", (message) => {
    if (message.kind === "close") return port.close();
    const results = message.commands.map(([id, , [name]]) => [id, name + message.commands.length]);
    port.postMessage({ kind: "results", results: results.reverse(), commits: 0 });
  })`);
  const first = ["a", "b", "c"].map((name) => client.call("settingsGet", name));
  expect(await Promise.all(first)).toEqual(["a3", "b3", "c3"]);
  expect(await client.call("settingsGet", "d")).toBe("d1");
});

test("what no message can carry fails its own turn, not the process", async () => {
  const { client } = await start(`port.on("message", ({ commands }) => {
    port.postMessage({ kind: "results", results: commands.map(([id]) => [id, "x"]), commits: 0 });
  })`);
  // A caller that the types would have stopped.
  const fault = client.call("settingsGet", (() => "a") as unknown as string);
  await expect(fault).rejects.toMatchObject({ code: "internal_error" });
  expect(await client.call("settingsGet", "a")).toBe("x");
});
