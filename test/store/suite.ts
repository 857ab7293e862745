import { describe, expect, test } from "vitest";
import { arrivalsSuite } from "./arrival-suite.ts";
import { booksSuite } from "./books-suite.ts";
import { correctionSuite } from "./correction-suite.ts";
import { budgetSuite } from "./budget-suite.ts";
import { endUserSuite } from "./end-user-suite.ts";
import { deliverySuite } from "./delivery-suite.ts";
import { colourSuite, gallerySuite } from "./gallery-suite.ts";
import { leftPictureSuite } from "./left-picture-suite.ts";
import { keySuite } from "./key-suite.ts";
import { lostSuite } from "./lost-suite.ts";
import { noticeSuite } from "./notice-suite.ts";
import { priceSuite } from "./price-suite.ts";
import { identitySuite } from "./identity-suite.ts";
import { peopleSuite } from "./people-suite.ts";
import { recoverySuite } from "./recovery-suite.ts";
import { resourceSuite } from "./resource-suite.ts";
import { retentionSuite } from "./retention-suite.ts";
import { scopeSuite } from "./scope-suite.ts";
import { stateSuite } from "./state-suite.ts";
import { searchSuite } from "./search-suite.ts";
import { totalsSuite } from "./totals-suite.ts";
import { usageSuite } from "./usage-suite.ts";
import {
  attempt,
  attemptOutcome,
  type OpenEmpty,
  outcome,
  request,
  samplePicture,
} from "./samples.ts";

const internal: unknown = expect.objectContaining({ name: "PinholeError", code: "internal_error" });

/** What every database behind the port must do. */
export function storeSuite(name: string, open: OpenEmpty): void {
  describe(`the store on ${name}`, () => {
    keySuite(open);
    settingSuite(open);
    lifeSuite(open);
    settlementSuite(open);
    attemptSuite(open);
    refusalSuite(open);
    listSuite(open);
    upkeepSuite(open);
    mistakeSuite(open);
    scopeSuite(open);
    arrivalsSuite(open);
    endUserSuite(open);
    recoverySuite(open);
    lostSuite(open);
    budgetSuite(open);
    booksSuite(open);
    correctionSuite(open);
    priceSuite(open);
    noticeSuite(open);
    deliverySuite(open);
    retentionSuite(open);
    searchSuite(open);
    gallerySuite(open);
    colourSuite(open);
    leftPictureSuite(open);
    totalsSuite(open);
    usageSuite(open);
    identitySuite(open);
    peopleSuite(open);
    stateSuite(open);
    resourceSuite(open);
  });
}

function settingSuite(open: OpenEmpty): void {
  test("a setting is claimed once, however many ask at once", async () => {
    const store = await open();
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, at) => store.settings.claim("first", `of ${at}`)),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await store.settings.get("first")).toBe(`of ${claims.indexOf(true)}`);
  });

  test("a setting is read back, replaced, and undefined before", async () => {
    const store = await open();
    expect(await store.settings.get("admin")).toBeUndefined();
    await store.settings.set("admin", "one");
    await store.settings.set("admin", "two");
    expect(await store.settings.get("admin")).toBe("two");
  });

  test("a store that works takes a word, and a closed one refuses everything", async () => {
    const store = await open();
    await store.settings.set("asked", "1");
    await store.close();
    await store.close();
    await expect(store.settings.set("asked", "1")).rejects.toEqual(internal);
    await expect(store.keys.all()).rejects.toEqual(internal);
  });

  test("close finishes what was asked before it", async () => {
    const store = await open();
    const asked = Array.from({ length: 20 }, (_, at) => store.settings.set(`s${at}`, "x"));
    const results = Promise.allSettled(asked);
    await store.close();
    expect((await results).map(({ status }) => status)).toEqual(asked.map(() => "fulfilled"));
  });
}

