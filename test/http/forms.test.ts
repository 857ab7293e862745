import { Readable } from "node:stream";
import { beforeAll, describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import type { RawRequest } from "../../src/gateway/intake/parse-request.ts";
import { readMultipart } from "../../src/http/intake/multipart.ts";
import { inputImageLimits } from "../../src/pictures/limits.ts";
import { openBench } from "../pictures/samples.ts";
import { filePart, formBody, type FormPart, formType, textPart } from "../support/form.ts";
import { samplePng } from "../support/pictures.ts";

let png: Buffer;
beforeAll(async () => {
  png = await samplePng(12, 8);
});

const limits = {
  bodyBytesMax: 1_000_000,
  picture: inputImageLimits,
  textBytesMax: 1_000,
  partsMax: 8,
  onBytes: () => undefined,
};

/** Reads a form that comes in chunks of so many bytes. */
function read(
  parts: readonly FormPart[],
  chunkBytes = 65_536,
  contentType = formType,
): Promise<RawRequest> {
  const body = formBody(parts);
  const chunks = Array.from({ length: Math.ceil(body.length / chunkBytes) }, (_, at) =>
    Buffer.from(body.subarray(at * chunkBytes, (at + 1) * chunkBytes)),
  );
  const headers = { "content-type": contentType };
  return readMultipart(Readable.from(chunks), headers, openBench().spool, limits);
}

async function faultOf(reading: Promise<unknown>): Promise<PinholeError> {
  const thrown = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof PinholeError) return thrown;
  throw new Error(`not refused: ${String(thrown)}`);
}

const latin1 = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
const chunkSizes = [1, 2, 3, 7, 65_536];

describe.each(chunkSizes)("in chunks of %i bytes, a text part is read", (chunkBytes) => {
  test.each([
    ["in UTF-8", textPart("prompt", "café 你好"), "café 你好"],
    ["with a byte-order mark", textPart("prompt", "\u{feff}café"), "café"],
    [
      "in a named charset",
      textPart("prompt", latin1, "Content-Type: text/plain; charset=ISO-8859-1"),
      "café",
    ],
    [
      "in a quoted one",
      textPart("prompt", latin1, 'content-type: text/plain;charset="windows-1252"'),
      "café",
    ],
    [
      "in GBK",
      textPart(
        "prompt",
        Buffer.from([0xc4, 0xe3, 0xba, 0xc3]),
        "Content-Type: text/plain; charset=GBK",
      ),
      "你好",
    ],
    [
      "in Shift_JIS",
      textPart("prompt", Buffer.from([0x8c, 0xcf]), "Content-Type: text/plain; charset=Shift_JIS"),
      "狐",
    ],
    [
      "in UTF-16",
      textPart(
        "prompt",
        Buffer.from("狐", "utf16le"),
        "Content-Type: text/plain; charset=utf-16le",
      ),
      "狐",
    ],
    [
      "in what calls itself ASCII",
      textPart("prompt", "café", "Content-Type: text/plain; charset=us-ascii"),
      "café",
    ],
    [
      "quoted-printable",
      textPart(
        "prompt",
        "caf=C3=A9 and=\r\n more=3D",
        "Content-Transfer-Encoding: quoted-printable",
      ),
      "café and more=",
    ],
    [
      "in base64",
      textPart("prompt", "Y2Fm\r\nw6k=\r\n", "Content-Transfer-Encoding: BASE64"),
      "café",
    ],
    [
      "in base64 without padding",
      textPart("prompt", "Y2Fmw6k", "Content-Transfer-Encoding: base64"),
      "café",
    ],
    [
      "in base64 and a charset",
      textPart(
        "prompt",
        latin1.toString("base64"),
        "Content-Transfer-Encoding: base64",
        "Content-Type: text/plain; charset=latin1",
      ),
      "café",
    ],
    ["in 8bit", textPart("prompt", "a\r\n\r\nb", "Content-Transfer-Encoding: 8bit"), "a\r\n\r\nb"],
    ["that is empty", textPart("prompt", ""), ""],
  ])("%s", async (_name, part, text) => {
    const { fields } = await read([part, textPart("n", "2")], chunkBytes);
    expect({ ...fields }).toEqual({ prompt: text, n: "2" });
  });

  test("base64 and quoted-printable files are the files", async () => {
    const { images, mask } = await read(
      [
        filePart(
          "image",
          png.toString("base64").replace(/(.{20})/g, "$1\r\n"),
          "a.png",
          "Content-Transfer-Encoding: base64",
        ),
        filePart(
          "mask",
          [...png].map((byte) => `=${byte.toString(16).padStart(2, "0")}`).join(""),
          "b.png",
          "Content-Transfer-Encoding: quoted-printable",
        ),
      ],
      chunkBytes,
    );
    expect(images.map(({ bytes, width }) => [bytes.byteLength, width])).toEqual([[png.length, 12]]);
    expect(mask?.bytes.byteLength).toBe(png.length);
  });
});

