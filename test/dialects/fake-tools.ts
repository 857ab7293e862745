import type { ErrorCode } from "../../src/core/errors.ts";
import { PinholeError } from "../../src/core/errors.ts";
import { Picture } from "../../src/core/picture.ts";
import type { ProviderEvent, ProviderTools } from "../../src/core/provider.ts";
import type { FittedRequest } from "../../src/core/request.ts";
import type { WireAnswer, WireRequest } from "../../src/core/wire.ts";

/** A picture that holds nothing but its size: adapters never look inside. */
export function fakePicture(byteLength = 100, orientation = 1): Picture {
  return new Picture(
    {
      byteLength,
      path: undefined,
      async *chunks() {
        yield Buffer.alloc(byteLength);
      },
    },
    { format: "png", width: 640, height: 480, alpha: false, frames: 1, orientation },
  );
}

export function fittedRequest(fields: Partial<FittedRequest> = {}): FittedRequest {
  return {
    operation: "generation",
    prompt: "a paper crane",
    n: 1,
    stream: false,
    partial_images: 0,
    images: [],
    more: {},
    ...fields,
  };
}

export function failed(code: ErrorCode, retryAfterSeconds?: number): PinholeError {
  return new PinholeError(code, { message: "No.", retryAfterSeconds });
}

/** One answer of the script: a JSON document, or an error to throw. */
export type Step = { readonly json: unknown } | { readonly error: PinholeError };

export interface FakeTools extends ProviderTools {
  readonly calls: WireRequest[];
  readonly downloads: string[];
  readonly sleeps: number[];
}

/** Tools that answer calls from a script, in order, and write down what was asked. Polls at once, at most 50 times. */
export function fakeTools(
  steps: readonly Step[],
  download: (url: string) => Picture = () => fakePicture(),
): FakeTools {
  const left = [...steps];
  const calls: WireRequest[] = [];
  const downloads: string[] = [];
  const sleeps: number[] = [];
  const unused = (): never => {
    throw new Error("not used by this provider");
  };
  return {
    calls,
    downloads,
    sleeps,
    http: {
      async call(request): Promise<WireAnswer> {
        calls.push(request);
        const step = left.shift();
        if (step === undefined) throw new Error(`call ${calls.length} has no answer`);
        if ("error" in step) throw step.error;
        return { status: 200, headers: {}, json: step.json, picture: undefined };
      },
      events: unused,
      // Read by the egress, whose own tests do; the adapter's own reading is tested by itself.
      refusal: () => undefined,
      async download(url) {
        downloads.push(url);
        return download(url);
      },
    },
    async poll(read) {
      for (let count = 0; count < 50; count += 1) {
        const result = await read();
        if (result !== undefined) return result;
      }
      throw failed("upstream_timeout");
    },
    async sleep(ms) {
      sleeps.push(ms);
    },
    // Looks are tested with real tools; here the work is all there is.
    // oxlint-disable-next-line require-yield -- nothing is looked at
    async *alongside(work) {
      return work();
    },
    socket: async () => undefined,
    chance: { uuid: unused, below: unused },
    raster: { decode: unused, encode: unused },
  };
}

/** Everything an adapter yields. */
export async function eventsOf(
  generated: AsyncGenerator<ProviderEvent, void, void>,
): Promise<ProviderEvent[]> {
  const events: ProviderEvent[] = [];
  for await (const event of generated) events.push(event);
  return events;
}

/** The error that a piece of work ends in; fails the test where there is none. */
export async function errorOf(work: Promise<unknown>): Promise<PinholeError> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof PinholeError) return thrown;
    throw thrown;
  }
  throw new Error("expected an error");
}