function lifeSuite(open: OpenEmpty): void {
  test("a request's whole life: begun, tried twice, settled", async () => {
    const store = await open();
    const begun = request("r1", { clientRequestId: "theirs", operation: "edit", n: 2 });
    await store.requests.begin(begun, [attempt("r1")]);
    const { holdNano, holdLeaseUntil: leaseUntil, newPrices: _, ...asked } = begun;
    const nothing = { deletedAt: null, doubtfulAt: null, trace: null, personId: null };
    const kept = { ...asked, leaseUntil, ...nothing };
    expect(leaseUntil).toBe(60_000);
    const running = { state: "running", errorCode: null, evidence: null, detail: null };
    const open1 = { ...attempt("r1"), ...running, providerNano: null, finishedAt: null };
    expect(await store.requests.get("r1")).toEqual({
      ...kept,
      state: "running",
      errorCode: null,
      errorMessage: null,
      errorParam: null,
      answer: null,
      costNano: null,
      usage: null,
      warnings: [],
      pictures: [],
      attempts: [open1],
      servedModel: null,
      finishedAt: null,
      hold: { nano: holdNano, state: "held", settledNano: null },
    });

    const lost = attemptOutcome("r1", {
      state: "failed",
      errorCode: "upstream_busy",
      evidence: "refused",
      detail: "503 from the upstream",
      providerNano: 0,
    });
    const again = attempt("r1", { id: "r1-0-2", attempt: 2 });
    await store.requests.addAttempt(again, { ended: [lost] });
    const won = attemptOutcome("r1", { id: "r1-0-2" });
    const end = outcome("r1", { attempts: [won] });
    expect(await store.requests.finish(end)).toBe(true);
    const { attempts: outcomes, replayable, doubtful, settledNano, ...rest } = end;
    expect(doubtful).toBe(false);
    expect(replayable).toBe(true);
    expect(outcomes).toHaveLength(1);
    expect(await store.requests.get("r1")).toEqual({
      ...kept,
      ...rest,
      attempts: [
        { ...attempt("r1"), ...lost },
        { ...again, ...won },
      ],
      hold: { nano: holdNano, state: "settled", settledNano },
    });
  });
}

