import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { NewNotice, NoticeKind } from "../../src/core/notice.ts";
import { noticeId } from "../../src/core/notice.ts";
import type { NoticeForm, NoticeTarget } from "../../src/core/notice-target.ts";
import { Secret } from "../../src/core/secret.ts";
import { messageOf } from "../../src/gateway/administration/notice-message.ts";
import { createNoticeSender } from "../../src/gateway/administration/notice-sender.ts";
import type { NoticeMessage, PostEnd } from "../../src/net/egress.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const day = 86_400_000;
const start = Date.parse("2026-11-27T10:00:00Z");
const key = Buffer.alloc(32, 7);

function target(name: string, form: NoticeForm = "standard", kinds?: NoticeKind[]): NoticeTarget {
  const secret = form === "standard" ? new Secret(`whsec_${key.toString("base64")}`) : undefined;
  return { name, url: new Secret(`https://${name}.example/hook`), form, secret, kinds };
}

function notice(change: Partial<NewNotice> = {}): NewNotice {
  return {
    kind: "price_unknown",
    object: "one painter",
    period: "2026-11-27",
    threshold: "",
    basis: "",
    at: start + 1000,
    facts: { channel: "one", model: "painter" },
    ...change,
  };
}

interface Posted extends NoticeMessage {
  readonly url: string;
}

