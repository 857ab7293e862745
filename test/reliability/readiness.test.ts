import { expect, test } from "vitest";
import { readinessFaults } from "../../src/gateway/limits/readiness.ts";
import { PinholeError } from "../../src/core/errors.ts";
import { postJson, startTestGateway } from "../support/gateway.ts";

test("whoever is told that the gateway is ready gets no 503 for want of room: a quota that is used up", async () => {
  const gateway = await startTestGateway({ images: { quota: "1MB", recovery_bytes: "0B" } });
  const ready = await fetch(`${gateway.url}/health/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: "not ready", failing: ["images"] });
  const body = { model: "sandbox-fast", prompt: "a fox" };
  const answer = await postJson(gateway, "/v1/images/generations", body);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ error: { code: "storage_full" } });
  await gateway.close();
});

/** Parts that do what calls need. */
const fine = {
  blobs: { ping: async () => undefined },
  kept: { ensureRoom: async () => undefined },
  admission: { checkFiles: () => undefined },
  nodes: { silentMs: () => 0 },
  administration: { checkCurrent() {} },
  checkClock() {},
};

test("each part that fails a call is named", async () => {
  const full = new PinholeError("storage_full", { message: "full" });
  const fail = (): never => {
    throw full;
  };
  expect(await readinessFaults(fine)).toEqual([]);
  const broken = await readinessFaults({
    blobs: fine.blobs,
    kept: { ensureRoom: () => Promise.reject(full) },
    admission: { checkFiles: fail },
    nodes: { silentMs: () => Infinity },
    administration: { checkCurrent: fail },
    checkClock: fail,
  });
  expect(new Set(broken.map(({ part }) => part))).toEqual(
    new Set(["configuration", "database", "images", "files", "clock"]),
  );
});

test("a database is away when it has taken no word of this node for ten seconds", async () => {
  expect(await readinessFaults({ ...fine, nodes: { silentMs: () => 10_000 } })).toEqual([]);
  const [fault] = await readinessFaults({ ...fine, nodes: { silentMs: () => 10_001 } });
  expect(fault?.part).toBe("database");
});

test("probes write nothing", async () => {
  const token = "a-token-of-metrics-0123456789";
  const gateway = await startTestGateway({ metrics: { token } });
  const commits = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    const text = await (await fetch(`${gateway.url}/metrics`, { headers })).text();
    return Number(/^pinhole_database_commits_total (\S+)/m.exec(text)?.[1]);
  };
  const before = await commits();
  for (let probe = 0; probe < 200; probe += 1)
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  // Nodes say every few seconds that they are at work, whether anybody asks or not.
  expect((await commits()) - before).toBeLessThan(50);
  await gateway.close();
});