function settlementSuite(open: OpenEmpty): void {
  test.each([
    ["succeeded", 30_000_000, "settled"],
    ["partial", 10_000_000, "settled"],
    ["failed", 0, "voided"],
  ] as const)("a request that ended %s for %i has its hold %s", async (state, costNano, hold) => {
    const store = await open();
    await store.requests.begin(request("r1"), [attempt("r1")]);
    await store.requests.finish(outcome("r1", { state, costNano }));
    const record = await store.requests.get("r1");
    expect(record).toMatchObject({ state, costNano, hold: { nano: 40_000_000, state: hold } });
  });

  test.each([
    ["its bound", 35_000_000, 35_000_000],
    ["all that was held, where nothing bounds it", null, 40_000_000],
  ])(
    "an unknown cost is not nothing: its hold is settled at %s",
    async (_at, settledNano, settled) => {
      const store = await open();
      await store.requests.begin(request("r1"), [attempt("r1")]);
      const { answer, ...done } = outcome("r1", { costNano: null, settledNano });
      const unknown = answer === null ? null : { ...answer, price: "unknown" as const };
      await store.requests.finish({ ...done, answer: unknown });
      expect(await store.requests.get("r1")).toMatchObject({
        state: "succeeded",
        costNano: null,
        answer: { price: "unknown" },
        hold: { nano: 40_000_000, state: "settled", settledNano: settled },
      });
    },
  );

  test("a request without a price has no hold, before and after", async () => {
    const store = await open();
    await store.requests.begin(request("r1", { holdNano: null }), []);
    expect(await store.requests.get("r1")).toMatchObject({ hold: null, attempts: [] });
    expect(await store.requests.finish(outcome("r1", { attempts: [] }))).toBe(true);
    expect(await store.requests.get("r1")).toMatchObject({ hold: null, costNano: 30_000_000 });
  });

  test("of many finishes at once one counts, and the record is that one's", async () => {
    const store = await open();
    await store.requests.begin(request("r1"), [attempt("r1")]);
    const costs = Array.from({ length: 30 }, (_, at) => at + 1);
    const results = await Promise.all(
      costs.map((costNano) => store.requests.finish(outcome("r1", { costNano }))),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    const record = await store.requests.get("r1");
    expect(record?.costNano).toBe(costs[results.indexOf(true)]);
    expect(record?.pictures).toEqual([samplePicture]);
  });
}

function attemptSuite(open: OpenEmpty): void {
  test("an attempt that the outcome does not name is closed as unknown", async () => {
    const store = await open();
    await store.requests.begin(request("r1"), [attempt("r1")]);
    await store.requests.finish(outcome("r1", { state: "failed", costNano: 0, attempts: [] }));
    const record = await store.requests.get("r1");
    expect(record?.attempts).toMatchObject([
      { state: "failed", evidence: "unknown", providerNano: null, finishedAt: 2000 },
    ]);
  });

  test("warnings of every kind come back as they were", async () => {
    const store = await open();
    const codes = [
      "unsupported_parameter",
      "adjusted_value",
      "model_replaced",
      "partial_result",
      "format_mismatch",
    ] as const;
    const warnings = codes.map((code) => ({ param: "size", code, message: `It is ${code}.` }));
    await store.requests.begin(request("r1"), [attempt("r1")]);
    await store.requests.finish(outcome("r1", { warnings }));
    expect((await store.requests.get("r1"))?.warnings).toEqual(warnings);
  });

  test("an attempt's first outcome stays", async () => {
    const store = await open();
    await store.requests.begin(request("r1"), [attempt("r1")]);
    const refused = attemptOutcome("r1", { state: "failed", evidence: "refused", providerNano: 0 });
    await store.requests.addAttempt(attempt("r1", { id: "second", attempt: 2 }), {
      ended: [refused],
    });
    await store.requests.finish(outcome("r1", { attempts: [attemptOutcome("r1")] }));
    const record = await store.requests.get("r1");
    expect(record?.attempts[0]).toMatchObject({ state: "failed", providerNano: 0 });
  });

  test("what was never written is not finished in silence", async () => {
    const store = await open();
    await expect(store.requests.finish(outcome("r1"))).rejects.toEqual(internal);
    await store.requests.begin(request("r1"), []);
    await expect(store.requests.finish(outcome("r1"))).rejects.toEqual(internal);
    expect(await store.requests.get("r1")).toMatchObject({ state: "running", pictures: [] });
  });
}

function mistakeSuite(open: OpenEmpty): void {
  test("a mistake of the gateway's own is said to the operator, and to clients only that there was one", async () => {
    const store = await open();
    const mistake = (detail: string): unknown =>
      expect.objectContaining({
        code: "internal_error",
        message: "The gateway could not record this request.",
        detail,
      });
    await expect(store.requests.finish(outcome("r1"))).rejects.toEqual(
      mistake("request r1 was never begun"),
    );
    await expect(store.requests.begin(request("r2"), [attempt("r1")])).rejects.toEqual(
      mistake("attempt r1-0-1 belongs to r1, not to r2"),
    );
    await store.requests.begin(request("r1"), []);
    await expect(store.requests.finish(outcome("r1"))).rejects.toEqual(
      mistake("attempt r1-0-1 of r1 was never written"),
    );
    await store.requests.finish(outcome("r1", { attempts: [] }));
    await expect(store.requests.addAttempt(attempt("r1"))).rejects.toEqual(
      mistake("request r1 is not running any more"),
    );
  });

  test("nothing may be bought for a request that ended", async () => {
    const store = await open();
    await store.requests.begin(request("r1"), [attempt("r1")]);
    await store.requests.finish(outcome("r1"));
    const late = store.requests.addAttempt(attempt("r1", { id: "late", attempt: 2 }));
    await expect(late).rejects.toEqual(internal);
    expect((await store.requests.get("r1"))?.attempts).toHaveLength(1);
  });
}

function refusalSuite(open: OpenEmpty): void {
  test("a request begun twice, or with another's attempt, is refused whole", async () => {
    const store = await open();
    await store.requests.begin(request("r1", { model: "first" }), []);
    await expect(store.requests.begin(request("r1"), [])).rejects.toEqual(internal);
    expect(await store.requests.get("r1")).toMatchObject({ model: "first" });
    await expect(store.requests.begin(request("r2"), [attempt("r1")])).rejects.toEqual(internal);
    expect(await store.requests.get("r2")).toBeUndefined();
  });

  test.each([
    ["beyond what a number holds exactly", 2 ** 53],
    ["of a part of a nano-dollar", 0.5],
    ["that is none", Number.NaN],
    ["below nothing", -1],
  ])("an amount %s is refused, not rounded", async (_, nano) => {
    const store = await open();
    await expect(store.requests.begin(request("r1", { holdNano: nano }), [])).rejects.toEqual(
      internal,
    );
    expect(await store.requests.get("r1")).toBeUndefined();
    await store.requests.begin(request("r2"), [attempt("r2")]);
    await expect(store.requests.finish(outcome("r2", { costNano: nano }))).rejects.toEqual(
      internal,
    );
    const charge = attemptOutcome("r2", { providerNano: nano });
    const finish = store.requests.finish(outcome("r2", { attempts: [charge] }));
    await expect(finish).rejects.toEqual(internal);
    expect(await store.requests.get("r2")).toMatchObject({
      state: "running",
      hold: { state: "held" },
    });
  });

  test("the largest exact amount comes back exactly", async () => {
    const store = await open();
    await store.requests.begin(request("r1", { holdNano: Number.MAX_SAFE_INTEGER }), []);
    const record = await store.requests.get("r1");
    expect(record?.hold).toEqual({
      nano: Number.MAX_SAFE_INTEGER,
      state: "held",
      settledNano: null,
    });
  });

  test("a failed request that costs something is refused", async () => {
    const store = await open();
    await store.requests.begin(request("r1"), [attempt("r1")]);
    const finish = store.requests.finish(outcome("r1", { state: "failed", costNano: 1 }));
    await expect(finish).rejects.toEqual(internal);
  });
}

function listSuite(open: OpenEmpty): void {
  const ids = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id);

  test("pages go from new to old without gap or repeat, for all and for one key", async () => {
    const store = await open();
    // Three moments with two requests each, so that ties in time are crossed by page borders.
    for (const [at, id] of ["a", "b", "c", "d", "e", "f"].entries())
      await store.requests.begin(
        request(id, { createdAt: Math.floor(at / 2), keyId: at % 3 === 0 ? "one" : "two" }),
        [attempt(id)],
      );
    expect(ids(await store.requests.list({ limit: 4 }))).toEqual(["f", "e", "d", "c"]);
    expect(ids(await store.requests.list({ limit: 4, before: "c" }))).toEqual(["b", "a"]);
    expect(ids(await store.requests.list({ limit: 1, before: "d" }))).toEqual(["c"]);
    expect(ids(await store.requests.list({ limit: 9, keyId: "one" }))).toEqual(["d", "a"]);
    expect(ids(await store.requests.list({ limit: 9, keyId: "two", before: "e" }))).toEqual([
      "c",
      "b",
    ]);
    expect(await store.requests.list({ limit: 9, before: "unknown" })).toEqual([]);
    const [newest] = await store.requests.list({ limit: 1 });
    expect(newest).toEqual(await store.requests.get("f"));
  });

  test.each([0, -1, 102, 1.5])("a page of %d is refused with what is allowed", async (limit) => {
    const store = await open();
    await expect(store.requests.list({ limit })).rejects.toMatchObject({
      code: "invalid_value",
      param: "limit",
      message: "limit must be an integer from 1 to 101.",
    });
  });
}