/** A node that sends, over a database of its own, with a clock that the test sets. */
async function bench() {
  const folder = mkdtempSync(join(tmpdir(), "pinhole-sender-"));
  const state = { at: start };
  const now = () => state.at;
  const store: Store = await openStore({ url: `sqlite:${join(folder, "p.db")}`, now });
  undo.push(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const posted: Posted[] = [];
  const lines: string[] = [];
  let answer: (url: string) => PostEnd | Promise<PostEnd> = () => ok;
  const log = {
    info() {},
    warn: (_: unknown, text: string) => void lines.push(text),
    error: (_: unknown, text: string) => void lines.push(text),
  };
  const node = () =>
    createNoticeSender({
      store,
      log,
      now,
      notices: {
        async post(url, message) {
          posted.push({ url, ...message });
          return answer(url);
        },
      },
    });
  return {
    store,
    state,
    posted,
    lines,
    node,
    answers(with_: typeof answer) {
      answer = with_;
    },
  };
}

const ok: PostEnd = { status: 204, retryAfterSeconds: undefined };
const down: PostEnd = { status: 503, retryAfterSeconds: undefined };
const id = noticeId(notice(), "raised");

describe("notices", () => {
  test("go once to each target that wants their kind, from the time at which it is there", async () => {
    const { store, state, posted, node } = await bench();
    await store.notices.raise([notice({ object: "before", at: start - 5 })]);
    const sender = node();
    const targets = [target("ops"), target("room", "slack", ["clock_off"])];
    await sender.send(targets);
    state.at += 5000;
    await store.notices.raise([notice()]);
    for (let round = 0; round < 3; round += 1) await sender.send(targets);
    expect(posted.map(({ url }) => url)).toEqual(["https://ops.example/hook"]);
    expect(await store.deliveries.of(id)).toMatchObject([
      { target: "ops", state: "sent", tries: 1, endedAt: state.at, fault: null },
      { target: "room", state: "skipped", tries: 0 },
    ]);
    // Another process knows of them, and its end is sent as well.
    await store.notices.end(id, state.at);
    await node().send(targets);
    expect(posted).toHaveLength(2);
    expect(JSON.parse(posted[1]?.body ?? "")).toMatchObject({
      type: "notice.recovered",
      data: { recovers: id, title: "Over: The price of painter on channel one is unknown" },
    });
  });

  test("of several nodes at once one sends each", async () => {
    const { store, posted, node } = await bench();
    await node().send([target("ops")]);
    const due = Array.from({ length: 20 }, (_, at) => notice({ object: `o${at}` }));
    await store.notices.raise(due);
    await Promise.all(Array.from({ length: 5 }, () => node().send([target("ops")])));
    await node().send([target("ops")]);
    const ids = posted.map(({ headers }) => headers["webhook-id"]);
    expect([ids.length, new Set(ids).size]).toEqual([20, 20]);
  });

  test("that fail are tried again after growing pauses for a day, and are then undelivered", async () => {
    const { store, state, posted, lines, node, answers } = await bench();
    const sender = node();
    await sender.send([target("ops")]);
    await store.notices.raise([notice()]);
    answers(() => down);
    const times: number[] = [];
    for (; state.at < start + 2 * day; state.at += 1000) {
      const before = posted.length;
      // Looking every second of two days takes too long: only where something may be due.
      const [known] = await store.deliveries.of(id);
      if (known === undefined || (known.state === "pending" && known.nextAt <= state.at))
        await sender.send([target("ops")]);
      else if (known.state !== "pending") break;
      else state.at = known.nextAt - 1000;
      if (posted.length > before) times.push(state.at);
    }
    const pauses = times.slice(1).map((at, index) => Math.round((at - (times[index] ?? 0)) / 1000));
    expect(pauses.slice(0, 8)).toEqual([5, 30, 120, 600, 1800, 3600, 7200, 14_400]);
    expect(new Set(pauses.slice(8))).toEqual(new Set([14_400]));
    expect((times.at(-1) ?? 0) - start).toBeLessThan(day);
    expect(await store.deliveries.of(id)).toMatchObject([
      { state: "undelivered", fault: "the target answered with status 503" },
    ]);
    expect(lines.at(-1)).toBe("a notice was not delivered");
    const tries = posted.length;
    state.at += day;
    await sender.send([target("ops")]);
    expect(posted).toHaveLength(tries);
    // A repeat has the same id, and its own time under the signature.
    expect(new Set(posted.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([id]));
    expect(new Set(posted.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(tries);
  });

  test("wait as long as a target asks, an hour at most; a redirect is a failure", async () => {
    const { store, state, posted, node, answers } = await bench();
    const sender = node();
    await sender.send([target("ops")]);
    await store.notices.raise([notice()]);
    const fault = async () => (await store.deliveries.of(id))[0];
    answers(() => ({ status: 429, retryAfterSeconds: 90 }));
    await sender.send([target("ops")]);
    expect((await fault())?.nextAt).toBe(state.at + 90_000);
    state.at += 90_000;
    answers(() => ({ status: 503, retryAfterSeconds: 86_400 }));
    await sender.send([target("ops")]);
    expect((await fault())?.nextAt).toBe(state.at + 3_600_000);
    state.at += 3_600_000;
    answers(() => ({ status: 308, retryAfterSeconds: undefined }));
    await sender.send([target("ops")]);
    expect((await fault())?.fault).toMatch(/status 308; redirects are not followed/);
    state.at += 3_600_000;
    answers(() => ({ fault: "no connection within 5000 ms" }));
    await sender.send([target("ops")]);
    expect((await fault())?.fault).toBe("no connection within 5000 ms");
    state.at += 3_600_000;
    answers(() => ok);
    await sender.send([target("ops")]);
    expect(await fault()).toMatchObject({ state: "sent", tries: 5, fault: null });
    expect(posted).toHaveLength(5);
  });

  test("whose node died while it sent are sent by another; those of a target that is gone are given up", async () => {
    const { store, state, posted, node, answers } = await bench();
    await node().send([target("ops"), target("gone")]);
    await store.notices.raise([notice()]);
    const never = Promise.withResolvers<PostEnd>();
    answers(() => never.promise);
    void node().send([target("ops"), target("gone")]);
    await expect.poll(() => posted.length).toBe(2);
    answers(() => ok);
    await node().send([target("ops")]);
    expect(posted).toHaveLength(2);
    state.at += 60_000;
    await node().send([target("ops")]);
    expect(posted).toHaveLength(3);
    state.at += day;
    await node().send([target("ops")]);
    expect(await store.deliveries.of(id)).toMatchObject([
      { target: "gone", state: "undelivered", fault: "the target is not configured any more" },
      { target: "ops", state: "sent", tries: 2 },
    ]);
  });
});

describe("a message", () => {
  const kept = {
    ...notice({ facts: { channel: "a<b", model: "m&_x" } }),
    id,
    state: "raised" as const,
    recovers: null,
    spentNano: null,
    createdAt: start,
    endedAt: null,
    acknowledgedAt: null,
  };

  test("of the standard form is signed over its id, its time and its very bytes", () => {
    const { headers, body } = messageOf(kept, target("ops"), start + 1999);
    const seconds = String(start / 1000 + 1);
    const signature = createHmac("sha256", key)
      .update(`${id}.${seconds}.${body}`, "utf8")
      .digest("base64");
    expect(headers).toEqual({
      "webhook-id": id,
      "webhook-timestamp": seconds,
      "webhook-signature": `v1,${signature}`,
    });
    expect(JSON.parse(body)).toMatchObject({
      type: "notice.raised",
      timestamp: "2026-11-27T10:00:00.000Z",
      data: { id, kind: "price_unknown", facts: { channel: "a<b" } },
    });
  });

  test("for a room has no signature, and nothing in it is a link or a mention", () => {
    const slack = messageOf(kept, target("room", "slack"), start);
    expect(slack.headers).toEqual({});
    expect(JSON.parse(slack.body)).toEqual({
      text: "*The price of m&amp;_x on channel a&lt;b is unknown*\nA request was settled at its bound, or at nothing where it has none; set the model's `price`.",
    });
    const teams = JSON.parse(messageOf(kept, target("room", "teams"), start).body) as object;
    expect(teams).toMatchObject({
      type: "message",
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          content: {
            type: "AdaptiveCard",
            body: [
              {
                type: "TextBlock",
                text: String.raw`The price of m&\_x on channel a\<b is unknown`,
              },
              { type: "TextBlock" },
            ],
          },
        },
      ],
    });
  });
});