test.each([
  ["first", (parts: readonly FormPart[]) => parts],
  ["last", (parts: readonly FormPart[]) => parts.toReversed()],
])("_charset_ names the charset of the others, %s, and is no field", async (_name, order) => {
  const parts = order([textPart("_charset_", "ISO-8859-1"), textPart("prompt", latin1)]);
  expect({ ...(await read(parts)).fields }).toEqual({ prompt: "café" });
});

test("the form's own charset stands for parts that name none", async () => {
  const parts = [
    textPart("prompt", latin1),
    textPart("user", "é", "Content-Type: text/plain; charset=utf-8"),
  ];
  const { fields } = await read(parts, 65_536, `${formType}; charset=ISO-8859-1`);
  expect({ ...fields }).toEqual({ prompt: "café", user: "é" });
});

test.each([
  ["bytes that are no UTF-8", textPart("prompt", latin1), "invalid_multipart", "no valid utf-8"],
  [
    "bytes that are not what they claim",
    textPart("prompt", Buffer.from([0xff]), "Content-Type: text/plain; charset=gbk"),
    "invalid_multipart",
    "no valid gbk",
  ],
  [
    "an unknown charset",
    textPart("prompt", "a", "Content-Type: text/plain; charset=klingon"),
    "unsupported_media_type",
    "klingon",
  ],
  [
    "an unknown transfer encoding",
    textPart("prompt", "a", "Content-Transfer-Encoding: x-uuencode"),
    "invalid_multipart",
    "Content-Transfer-Encoding",
  ],
  [
    "letters that are no base64",
    textPart("prompt", "Y2F*", "Content-Transfer-Encoding: base64"),
    "invalid_multipart",
    "base64",
  ],
  [
    "base64 that breaks off",
    textPart("prompt", "Y2Fmw", "Content-Transfer-Encoding: base64"),
    "invalid_multipart",
    "base64",
  ],
  [
    "base64 after its padding",
    textPart("prompt", "Yw==Yw==", "Content-Transfer-Encoding: base64"),
    "invalid_multipart",
    "base64",
  ],
  [
    "an escape that is none",
    textPart("prompt", "100=%", "Content-Transfer-Encoding: quoted-printable"),
    "invalid_multipart",
    "quoted-printable",
  ],
])("%s are refused with the field's name", async (_name, part, code, says) => {
  for (const chunkBytes of chunkSizes) {
    const fault = await faultOf(read([part], chunkBytes));
    expect([fault.code, fault.param ?? "prompt"]).toEqual([code, "prompt"]);
    expect(fault.message).toContain(says);
  }
});

test.each<[string, FormPart, string]>([
  ["without a name", { headers: ["Content-Disposition: form-data"], body: "x" }, "no name"],
  ["with an empty name", textPart("", "x"), "no name"],
  ["without a disposition", { headers: ["Content-Type: text/plain"], body: "x" }, "no name"],
  [
    "of another disposition",
    { headers: ['Content-Disposition: attachment; name="a"'], body: "x" },
    "no name",
  ],
  ["without headers", { headers: [], body: "x" }, "no name"],
  [
    "with two dispositions",
    textPart("a", "x", 'Content-Disposition: form-data; name="b"'),
    "2 times",
  ],
  ["with an endless name", textPart("a".repeat(200), "x"), "200 characters"],
])("a part %s is refused, not dropped", async (_name, part, says) => {
  const fault = await faultOf(read([textPart("prompt", "a fox"), part]));
  expect([fault.code, fault.message]).toEqual(["invalid_multipart", expect.stringContaining(says)]);
});

