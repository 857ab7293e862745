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

test("each part that fails a call is named", async () => {
  const full = new PinholeError("storage_full", { message: "full" });
  const fine = { ping: async () => undefined };
  const parts = { store: fine, blobs: fine };
  const kept = { ensureRoom: async () => undefined };
  const admission = { checkFiles: () => undefined };
  expect(await readinessFaults({ ...parts, kept, admission, checkClock() {} })).toEqual([]);
  const broken = await readinessFaults({
    store: { ping: () => Promise.reject(new Error("locked")) },
    blobs: fine,
    kept: { ensureRoom: () => Promise.reject(full) },
    admission: {
      checkFiles() {
        throw full;
      },
    },
    checkClock() {
      throw full;
    },
  });
  expect(new Set(broken.map(({ part }) => part))).toEqual(
    new Set(["database", "images", "files", "clock"]),
  );
});
