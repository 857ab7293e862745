import { Dispatcher } from "undici";
import { describe, expect, test } from "vitest";
import { errorSink } from "../../src/net/answer.ts";
import { exchange, TransportFault } from "../../src/net/exchange.ts";

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

const play = (dispatcher: Dispatcher) =>
  exchange({
    dispatcher,
    url: new URL("http://upstream.test/"),
    method: "POST",
    headers: {},
    body: undefined,
    signal: new AbortController().signal,
    deadline: Date.now() + 10_000,
    now: Date.now,
    connectMs: 10_000,
    receive: (head) => ({ ...errorSink(head), complete: false }),
  });

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
