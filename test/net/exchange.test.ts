import { Dispatcher } from "undici";
import { describe, expect, test } from "vitest";
import { errorSink } from "../../src/net/upstream/answer.ts";
import type { AnswerHead, AnswerSink } from "../../src/net/transport/answer-sink.ts";
import { exchange } from "../../src/net/transport/exchange.ts";
import { TransportFault } from "../../src/net/transport/transport-fault.ts";

/** What undici would do, step by step. */
type Script = (
  handler: Dispatcher.DispatchHandler,
  controller: Dispatcher.DispatchController,
) => void;

/** A dispatcher that plays a script, for orders of events that no server can be made to cause. */
class Scripted extends Dispatcher {
  aborts = 0;
  readonly #script: Script;

  constructor(script: Script) {
    super();
    this.#script = script;
  }

  override dispatch(
    _options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    const controller: Dispatcher.DispatchController = {
      aborted: false,
      paused: false,
      reason: null,
      abort: () => {
        this.aborts += 1;
      },
      pause() {},
      resume() {},
    };
    this.#script(handler, controller);
    return true;
  }
}

/** Notes what it is given, and counts what came as a whole answer where it says so. */
class NotingSink implements AnswerSink<string> {
  readonly patient = true;
  readonly written: string[] = [];
  aborts = 0;
  readonly #wanted: number;

  constructor(wanted = Number.POSITIVE_INFINITY) {
    this.#wanted = wanted;
  }

  write(chunk: Buffer): boolean {
    this.written.push(chunk.toString());
    return this.written.length < this.#wanted;
  }

  end(): string {
    return this.written.join("");
  }

  abort(): void {
    this.aborts += 1;
  }

  get complete(): boolean {
    return this.written.join("").endsWith("}");
  }
}

const answer = (headers: Record<string, string>, pieces: readonly string[]) =>
  new Scripted((handler, controller) => {
    handler.onRequestStart?.(controller, null);
    handler.onResponseStart?.(controller, 200, headers);
    for (const piece of pieces) handler.onResponseData?.(controller, Buffer.from(piece));
  });

const playInto = <T>(
  dispatcher: Dispatcher,
  receive: (head: AnswerHead) => AnswerSink<T>,
  signal = new AbortController().signal,
) =>
  exchange({
    dispatcher,
    url: new URL("http://upstream.test/"),
    method: "POST",
    headers: {},
    body: undefined,
    signal,
    deadline: Date.now() + 10_000,
    now: Date.now,
    connectMs: 10_000,
    receive,
  });

const play = (dispatcher: Dispatcher) =>
  playInto(dispatcher, (head) => ({ ...errorSink(head), complete: false }));

const otherSideClosed = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });

describe("an exchange", () => {
  test("has succeeded when the announced length came, whatever is reported afterwards", async () => {
    const dispatcher = new Scripted((handler, controller) => {
      handler.onRequestStart?.(controller, null);
      handler.onResponseStart?.(controller, 200, { "content-length": "4" });
      handler.onResponseData?.(controller, Buffer.from('{"'));
      handler.onResponseData?.(controller, Buffer.from('":'));
      handler.onResponseError?.(controller, otherSideClosed);
    });
    expect(await play(dispatcher)).toMatchObject({ status: 200, text: '{"":' });
  });

  test("has failed when less came", async () => {
    const dispatcher = new Scripted((handler, controller) => {
      handler.onRequestStart?.(controller, null);
      handler.onResponseStart?.(controller, 200, { "content-length": "4" });
      handler.onResponseData?.(controller, Buffer.from('{"'));
      handler.onResponseError?.(controller, otherSideClosed);
    });
    await expect(play(dispatcher)).rejects.toMatchObject({ sent: true, kind: "failed" });
  });

  test("passes by what comes before the answer", async () => {
    const dispatcher = new Scripted((handler, controller) => {
      handler.onRequestStart?.(controller, null);
      handler.onResponseStart?.(controller, 102, {});
      handler.onResponseStart?.(controller, 103, { "content-length": "0" });
      handler.onResponseStart?.(controller, 200, { "x-a": ["b", "c"] });
      handler.onResponseEnd?.(controller, {});
    });
    expect(await play(dispatcher)).toMatchObject({ status: 200, headers: { "x-a": "b, c" } });
  });

  test("is never begun twice: the second time it is aborted before anything is written", async () => {
    const dispatcher = new Scripted((handler, controller) => {
      handler.onRequestStart?.(controller, null);
      handler.onRequestStart?.(controller, null);
    });
    const playing = play(dispatcher);
    await expect(playing).rejects.toBeInstanceOf(TransportFault);
    await expect(playing).rejects.toMatchObject({ sent: true });
    expect(dispatcher.aborts).toBe(1);
  });
});

