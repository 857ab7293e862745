import { describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import { Picture } from "../../src/core/picture.ts";
import type { WireEvent } from "../../src/core/wire.ts";
import { ErrorEvent, eventSink } from "../../src/net/events/event-sink.ts";
import { memorySpool, pictureBytes, pngBytes, wideLimits } from "./memory-spool.ts";

const png = pngBytes(50).toString("base64");

interface Read {
  readonly events: WireEvent[];
  readonly thrown: unknown;
  readonly complete: boolean;
}

/** What a sink makes of these chunks; a stream that `breaks` has no end. */
function read(
  chunks: readonly (Buffer | string)[],
  breaks = false,
  type?: string,
  partialFailures?: readonly string[],
): Read {
  const events: WireEvent[] = [];
  const head = {
    status: 200,
    headers: { "content-type": type ?? "text/event-stream; charset=utf-8" },
  };
  const sink = eventSink(head, {
    lift: ["b64_json", "data.*.b64_json"],
    partialFailures,
    spool: memorySpool(),
    limits: { ...wideLimits, blame: "upstream" },
    push: (event) => events.push(event),
  });
  let thrown: unknown;
  try {
    for (const chunk of chunks) sink.write(Buffer.from(chunk));
    if (!breaks) sink.end();
  } catch (caught) {
    thrown = caught;
  }
  const { complete } = sink;
  sink.abort();
  return { events, thrown, complete };
}

/** An event in few words: its name, its type and the length of its picture. */
function brief(event: WireEvent): unknown {
  if ("answer" in event) return event.answer.json;
  const fields = (event.json ?? {}) as { type?: string; b64_json?: unknown };
  const picture = fields.b64_json;
  return [
    event.event,
    fields.type,
    picture instanceof Picture ? picture.bytes.byteLength : picture,
  ];
}

const lines = [
  ": hello",
  "",
  "event: image_generation.partial_image",
  `data: {"type":"p","b64_json":"${png}"}`,
  "",
  "id: 7",
  "retry: 10",
  "event:image_generation.completed",
  'data:{"type":"c",',
  "data",
  `data:  "b64_json":"${png}"}`,
  "",
  "event: lonely",
  "",
  "",
  'data: {"type":"unnamed"}',
  "",
  "data: [DONE]",
  "",
  "",
];
const wanted = [
  ["image_generation.partial_image", "p", 50],
  ["image_generation.completed", "c", 50],
  ["message", "unnamed", undefined],
  ["message", undefined, undefined],
];

describe("a stream cut anywhere", () => {
  test.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])("reads the same at every place: %s", (_name, ending) => {
    const whole = Buffer.from(`\u{feff}${lines.join(ending)}`);
    for (let at = 0; at <= whole.length; at += 1) {
      const { events, thrown } = read([whole.subarray(0, at), whole.subarray(at)]);
      expect(thrown, `cut at ${at}`).toBeUndefined();
      expect(events.map(brief), `cut at ${at}`).toEqual(wanted);
    }
  });

  test("reads the same byte by byte, with ends of lines mixed", async () => {
    const endings = ["\n", "\r\n", "\r"];
    const whole = Buffer.from(lines.map((line, at) => line + (endings[at % 3] ?? "")).join(""));
    const { events, complete } = read(Array.from(whole, (byte) => Buffer.of(byte)));
    expect(events.map(brief)).toEqual(wanted);
    expect(complete).toBe(true);
    const [first] = events;
    if (first === undefined || "answer" in first) throw new Error("no event");
    const { b64_json: picture } = first.json as { b64_json: unknown };
    expect(await pictureBytes(picture)).toEqual(pngBytes(50));
  });
});