test("names come unquoted, escaped, and in any order of parameters", async () => {
  const { fields } = await read([
    { headers: ["content-disposition: form-data; name=prompt"], body: "1" },
    { headers: ['CONTENT-DISPOSITION: form-data; x="; name=no"; NAME="a\\"b"'], body: "2" },
    { headers: ['Content-Disposition: form-data; name="c%22d"'], body: "3" },
    { headers: ['Content-Disposition: form-data; name="größe"'], body: "4" },
  ]);
  expect({ ...fields }).toEqual({ prompt: "1", 'a"b': "2", 'c"d': "3", größe: "4" });
});

describe("files", () => {
  test.each([
    ["image", undefined],
    ["image[]", undefined],
    ["image[0]", "a.png"],
    ["image", "blob"],
  ])("%s with the filename %s is an image", async (name, filename) => {
    const { images, fields } = await read([filePart(name, png, filename)]);
    expect([images.length, images[0]?.format, Object.keys(fields)]).toEqual([1, "png", []]);
  });

  test.each(["mask", "mask[]", "mask[0]"])("%s is the mask, one of them", async (name) => {
    expect((await read([filePart(name, png)])).mask?.width).toBe(12);
    const fault = await faultOf(read([filePart(name, png), filePart("mask", png)]));
    expect([fault.code, fault.param]).toEqual(["invalid_value", "mask"]);
  });

  test("markup is a picture of its own", async () => {
    const { markup, images, mask } = await read([filePart("markup", png), filePart("image", png)]);
    expect([markup?.width, images.length, mask]).toEqual([12, 1, undefined]);
  });

  test.each([
    [
      "a browser's field in which nothing was chosen",
      filePart("mask", "", "", "Content-Type: application/octet-stream"),
    ],
    ["an empty text in its place", textPart("mask", "")],
    ["one of a field that is not known", filePart("attachment", "", "")],
  ])("%s is not there", async (_name, part) => {
    const { images, mask, fields } = await read([part, filePart("image", png)]);
    expect([images.length, mask, Object.keys(fields)]).toEqual([1, undefined, []]);
  });

  test.each([
    ["a chosen file that is empty", filePart("image", "", "a.png"), "invalid_image"],
    ["an address", textPart("image", "https://example.com/a.png"), "invalid_value"],
    ["a data URL", textPart("image", "data:image/png;base64,AAAA"), "invalid_value"],
    ["a text", textPart("image", "a fox"), "invalid_image"],
    ["a file under another name", filePart("attachment", "PNG"), "unsupported_parameter"],
  ])("%s is refused", async (_name, part, code) => {
    expect((await faultOf(read([part]))).code).toBe(code);
  });

  test("keep the order of their indexes, then of their arrival", async () => {
    const wide = await samplePng(36, 8);
    const { images } = await read([filePart("image[1]", png), filePart("image[0]", wide)]);
    expect(images.map(({ width }) => width)).toEqual([36, 12]);
    const plain = await read([filePart("image[]", png), filePart("image[]", wide)]);
    expect(plain.images.map(({ width }) => width)).toEqual([12, 36]);
  });
});

test("the text of all parts together has a limit, as a document's has", async () => {
  const half = "x".repeat(limits.textBytesMax / 2);
  await read([textPart("prompt", half), textPart("user", half)]);
  const fault = await faultOf(read([textPart("prompt", half), textPart("user", `${half}x`)]));
  expect([fault.code, fault.param]).toEqual(["string_above_max_length", "user"]);
});

test("a field that comes twice is refused", async () => {
  const fault = await faultOf(read([textPart("n", "1"), textPart("n", "2")]));
  expect([fault.code, fault.param]).toEqual(["invalid_multipart", "n"]);
});
