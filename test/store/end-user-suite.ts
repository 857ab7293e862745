import { expect, test } from "vitest";
import type { RecordPlace } from "../../src/store/end-user-records.ts";
import type { Store } from "../../src/store/store.ts";
import { rowSchemas } from "../../src/store/tables.ts";
import { payer } from "./budget-suite.ts";
import { saved } from "./gallery-suite.ts";
import {
  attempt,
  attemptOutcome,
  type OpenEmpty,
  outcome,
  request,
  samplePicture,
} from "./samples.ts";
import { firstDay, sumOf } from "./totals-suite.ts";

/** Words that only the forgotten end user's requests have. */
export const canaries = {
  user: 'canary:Ann_100%"é\\x@example.com',
  prompt: "a heron canary on a lake",
  label: "project=canary",
  detail: "upstream said heron canary",
};
/** Parts of those words that are written alike in JSON, in a dump and by themselves. */
export const canaryWords = /canary|Ann_100/;

const start: RecordPlace = { at: 0, id: "" };
const fieldsOf = (more: object): string =>
  JSON.stringify({ operation: "generation", n: 1, ...more });

const labelledPayer = { ...payer, labels: [canaries.label] };

function canaryRequest(id: string, at: number, owner?: string) {
  const fields = fieldsOf({
    prompt: canaries.prompt,
    user: canaries.user,
    provider_options: { openai: { note: canaries.prompt } },
  });
  return request(id, {
    fields,
    createdAt: at,
    clientRequestId: `${id}-canary`,
    idempotencyKey: `${id}-canary`,
    payer: labelledPayer,
    ...(owner === undefined ? {} : { owner }),
  });
}

function canaryOutcome(id: string) {
  const account = { payer: labelledPayer, heldAt: 2000, model: "sandbox-fast" };
  return outcome(id, {
    errorMessage: canaries.detail,
    trace: JSON.stringify({ sent: { prompt: canaries.prompt } }),
    warnings: [{ param: "x", code: "unsupported_parameter", message: canaries.detail }],
    pictures: [{ ...samplePicture, blobId: `blob-of-${id}`, revisedPrompt: canaries.prompt }],
    attempts: [attemptOutcome(id, { detail: canaries.detail })],
    account,
    booking: { ...account, channelId: "main", images: 1 },
  });
}

/** Makes a paid request of the end user that has all that a record can have. */
export async function makeCanary(store: Store, id: string, at = 1000): Promise<void> {
  await store.requests.begin(canaryRequest(id, at), [attempt(id)], 0);
  await store.requests.finish(canaryOutcome(id));
  await store.requests.addRepeat({
    id: `again-${id}`,
    requestId: id,
    keyId: "key_1",
    clientRequestId: `again-canary-${id}`,
    createdAt: 3000,
  });
}

async function found(store: Store, user: string, limit = 50): Promise<(readonly string[])[]> {
  const ended: string[] = [];
  const running: string[] = [];
  for (let place: RecordPlace | undefined = start; place !== undefined;) {
    const piece: Awaited<ReturnType<Store["endUsers"]["find"]>> = await store.endUsers.find(
      user,
      place,
      limit,
    );
    ended.push(...piece.ended);
    running.push(...piece.running);
    place = piece.next;
  }
  return [ended, running];
}

/** Columns of what a request leaves behind, by whether they say nothing of an end user or are forgotten. */
const kept: Readonly<Record<string, string>> = {
  requests:
    "id key_id operation model n created_at lease_until state error_code cost_nano usage served_model finished_at deleted_at answer owner prices answered_at person_id",
  attempts:
    "id request_id call attempt channel_id provider_id upstream_model started_at state error_code evidence provider_nano finished_at bound_nano",
  pictures: "request_id position format width height byte_length",
  repeats: "id request_id key_id created_at",
  holds: "request_id amount_nano state settled_nano created_at resolved_at counters shown_at",
};
const forgotten: Readonly<Record<string, string>> = {
  requests:
    "client_request_id fields error_message warnings idempotency_key fingerprint orphaned_at error_param doubtful_at trace",
  attempts: "detail",
  pictures: "blob_id revised_prompt url_until kept_until colour",
  repeats: "client_request_id",
  holds: "payer",
};