describe("an answer for a patient sink", () => {
  test("is written when all of it has come, and not before", async () => {
    const sink = new NotingSink();
    const playing = playInto(answer({ "content-length": "4" }, ["{a", "b}"]), () => sink);
    expect(sink.written).toEqual([]);
    expect(await playing).toBe("{ab}");
    expect(sink.written).toEqual(["{a", "b}"]);
  });

  test("whose length was not said is written at its end", async () => {
    const sink = new NotingSink();
    const dispatcher = new Scripted((handler, controller) => {
      handler.onRequestStart?.(controller, null);
      handler.onResponseStart?.(controller, 200, {});
      handler.onResponseData?.(controller, Buffer.from("{}"));
      expect(sink.written).toEqual([]);
      handler.onResponseEnd?.(controller, {});
    });
    expect(await playInto(dispatcher, () => sink)).toBe("{}");
  });

  test("is written as it comes once it has many pieces, or is large", async () => {
    const many = new NotingSink();
    void playInto(answer({ "content-length": "9" }, ["1", "2", "3"]), () => many).catch(
      () => undefined,
    );
    expect(many.written).toEqual([]);
    const more = new NotingSink();
    const pieces = ["1", "2", "3", "4", "5"];
    void playInto(answer({ "content-length": "9" }, pieces), () => more).catch(() => undefined);
    expect(more.written).toEqual(pieces);
    const large = new NotingSink();
    const length = { "content-length": "65537" };
    void playInto(answer(length, ["1"]), () => large).catch(() => undefined);
    expect(large.written).toEqual(["1"]);
  });

  test("counts as whole where it is so by its own form, however the connection ended", async () => {
    const scripted = (text: string) =>
      new Scripted((handler, controller) => {
        handler.onRequestStart?.(controller, null);
        handler.onResponseStart?.(controller, 200, {});
        handler.onResponseData?.(controller, Buffer.from(text));
        handler.onResponseError?.(controller, otherSideClosed);
      });
    expect(await playInto(scripted("{}"), () => new NotingSink())).toBe("{}");
    const cut = new NotingSink();
    await expect(playInto(scripted("{"), () => cut)).rejects.toMatchObject({ kind: "failed" });
    expect(cut.aborts).toBe(1);
  });

  test("that is whole is an answer, though the request is cancelled in the same moment", async () => {
    const stop = new AbortController();
    const playing = playInto(
      answer({ "content-length": "2" }, ["{}"]),
      () => new NotingSink(),
      stop.signal,
    );
    stop.abort();
    expect(await playing).toBe("{}");
  });

  test("ends where the sink has seen enough", async () => {
    const sink = new NotingSink(1);
    expect(await playInto(answer({ "content-length": "4" }, ["{}", "  "]), () => sink)).toBe("{}");
  });
});

describe("too many open files", () => {
  const outOfFiles = Object.assign(new Error("connect EMFILE 192.0.2.1:443"), { code: "EMFILE" });

  test.each([
    ["one address", outOfFiles],
    ["several", new AggregateError([outOfFiles, outOfFiles], "all failed")],
  ])("before anything was sent it is the gateway's own fault: %s", async (_name, error) => {
    const dispatcher = new Scripted((handler, controller) =>
      handler.onResponseError?.(controller, error),
    );
    await expect(play(dispatcher)).rejects.toMatchObject({
      code: "overloaded",
      evidence: "never_sent",
      retryAfterSeconds: 2,
    });
  });

  test("after that it says nothing about what was sent", async () => {
    const dispatcher = new Scripted((handler, controller) => {
      handler.onRequestStart?.(controller, null);
      handler.onResponseError?.(controller, outOfFiles);
    });
    await expect(play(dispatcher)).rejects.toMatchObject({ name: "TransportFault", sent: true });
  });
});
