import fc from "fast-check";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { createSigner } from "../../src/blobs/hosting/sign.ts";
import { parseByteSize } from "../../src/config/values.ts";
import { parseDuration } from "../../src/core/duration.ts";
import { PinholeError } from "../../src/core/errors.ts";
import { readMultipart } from "../../src/http/intake/multipart.ts";
import { createGuard, GuardRefusal, nothingPrivate } from "../../src/net/guard/guard.ts";
import { createJsonReader, JsonFault } from "../../src/json/reader.ts";
import { inputImageLimits } from "../../src/pictures/limits.ts";
import { memorySpool } from "../net/memory-spool.ts";
import { bigPng } from "../support/big-png.ts";

/** Runs of each parser: few in every test run, many with `npm run fuzz`. */
const numRuns = process.env["PINHOLE_FUZZ"] === "long" ? 200_000 : 400;
const timeoutMs = process.env["PINHOLE_FUZZ"] === "long" ? 3_600_000 : 60_000;

/** One change to a document: cut, doubled, overwritten or interrupted by bytes that mean something. */
const change = fc.record({
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  length: fc.nat(40),
  kind: fc.constantFrom("cut", "double", "overwrite", "insert"),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc
      .constantFrom(
        '"',
        "\\",
        "{",
        "[",
        "}",
        "]",
        ",",
        ":",
        "\r\n",
        "--b",
        "\0",
        "\u00ff",
        "data:",
        ";base64,",
        "../",
        "%00",
        "__proto__",
        "1e999",
        "\ud83e\udd8a",
      )
      .map((text) => Buffer.from(text)),
  ),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(document: Buffer, changes: readonly Change[]): Buffer {
  let bytes = document;
  for (const { at, length, kind, bytes: put } of changes) {
    const start = Math.floor(at * bytes.length);
    const [head, tail] = [bytes.subarray(0, start), bytes.subarray(start)];
    if (kind === "cut") bytes = Buffer.concat([head, tail.subarray(length)]);
    else if (kind === "double") bytes = Buffer.concat([head, tail.subarray(0, length), tail]);
    else if (kind === "overwrite") bytes = Buffer.concat([head, put, tail.subarray(put.length)]);
    else bytes = Buffer.concat([head, put, tail]);
  }
  return bytes;
}

const changes = fc.array(change, { minLength: 1, maxLength: 6 });
const chunkBytes = fc.integer({ min: 1, max: 200 });

function* chunksOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const image = bigPng(100);
const limits = { ...inputImageLimits, bytesMax: 100_000 };
const json = Buffer.from(
  `{"model":"m","prompt":"a \\u00e9 fox","n":2,"more":[1.5e3,null,true,{"a":{}}],"image":"data:image/png;base64,${image.toString("base64")}"}`,
);

describe("whatever arrives, a parser gives a value or its own refusal", () => {
  test("JSON bodies", { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(changes, chunkBytes, (edits, size) => {
        const spool = memorySpool();
        const reader = createJsonReader({
          lift: ["image"],
          spool,
          limits,
          textBytesMax: 10_000,
          depthMax: 16,
        });
        try {
          for (const chunk of chunksOf(changed(json, edits), size))
            reader.write(Buffer.from(chunk));
          reader.end();
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(JsonFault);
          reader.abort();
        }
        expect(spool.begun).toBe(spool.ended + spool.aborted);
        expect(Object.prototype).not.toHaveProperty("polluted");
      }),
      { numRuns },
    );
  });

  test("multipart bodies", { timeout: timeoutMs }, async () => {
    const body = Buffer.concat([
      Buffer.from(
        '--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na fox\r\n--b\r\nContent-Disposition: form-data; name="image[1]"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n',
      ),
      image,
      Buffer.from("\r\n--b--\r\n"),
    ]);
    const form = {
      bodyBytesMax: 50_000,
      picture: limits,
      textBytesMax: 1_000,
      partsMax: 16,
      onBytes: () => undefined,
    };
    const headers = { "content-type": "multipart/form-data; boundary=b" };
    const untouched = await readMultipart(Readable.from([body]), headers, memorySpool(), form);
    expect([untouched.fields.prompt, untouched.images.length]).toEqual(["a fox", 1]);
    await fc.assert(
      fc.asyncProperty(changes, chunkBytes, async (edits, size) => {
        const source = Readable.from(chunksOf(changed(body, edits), size));
        const outcome = await readMultipart(source, headers, memorySpool(), form).then(
          () => "read",
          (thrown: unknown) => (thrown instanceof PinholeError ? "refused" : thrown),
        );
        expect(["read", "refused"]).toContain(outcome);
      }),
      { numRuns },
    );
  });

  test("addresses", { timeout: timeoutMs }, () => {
    const guard = createGuard({ allowPrivate: nothingPrivate, connectTimeoutMs: 1000 });
    const seed = Buffer.from("https://images.example.com:443/a%20b/../c.png?x=1#y");
    fc.assert(
      fc.property(changes, (edits) => {
        const text = changed(seed, edits).toString("utf8");
        if (!URL.canParse(text)) return;
        const url = new URL(text);
        try {
          guard.check(url);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GuardRefusal);
          return;
        }
        expect([url.protocol, url.port, url.username + url.password]).toEqual(["https:", "", ""]);
      }),
      { numRuns },
    );
  });

  test("signed URLs: nothing but the signed text itself is taken", { timeout: timeoutMs }, () => {
    const keys = [{ kid: "1", secret: Buffer.alloc(32, 7) }];
    const signer = createSigner({ keys, now: () => 1_000_000, toleranceSeconds: 0 });
    const signed = signer.path({ id: "0".repeat(32), format: "png" }, 2_000_000);
    fc.assert(
      fc.property(changes, (edits) => {
        const text = changed(Buffer.from(signed), edits).toString("latin1");
        const [path = "", query = ""] = text.split(/\?(.*)/s);
        const verdict = signer.verify(path, Object.fromEntries(new URLSearchParams(query)));
        if (text !== signed && verdict.kind === "valid") {
          // The same parameters in another spelling are the same permission; another id never is.
          expect(verdict.id).toBe("0".repeat(32));
        }
      }),
      { numRuns },
    );
  });

  test("durations and sizes of the configuration", { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          changes.map((edits) => changed(Buffer.from("1h30m 10GiB"), edits).toString("utf8")),
        ),
        (text) => {
          for (const value of [parseDuration(text), parseByteSize(text)]) {
            expect(value === undefined || (Number.isFinite(value) && value >= 0)).toBe(true);
          }
        },
      ),
      { numRuns },
    );
  });
});