function upkeepSuite(open: OpenEmpty): void {
  test("a sweep ends what its owner left, and nothing else", async () => {
    const store = await open();
    await store.requests.begin(request("gone", { holdLeaseUntil: 5000 }), [attempt("gone")]);
    await store.requests.begin(request("unpriced", { holdLeaseUntil: 5000, holdNano: null }), []);
    await store.requests.begin(request("alive", { holdLeaseUntil: 5001 }), [attempt("alive")]);
    await store.requests.begin(request("done", { holdLeaseUntil: 5000 }), [attempt("done")]);
    await store.requests.finish(outcome("done"));
    const [alive, done] = [await store.requests.get("alive"), await store.requests.get("done")];

    expect(await store.requests.sweep(4999)).toBe(0);
    expect(await store.requests.sweep(5000)).toBe(2);
    expect(await store.requests.sweep(5000)).toBe(0);
    expect(await store.requests.get("gone")).toMatchObject({
      state: "lost",
      errorCode: "outcome_unknown",
      errorMessage: expect.stringContaining("outcome is unknown") as unknown,
      costNano: 0,
      finishedAt: 5000,
      doubtfulAt: 5000,
      hold: { nano: 40_000_000, state: "voided" },
      attempts: [{ state: "failed", evidence: "unknown", providerNano: null, finishedAt: 5000 }],
    });
    expect(await store.requests.get("unpriced")).toMatchObject({ state: "lost", hold: null });
    expect(await store.requests.get("alive")).toEqual(alive);
    expect(await store.requests.get("done")).toEqual(done);
  });

  test("more than one piece is swept, and forgotten, in one call", async () => {
    const store = await open();
    const many = Array.from({ length: 1203 }, (_, at) => `r${at}`);
    await Promise.all(many.map((id) => store.requests.begin(request(id), [attempt(id)])));
    expect(await store.requests.sweep(60_000)).toBe(1203);
    expect(await store.requests.forget(1001)).toBe(1203);
    expect(await store.requests.list({ limit: 1 })).toEqual([]);
  });

  test("what is old is forgotten whole, except what runs", async () => {
    const store = await open();
    for (const [id, createdAt] of [
      ["old", 999],
      ["running", 999],
      ["young", 1000],
    ] as const) {
      await store.requests.begin(request(id, { createdAt }), [attempt(id)]);
      if (id !== "running") await store.requests.finish(outcome(id));
    }
    expect(await store.requests.forget(1000)).toBe(1);
    expect(await store.requests.get("old")).toBeUndefined();
    expect(await store.requests.get("running")).toBeDefined();
    expect(await store.requests.get("young")).toBeDefined();
    // Its attempts, pictures and hold went too: the same ids can be used again.
    await store.requests.begin(request("old"), [attempt("old")]);
    expect(await store.requests.get("old")).toMatchObject({
      pictures: [],
      hold: { state: "held" },
    });
  });
}