describe("the end", () => {
  test("an event without the blank line behind it counts at the end of the stream", () => {
    expect(read([`data: {"b64_json":"${png}"}`]).events.map(brief)).toEqual([
      ["message", undefined, 50],
    ]);
  });

  test("a whole document counts where the connection breaks behind it; half a one does not", () => {
    expect(read([`data: {"b64_json":"${png}"}`], true).complete).toBe(true);
    expect(read([`data: {"b64_json":"${png}"`], true).complete).toBe(false);
  });

  test("half a document at the end of the stream is a fault", () => {
    const { events } = read([`data: {"b64_json":"${png}`]);
    expect(events).toMatchObject([{ json: undefined, fault: { code: "upstream_bad_answer" } }]);
  });

  test("nothing after [DONE] is an event", () => {
    expect(read(['data: [DONE]\n\ndata: {"type":"late"}\n\n']).events).toHaveLength(1);
  });
});

describe("what is no good event", () => {
  test("is reported, and those after it are read", () => {
    const { events, thrown } = read([
      "data: ping\n\n",
      'data: {"b64_json":"iVBORw0KGgo not base64!"}\n\n',
      `data: {"b64_json":"${Buffer.from("GIF87b that is none, but long enough").toString("base64")}"}\n\n`,
      `data: {"b64_json":"${png}"}\n\n`,
    ]);
    expect(thrown).toBeUndefined();
    expect(events).toMatchObject([
      { fault: { code: "upstream_bad_answer" } },
      { fault: { code: "upstream_bad_answer" } },
      { fault: { code: "upstream_bad_answer" } },
      { fault: undefined },
    ]);
  });

  test.each([
    'event: error\ndata: {"error":{"code":"moderation_blocked"}}\n\n',
    'data: {"type":"error","code":"moderation_blocked"}\n\n',
    'data: {"error":{"code":"moderation_blocked"}}\n\n',
    'data: {"error":"moderation_blocked"}\n\n',
    "event: error\ndata: moderation_blocked\n\n",
  ])("an error event ends the stream: %s", (text) => {
    const { events, thrown } = read([`data: {"type":"first"}\n\n${text}data: {}\n\n`]);
    expect(events).toHaveLength(1);
    expect(thrown).toBeInstanceOf(ErrorEvent);
  });

  test("an error that is null is none", () => {
    expect(read(['data: {"error":null,"type":"fine"}\n\n']).events).toHaveLength(1);
  });

  test("a flood of events ends as an answer that cannot be used", () => {
    const { thrown } = read([`data: {}\n\n`.repeat(10_001)]);
    expect(thrown).toBeInstanceOf(PinholeError);
    expect(thrown).toMatchObject({ code: "upstream_bad_answer" });
  });
});

describe("an upstream that does not stream", () => {
  const answer = `{"data":[{"b64_json":"${png}"}]}`;

  test.each(["application/json", "text/event-stream", "text/plain"])(
    "is told by its first byte, whatever its type says: %s",
    (type) => {
      const { events } = read([answer.slice(0, 9), answer.slice(9)], false, type);
      expect(events.map(brief)).toMatchObject([{ data: [{ b64_json: { width: 1 } }] }]);
    },
  );

  test("an empty answer is an answer without a document", () => {
    expect(read([]).events).toMatchObject([{ answer: { json: undefined } }]);
  });
});

describe("an event with an error", () => {
  const failure = JSON.stringify({ type: "one.failed", image_index: 1, error: { code: "x" } });

  test("ends the stream", () => {
    expect(read([`event: one.failed\ndata: ${failure}\n\n`]).thrown).toBeInstanceOf(ErrorEvent);
  });

  test.each([
    ["by the event's line", `event: one.failed\ndata: ${failure}\n\n`],
    ["by its type, where it has no line", `data: ${failure}\n\n`],
  ])("is handed over where it is about one picture of several: %s", (_name, text) => {
    const { events, thrown } = read([text, `data: {"b64_json":"${png}"}\n\n`], false, undefined, [
      "one.failed",
    ]);
    expect(thrown).toBeUndefined();
    expect(events).toMatchObject([{ json: { error: { code: "x" } } }, { event: "message" }]);
  });

  test.each([
    ["of another name", `event: all.failed\ndata: {"error":{"code":"x"}}\n\n`],
    ["that is called error", `event: error\ndata: ${failure}\n\n`],
  ])("ends the stream all the same where it is one %s", (_name, text) => {
    expect(read([text], false, undefined, ["one.failed"]).thrown).toBeInstanceOf(ErrorEvent);
  });
});
