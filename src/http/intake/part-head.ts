import { PinholeError } from "../../core/errors.ts";

/** The head of one part of a form. */
export interface PartHead {
  readonly name: string;
  /** As the client's program calls the file; undefined where the part has none, empty where no file was chosen. */
  readonly filename: string | undefined;
  /** Lower case, without parameters; undefined where the part has none. */
  readonly contentType: string | undefined;
  readonly charset: string | undefined;
  /** Lower case. */
  readonly transferEncoding: string;
}

const nameLengthMax = 100;

/** Reads a part's headers, by name in lower case. Throws invalid_multipart where it has no name. */
export function readPartHead(headers: Readonly<Record<string, unknown>>): PartHead {
  const disposition = readParameters(headerOf(headers, "content-disposition"));
  const name = disposition.parameters.get("name");
  if (disposition.value !== "form-data" || name === undefined || name === "") {
    throw new PinholeError("invalid_multipart", {
      message:
        'A part of the form has no name; each needs `Content-Disposition: form-data; name="…"`.',
    });
  }
  if (name.length > nameLengthMax) {
    throw new PinholeError("invalid_multipart", {
      message: `A part of the form has a name of ${name.length} characters; at most ${nameLengthMax} are read.`,
    });
  }
  const type = readParameters(headerOf(headers, "content-type"));
  return {
    name,
    filename: disposition.parameters.get("filename") ?? disposition.parameters.get("filename*"),
    contentType: type.value === "" ? undefined : type.value,
    charset: type.parameters.get("charset"),
    transferEncoding: headerOf(headers, "content-transfer-encoding").trim().toLowerCase() || "7bit",
  };
}

/** The only value of a header; empty where the part has none. */
function headerOf(headers: Readonly<Record<string, unknown>>, name: string): string {
  const values = headers[name];
  if (!Array.isArray(values)) return "";
  if (values.length > 1) {
    throw new PinholeError("invalid_multipart", {
      message: `A part of the form has the header ${name} ${values.length} times; send it once.`,
    });
  }
  // Headers come as bytes, and names in them are UTF-8.
  return Buffer.from(String(values[0]), "latin1").toString("utf8");
}

const parameter = /;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;

interface Parameters {
  /** Before the parameters, in lower case. */
  readonly value: string;
  /** By name in lower case; the first of two wins. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** `form-data; name="image"` in its pieces. Browsers write quotes and line breaks in a name as %22, %0D and %0A. */
export function readParameters(header: string): Parameters {
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, bare = ""] of header.matchAll(parameter)) {
    const key = name.toLowerCase();
    if (parameters.has(key)) continue;
    const text = quoted?.replace(/\\(["\\])/g, "$1") ?? bare;
    parameters.set(
      key,
      text.replace(/%(22|0D|0A)/gi, (escape) => decodeURIComponent(escape)),
    );
  }
  return { value: header.split(";", 1)[0]?.trim().toLowerCase() ?? "", parameters };
}
