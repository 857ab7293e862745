/** A request body that must be refused with a 4xx, or taken without harm. */
export interface HostileBody {
  readonly name: string;
  readonly path: "generations" | "edits";
  readonly contentType: string;
  readonly body: Buffer;
  /** The code of the refusal; absent: it may also be taken. */
  readonly code?: string;
  /** What is announced where that is not the body's length. */
  readonly contentLength?: number;
}

const asked = `"model":"sandbox-fast","prompt":"x","size":"64x64"`;
const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

function json(name: string, body: string | Buffer, code?: string): HostileBody {
  const refusal = code === undefined ? {} : { code };
  const raw = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  return { name, path: "generations", contentType: "application/json", body: raw, ...refusal };
}

const jsonBodies = (): HostileBody[] => [
  json("100,000 open lists", "[".repeat(100_000), "invalid_json"),
  json("100,000 open objects", `{"a":`.repeat(100_000), "invalid_json"),
  json("deep below a known field", `{${asked},"user":${"[".repeat(90)}`, "invalid_json"),
  json("a key twice", `{${asked},"model":"sandbox-slow"}`, "invalid_json"),
  json("a key twice, once escaped", `{${asked},"mod\\u0065l":"x"}`, "invalid_json"),
  json("__proto__", `{${asked},"__proto__":{"admin":true}}`),
  json("__proto__ twice", `{${asked},"__proto__":1,"__proto__":2}`, "invalid_json"),
  json("constructor.prototype", `{${asked},"constructor":{"prototype":{"n":10}}}`),
  json("__proto__ in provider_options", `{${asked},"provider_options":{"__proto__":{"x":1}}}`),
  json("toString as a field", `{${asked},"toString":"x","hasOwnProperty":1}`),
  json("a million keys", `{${manyKeys(1_000_000)}"a":1}`),
  json("a number of a million digits", `{${asked},"n":${"9".repeat(1_000_000)}}`),
  json("an exponent without an end", `{${asked},"n":1e${"9".repeat(10_000)}}`),
  json("a negative zero", `{${asked},"n":-0}`, "invalid_value"),
  json("a number with a leading zero", `{${asked},"n":01}`, "invalid_json"),
  json("Infinity", `{${asked},"n":Infinity}`, "invalid_json"),
  json("a hexadecimal number", `{${asked},"n":0x1}`, "invalid_json"),
  json("a comment", `{${asked}/* x */}`, "invalid_json"),
  json("a trailing comma", `{${asked},}`, "invalid_json"),
  json("single quotes", `{'model':'sandbox-fast'}`, "invalid_json"),
  json("a raw newline in a string", `{${asked},"user":"a\nb"}`, "invalid_json"),
  json("a NUL in a string", `{${asked},"user":"a\0b"}`, "invalid_json"),
  json("an escaped NUL", `{${asked},"user":"a\\u0000b"}`),
  json("a lone surrogate", `{${asked},"user":"\\ud800"}`),
  json("a lone low surrogate as a key", `{${asked},"\\udc00":1}`),
  json("half an escape", `{${asked},"user":"\\u12"}`, "invalid_json"),
  json("an unknown escape", `{${asked},"user":"\\x41"}`, "invalid_json"),
  json("overlong UTF-8", bytes(`{${asked},"user":"\xc0\xaf"}`), "invalid_json"),
  json("a surrogate in UTF-8", bytes(`{${asked},"user":"\xed\xa0\x80"}`), "invalid_json"),
  json("UTF-8 cut off", bytes(`{${asked},"user":"\xe2\x82"}`), "invalid_json"),
  json("UTF-16", Buffer.from(`{${asked}}`, "utf16le"), "invalid_json"),
  json("two documents", `{${asked}}{${asked}}`, "invalid_json"),
  json("six megabytes of prompt", `{"prompt":"${"x".repeat(6_000_000)}"}`, "request_too_large"),
  json("six megabytes of white space", `{${" ".repeat(6_000_000)}}`),
  json("a prompt that is an object", `{"model":"sandbox-fast","prompt":{}}`, "invalid_value"),
  json("null", "null", "invalid_json"),
  ...dataUrls(),
];

function manyKeys(count: number): string {
  const keys: string[] = [];
  for (let at = 0; at < count; at += 1) keys.push(`"k${at}":1,`);
  return keys.join("");
}

function dataUrls(): HostileBody[] {
  const edit = (name: string, url: string): HostileBody => ({
    ...json(name, `{${asked},"images":[{"image_url":${JSON.stringify(url)}}]}`, "invalid_image"),
    path: "edits",
  });
  return [
    edit("a data URL of no base64", "data:image/png;base64,!!!!"),
    edit("a data URL with padding in the middle", "data:image/png;base64,AA==AAAA"),
    edit("a data URL with one character too many", "data:image/png;base64,AAAAA"),
    edit("a data URL with white space", "data:image/png;base64,AA AA\t\r\n"),
    edit("a data URL of percent-encoding", "data:image/png,%89PNG"),
    edit("a data URL without a comma", "data:image/png;base64"),
    edit("a data URL of HTML", "data:text/html;base64,PHNjcmlwdD4="),
    edit("a data URL of SVG", "data:image/svg+xml;base64,PHN2Zy8+"),
    edit("an empty data URL", "data:image/png;base64,"),
    edit("a data URL of four megabytes of zeros", `data:;base64,${"A".repeat(4_000_000)}`),
  ];
}

