import { describe, expect, test } from "vitest";
import { type ErrorCode, PinholeError } from "../../../src/core/errors.ts";
import type { ImageOutcome } from "../../../src/gateway/delivery/outcome.ts";
import { createRepeatWindow } from "../../../src/gateway/requests/repeat-window.ts";
import { recordedOutcome } from "../../../src/gateway/requests/serve-image.ts";
import { createRegistry } from "../../../src/gateway/requests/registry.ts";
import type { Client, RunControl, RunFacts, RunParts } from "../../../src/gateway/requests/run.ts";

const now = 77;

/** A client whose end the test decides. */
class TestClient implements Client {
  readonly #listeners: ((end: "sent" | "gone") => void)[] = [];

  onEnd(listener: (end: "sent" | "gone") => void): void {
    this.#listeners.push(listener);
  }

  end(how: "sent" | "gone"): void {
    for (const listener of this.#listeners) listener(how);
  }
}

// Only handed on.
const outcome = { requestId: "r1" } as ImageOutcome;

/** A registry, and work that writes down what is asked of it and ends when the test says so. */
function setUp() {
  const events: unknown[] = [];
  const parts = {
    store: {
      requests: {
        async orphan(id: string, at: number | null) {
          events.push(["orphan", id, at]);
        },
      },
    },
    log: { info() {}, warn() {}, error: (_: unknown, text: string) => void events.push(text) },
    repeats: createRepeatWindow(
      () => 10_000,
      () => now,
    ),
    now: () => now,
  } as unknown as RunParts;
  const registry = createRegistry(parts);
  const start = (facts: Partial<RunFacts> = {}, client: Client = new TestClient()) => {
    const made = Promise.withResolvers<ImageOutcome>();
    const controls: RunControl[] = [];
    const whole = {
      id: "r1",
      keyId: "k",
      fingerprint: "f",
      idempotencyKey: undefined,
      ...facts,
    };
    const run = registry.start(
      whole,
      {
        make(control) {
          controls.push(control);
          return made.promise;
        },
        keep: async () => void events.push(["keep", whole.id]),
        discard: async () => void events.push(["discard", whole.id]),
        dispose: () => void events.push(["dispose", whole.id]),
      },
      client,
    );
    const [control] = controls;
    if (control === undefined) throw new Error("the work was not begun");
    run.outcome.catch(() => undefined);
    return {
      run,
      control,
      finish: () => made.resolve(outcome),
      fail: (code: ErrorCode) => made.reject(new PinholeError(code, { message: "No." })),
    };
  };
  return { registry, parts, events, start };
}

/** Lets all that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("an outcome that is told after its record has it", () => {
  test.each(["made", "failed"] as const)("waits until what was %s is written", async (how) => {
    const { start } = setUp();
    const { run, control, finish, fail } = start();
    const written = Promise.withResolvers<void>();
    control.settling(written.promise);
    let isTold = false;
    const told = recordedOutcome(run).finally(() => (isTold = true));
    if (how === "made") finish();
    else fail("upstream_failed");
    await run.outcome.catch(() => undefined);
    await settle();
    expect(isTold).toBe(false);
    written.resolve();
    if (how === "made") expect(await told).toBe(outcome);
    else await expect(told).rejects.toThrow("No.");
  });

  test("does not wait for ever", async () => {
    const { start } = setUp();
    const { run, control, finish } = start();
    control.settling(new Promise<void>(() => undefined));
    finish();
    expect(await recordedOutcome(run)).toBe(outcome);
  });
});

describe("a client that goes away", () => {
  test("before the record is written is marked once it is", () => {
    const { events, start } = setUp();
    const client = new TestClient();
    const { run, control } = start({}, client);
    expect([control.clientGone(), run.orphaned()]).toEqual([false, false]);
    client.end("gone");
    expect([control.clientGone(), run.orphaned()]).toEqual([true, true]);
    expect(events).toEqual([]);
    control.begun();
    expect(events).toEqual([["orphan", "r1", now]]);
  });

  test("after it is marked at once, and unmarked when somebody comes for it", () => {
    const { events, start } = setUp();
    const client = new TestClient();
    const { run, control } = start({}, client);
    control.begun();
    expect(events).toEqual([]);
    client.end("gone");
    run.attach(new TestClient());
    expect(events).toEqual([
      ["orphan", "r1", now],
      ["orphan", "r1", null],
    ]);
    expect([control.clientGone(), run.orphaned()]).toEqual([false, false]);
  });

  test("and comes back before the record is written was never away", () => {
    const { events, start } = setUp();
    const client = new TestClient();
    const { run, control } = start({}, client);
    client.end("gone");
    run.attach(new TestClient());
    control.begun();
    expect(events).toEqual([]);
  });

  test("leaves nothing to mark while another waits, or where it had its answer", () => {
    const { events, start } = setUp();
    const [client, other] = [new TestClient(), new TestClient()];
    const { run, control } = start({}, client);
    control.begun();
    run.attach(other);
    client.end("gone");
    expect([events, control.clientGone()]).toEqual([[], false]);
    other.end("sent");
    expect([events, control.clientGone(), run.orphaned()]).toEqual([[], true, false]);
  });

  test("may turn out to be gone after it was sent its answer", async () => {
    const { events, start } = setUp();
    const client = new TestClient();
    const { run, control, finish } = start({}, client);
    control.begun();
    finish();
    await settle();
    client.end("sent");
    client.end("gone");
    expect(run.orphaned()).toBe(true);
    expect(events).toContainEqual(["orphan", "r1", now]);
  });

  test("is said to the operator where it cannot be written", async () => {
    const { parts, events, start } = setUp();
    parts.store.requests.orphan = () => Promise.reject(new Error("no disk"));
    const client = new TestClient();
    start({}, client).control.begun();
    client.end("gone");
    await settle();
    expect(events).toEqual(["it could not be written that a request's client has gone"]);
  });
});

describe("a run that is over", () => {
  test("is put away once nobody needs it, and then forgotten", async () => {
    const { registry, events, start } = setUp();
    const client = new TestClient();
    const { run, finish } = start({}, client);
    expect(run.over()).toBe(false);
    finish();
    await settle();
    expect([run.over(), events, registry.get("r1")]).toEqual([true, [], run]);
    client.end("sent");
    await settle();
    expect(events).toEqual([
      ["keep", "r1"],
      ["dispose", "r1"],
    ]);
    expect(registry.get("r1")).toBeUndefined();
  });

  test("waits for its record before it is forgotten", async () => {
    const { registry, start } = setUp();
    const client = new TestClient();
    const { control, finish } = start({}, client);
    const written = Promise.withResolvers<void>();
    control.settling(written.promise);
    finish();
    client.end("sent");
    await settle();
    expect(registry.get("r1")).toBeDefined();
    written.resolve();
    await settle();
    expect(registry.get("r1")).toBeUndefined();
  });

  test("stays for a client that comes while it is put away, and is kept once", async () => {
    const { registry, events, start } = setUp();
    const [client, other] = [new TestClient(), new TestClient()];
    const { run, control, finish } = start({}, client);
    const written = Promise.withResolvers<void>();
    control.settling(written.promise);
    finish();
    await settle();
    client.end("sent");
    run.attach(other);
    written.resolve();
    await settle();
    expect([events, registry.get("r1")]).toEqual([[["keep", "r1"]], run]);
    other.end("sent");
    await settle();
    expect(events).toEqual([
      ["keep", "r1"],
      ["dispose", "r1"],
    ]);
  });

  test("is forgotten although its pictures could not be kept, which is said", async () => {
    const { registry, events, start } = setUp();
    const client = new TestClient();
    const { control, finish } = start({}, client);
    control.settling(Promise.reject(new Error("no disk")));
    finish();
    client.end("sent");
    await settle();
    expect(events).toEqual([
      ["keep", "r1"],
      "a request's pictures could not be kept",
      ["dispose", "r1"],
    ]);
    expect(registry.get("r1")).toBeUndefined();
  });

  test("keeps nothing where it failed", async () => {
    const { events, start } = setUp();
    const client = new TestClient();
    const { control, fail } = start({}, client);
    control.begun();
    fail("upstream_failed");
    client.end("sent");
    await settle();
    expect(events).toEqual([["dispose", "r1"]]);
  });
});

describe("a failed run", () => {
  test.each([
    ["upstream_failed", true, true],
    ["upstream_busy", true, false],
    ["overloaded", true, false],
    ["upstream_failed", false, false],
    ["invalid_value", false, false],
    ["storage_full", true, true],
  ] as const)(
    "with %s, its record begun: %s, may answer others: %s",
    async (code, begun, shown) => {
      const { registry, events, start } = setUp();
      const client = new TestClient();
      const { run, control, fail } = start({ idempotencyKey: "key" }, client);
      if (begun) control.begun();
      fail(code);
      await settle();
      expect(registry.get("r1")).toBe(shown ? run : undefined);
      expect(registry.byIdempotencyKey("k", "key")).toBe(shown ? run : undefined);
      client.end("gone");
      expect(events.length).toBe(shown ? 1 : 0);
    },
  );
});

describe("a run whose pictures are deleted", () => {
  test("while it runs finishes, and keeps nothing", async () => {
    const { registry, events, start } = setUp();
    const client = new TestClient();
    const { run, finish } = start({}, client);
    await run.discard();
    expect([events, registry.get("r1")]).toEqual([[], undefined]);
    finish();
    client.end("sent");
    await settle();
    expect(events).toEqual([
      ["discard", "r1"],
      ["dispose", "r1"],
    ]);
  });

  test("when it is over has what it kept deleted", async () => {
    const { events, start } = setUp();
    const { run, finish } = start();
    finish();
    await settle();
    await run.discard();
    expect(events).toEqual([
      ["discard", "r1"],
      ["discard", "r1"],
    ]);
  });

  test("after they were put away has them deleted all the same", async () => {
    const { events, start } = setUp();
    const client = new TestClient();
    const { run, control, finish } = start({}, client);
    control.settling(new Promise(() => undefined));
    finish();
    await settle();
    client.end("sent");
    await settle();
    await run.discard();
    expect(events).toEqual([
      ["keep", "r1"],
      ["discard", "r1"],
    ]);
  });
});

describe("the registry", () => {
  test("finds runs by their id and by their idempotency key, of their own key's alone", () => {
    const { registry, start } = setUp();
    const { run } = start({ idempotencyKey: "order" });
    expect(registry.get("r1")).toBe(run);
    expect(registry.get("r2")).toBeUndefined();
    expect(registry.byIdempotencyKey("k", "order")).toBe(run);
    expect(registry.byIdempotencyKey("other", "order")).toBeUndefined();
    expect(registry.byIdempotencyKey("k", "other")).toBeUndefined();
  });

  test("finds the oldest orphan of a key with the same fingerprint and no idempotency key", () => {
    const { registry, start } = setUp();
    const orphan = (id: string, facts: Partial<RunFacts> = {}) => {
      const client = new TestClient();
      const { run } = start({ id, ...facts }, client);
      client.end("gone");
      return run;
    };
    start({ id: "waits" });
    orphan("a", { keyId: "other" });
    orphan("b", { fingerprint: "other" });
    orphan("c", { idempotencyKey: "order" });
    expect(registry.orphan("k", "f")).toBeUndefined();
    const oldest = orphan("d");
    orphan("e");
    expect(registry.orphan("k", "f")).toBe(oldest);
    oldest.attach(new TestClient());
    expect(registry.orphan("k", "f")).not.toBe(oldest);
  });

  test("gives an idempotency key to the newest run that has it", async () => {
    const { registry, start } = setUp();
    const client = new TestClient();
    const first = start({ id: "a", idempotencyKey: "order" }, client);
    const second = start({ id: "b", idempotencyKey: "order" });
    expect(registry.byIdempotencyKey("k", "order")).toBe(second.run);
    first.finish();
    client.end("sent");
    await settle();
    expect(registry.get("a")).toBeUndefined();
    expect(registry.byIdempotencyKey("k", "order")).toBe(second.run);
  });

  test("is idle when nothing runs, is sent or put away", async () => {
    const { registry, start } = setUp();
    await registry.idle();
    const [client, other] = [new TestClient(), new TestClient()];
    const first = start({ id: "a" }, client);
    const second = start({ id: "b" }, other);
    let idle = 0;
    for (let waiting = 0; waiting < 2; waiting += 1)
      void registry.idle().then(() => {
        idle += 1;
      });
    first.finish();
    client.end("sent");
    await settle();
    expect(idle).toBe(0);
    second.finish();
    await settle();
    expect(idle).toBe(0);
    other.end("sent");
    await settle();
    expect(idle).toBe(2);
  });
});

describe("equal requests of a moment ago", () => {
  const found = (setup: ReturnType<typeof setUp>) => setup.parts.repeats.find("k", "f");

  test("are an error that may have been billed, for as long as the window is", async () => {
    const setup = setUp();
    const { control, run, fail } = setup.start({ idempotencyKey: "key" });
    control.begun();
    control.doubtful();
    expect(found(setup)).toBeUndefined();
    fail("upstream_failed");
    await expect(run.outcome).rejects.toThrow("No.");
    expect(found(setup)).toMatchObject({ failed: { id: "r1" }, hasLeft: false });
    expect(setup.parts.repeats.find("other", "f")).toBeUndefined();
  });

  test.each<readonly [ErrorCode, boolean, boolean]>([
    ["upstream_failed", true, false],
    ["upstream_failed", false, true],
    ["upstream_busy", true, true],
  ])("are not %s, begun: %s, doubtful: %s", async (code, isBegun, isDoubtful) => {
    const setup = setUp();
    const { control, run, fail } = setup.start();
    if (isBegun) control.begun();
    if (isDoubtful) control.doubtful();
    fail(code);
    await expect(run.outcome).rejects.toThrow("No.");
    expect(found(setup)).toBeUndefined();
  });

  test("are one whose client left, unless it sends Idempotency-Keys", () => {
    const setup = setUp();
    const [client, other] = [new TestClient(), new TestClient()];
    setup.start({}, client);
    client.end("gone");
    expect(found(setup)).toEqual({ failed: undefined, hasLeft: true });
    setup.start({ id: "r2", fingerprint: "g", idempotencyKey: "key" }, other);
    other.end("gone");
    expect(setup.parts.repeats.find("k", "g")).toBeUndefined();
  });
});