/** What forgetting an end user must do in every database. */
export function endUserSuite(open: OpenEmpty): void {
  lateSuite(open);
  test("of each column of a request's rows it is decided whether it is forgotten: a new one is too", () => {
    for (const table of ["requests", "attempts", "pictures", "repeats", "holds"] as const) {
      const decided = `${kept[table]} ${forgotten[table]}`.split(" ").toSorted();
      expect([table, decided]).toEqual([table, Object.keys(rowSchemas[table].fields).toSorted()]);
    }
  });

  test("an end user's requests are found in pieces by the whole name and no other, wherever the fields have it", async () => {
    const store = await open();
    const users: Record<string, object> = {
      own: { user: canaries.user },
      nested: { provider_options: { openai: { user: canaries.user } } },
      safety: { more: { safety_identifier: canaries.user } },
      inPrompt: { prompt: `"user":${JSON.stringify(canaries.user)}` },
      asPrompt: { prompt: canaries.user },
      longer: { user: `${canaries.user}x` },
      case: { user: canaries.user.toUpperCase() },
      pattern: { user: canaries.user.replace("_", "X").replace("%", "YY") },
      none: {},
    };
    for (const [at, [id, fields]] of Object.entries(users).entries())
      await store.requests.begin(
        request(id, { fields: fieldsOf(fields), createdAt: 1000 + at }),
        [],
      );
    for (const id of ["own", "nested", "longer"])
      await store.requests.finish(outcome(id, { attempts: [] }));
    for (const limit of [1, 2, 5, 50])
      expect(await found(store, canaries.user, limit)).toEqual([["own", "nested"], ["safety"]]);
    expect(await found(store, "")).toEqual([[], []]);
    expect(await found(store, "%")).toEqual([[], []]);
  });

  test("pictures of theirs that somebody saved are found without a record, and forgotten; others stay", async () => {
    const store = await open();
    const save = (requestId: string, fields: object) =>
      store.gallery.save(saved(requestId, { fields: fieldsOf(fields) }), 1e9);
    await save("theirs", { prompt: "a fox", user: canaries.user });
    await save("others", { prompt: canaries.user });
    const found = await store.endUsers.saved(canaries.user);
    expect(found).toEqual([{ requestId: "theirs", index: 0, blobId: "blob-theirs" }]);
    await store.endUsers.unsave(found);
    expect(await store.endUsers.saved(canaries.user)).toEqual([]);
    const left = await store.gallery.saved({ personId: "person_1", keyId: "k" }, {}, 10);
    expect(left.map(({ requestId }) => requestId)).toEqual(["others"]);
  });

  eraseSuite(open);
}

function eraseSuite(open: OpenEmpty): void {
  test("all that requests said and made is forgotten, and what they cost stays", async () => {
    const store = await open();
    await makeCanary(store, "r1");
    await makeCanary(store, "r2", 1001);
    await store.requests.begin(request("kept", { clientRequestId: "mine" }), [attempt("kept")]);
    await store.requests.finish(outcome("kept"));
    const before = await sumOf(store);
    const kept = await store.requests.get("kept");
    const erased = await store.endUsers.erase(["r1", "r2", "absent"], 5000);
    expect({ ...erased, blobIds: erased.blobIds.toSorted() }).toEqual({
      requests: 2,
      blobIds: ["blob-of-r1", "blob-of-r2"],
      heldAt: [2000, 2000],
    });
    await store.totals.count(firstDay);
    const record = await store.requests.get("r1");
    expect(record).toMatchObject({
      state: "succeeded",
      fields: '{"operation":"generation","n":1,"erased":true}',
      clientRequestId: null,
      idempotencyKey: null,
      fingerprint: null,
      errorMessage: null,
      warnings: [],
      deletedAt: 5000,
      costNano: 30_000_000,
      pictures: [{ blobId: null, revisedPrompt: null, urlUntil: null, keptUntil: null }],
      attempts: [{ detail: null, channelId: "main" }],
    });
    expect(await sumOf(store)).toBe(before);
    expect(await store.totals.verify(firstDay)).toMatchObject({ differing: 0 });
    expect(await store.requests.byIdempotencyKey("key_1", "r1-canary", 0)).toBeUndefined();
    expect(await store.requests.byClientId("key_1", "r1-canary")).toBeUndefined();
    expect(await store.requests.byClientId("key_1", "again-canary-r1")).toBeUndefined();
    expect(await store.requests.get("kept")).toEqual(kept);
    expect(await found(store, canaries.user)).toEqual([[], []]);
    expect(await store.endUsers.erase(["r1"], 9000)).toEqual({
      requests: 1,
      blobIds: [],
      heldAt: [],
    });
    expect((await store.requests.get("r1"))?.deletedAt).toBe(5000);
  });

  test("what runs is not forgotten until it has ended", async () => {
    const store = await open();
    const fields = fieldsOf({ user: canaries.user, prompt: canaries.prompt });
    await store.requests.begin(request("runs", { fields }), [attempt("runs")]);
    expect(await store.endUsers.erase(["runs"], 5000)).toMatchObject({ requests: 0 });
    expect((await store.requests.get("runs"))?.fields).toBe(fields);
    await store.requests.finish(outcome("runs"));
    expect(await store.endUsers.erase(["runs"], 5000)).toMatchObject({ requests: 1 });
  });
}

function lateSuite(open: OpenEmpty): void {
  test("an outcome that comes after its request was lost and forgotten brings its money alone", async () => {
    const store = await open();
    await store.requests.begin(canaryRequest("late", 1000, "dead"), [attempt("late")], 0);
    expect(await store.requests.sweep(2)).toBe(1);
    expect(await store.endUsers.erase(["late"], 5000)).toMatchObject({ requests: 1 });
    const before = await sumOf(store);
    expect(await store.requests.finish(canaryOutcome("late"))).toBe(true);
    expect(await sumOf(store)).toBeGreaterThan(before);
    const record = await store.requests.get("late");
    expect(record).toMatchObject({
      state: "succeeded",
      costNano: 30_000_000,
      idempotencyKey: null,
      deletedAt: 5000,
      pictures: [{ blobId: null }],
      attempts: [{ channelId: "main" }],
    });
    expect(JSON.stringify(record)).not.toMatch(canaryWords);
    // What was booked late has no labels either, in the ledger as in the totals.
    await store.totals.count(firstDay);
    expect((await store.endUsers.erase(["late"], 9000)).heldAt).toEqual([]);
  });
}