const boundary = "bb";

function part(headers: string, value: string): string {
  return `--${boundary}\r\n${headers}\r\n\r\n${value}\r\n`;
}
const field = (name: string, value: string): string =>
  part(`content-disposition: form-data; name="${name}"`, value);
const file = (disposition: string, value = "x", more = ""): string =>
  part(`content-disposition: form-data; ${disposition}${more}`, value);
const end = `--${boundary}--\r\n`;
const fields = field("model", "sandbox-fast") + field("prompt", "x") + field("size", "64x64");

function form(name: string, body: string, code?: string): HostileBody {
  const refusal = code === undefined ? {} : { code };
  const contentType = `multipart/form-data; boundary=${boundary}`;
  return { name, path: "edits", contentType, body: bytes(body), ...refusal };
}

/** Forms. None has a good picture, so that each is refused for something. */
const formBodies = (): HostileBody[] => [
  form("no last boundary", fields, "invalid_multipart"),
  form("no boundary at all", "x".repeat(100_000), "invalid_multipart"),
  form("only the last boundary", end),
  form("an empty body", "", "invalid_multipart"),
  form("a part without headers", `--bb\r\n\r\nx\r\n${fields}${end}`),
  form("a part that ends in its headers", `--bb\r\ncontent-disposition: form-data`),
  form("a header of a megabyte", part(`x: ${"y".repeat(1_000_000)}`, "x") + end),
  form("100,000 headers in a part", part("x: y\r\n".repeat(100_000), "x") + end),
  form("a header without an end", `--bb\r\nx: ${"y".repeat(2_000_000)}`),
  form("a header without a colon", part("nonsense", "x") + fields + end),
  form("CR LF in a file name", fields + file(`name="image"; filename="a\r\nb.png"`) + end),
  form("a bare LF in a file name", fields + file(`name="image"; filename="a\nb.png"`) + end),
  form("NUL in a file name", fields + file(`name="image"; filename="a\0b.png"`) + end),
  form("a path as a file name", fields + file(`name="image"; filename="../../x"`) + end),
];

const strangeParts = (): HostileBody[] => [
  form("__proto__ as a field", field("__proto__", "x") + fields + end),
  form(
    "constructor and toString as fields",
    field("constructor", "x") + field("toString", "y") + end,
  ),
  form(
    "__proto__ as a header of a part",
    part(`__proto__: x\r\ncontent-disposition: form-data; name="a"`, "x") + end,
  ),
  form("a field without a name", part("content-disposition: form-data", "x") + fields + end),
  form("a field with an empty name", field("", "x") + fields + end),
  form("a name of a megabyte", field("n".repeat(1_000_000), "x") + end),
  form("10,000 parts", field("user", "x").repeat(10_000) + end, "invalid_multipart"),
  form("10,000 files", file(`name="image"; filename="a.png"`).repeat(10_000) + end),
  form("a field twice", fields + field("model", "x") + end),
  form("a field of six megabytes", field("prompt", "x".repeat(6_000_000)) + end),
  form(
    "a form in a form",
    part(
      `content-type: multipart/mixed; boundary=cc\r\ncontent-disposition: form-data; name="image"`,
      `--cc\r\n\r\nx\r\n--cc--`,
    ) + end,
  ),
  form(
    "content-transfer-encoding",
    file(
      `name="image"; filename="a.png"`,
      "iVBORw0KGgo=",
      "\r\ncontent-transfer-encoding: base64",
    ) + end,
  ),
  form(
    "a charset that is none",
    part(
      `content-disposition: form-data; name="prompt"\r\ncontent-type: text/plain; charset=x-nothing`,
      "x",
    ) + end,
  ),
  form("a megabyte before the form", `${"x".repeat(1_000_000)}\r\n${fields}${end}`),
  form("a megabyte behind the form", `${fields}${end}${"x".repeat(1_000_000)}`),
  form("image[4294967295]", fields + file(`name="image[4294967295]"; filename="a.png"`) + end),
  form("image[__proto__]", fields + file(`name="image[__proto__]"; filename="a.png"`) + end),
  form("a file as prompt", file(`name="prompt"; filename="a.txt"`) + end),
  form("an image as text", fields + field("image", "https://example.com/a.png") + end),
  form("line ends of LF only", (fields + end).replaceAll("\r\n", "\n")),
  form("two million line ends", `--bb${"\r\n".repeat(1_000_000)}`),
  {
    ...form("a boundary of 252 characters", "x", "invalid_multipart"),
    contentType: `multipart/form-data; boundary=${"b".repeat(252)}`,
  },
  {
    ...form("a boundary of a regular expression", fields + end),
    contentType: `multipart/form-data; boundary=".*(a+)+$"`,
  },
  { ...form("a shorter body than announced", fields), contentLength: fields.length + 1000 },
  { ...form("a longer body than announced", fields + end), contentLength: 20 },
];

/** All bodies of the corpus, made by code. */
export function hostileBodies(): HostileBody[] {
  return [...jsonBodies(), ...formBodies(), ...strangeParts()];
}
