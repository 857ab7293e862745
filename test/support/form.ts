/** One part of a form as it is written: header lines without line breaks, and bytes. */
export interface FormPart {
  readonly headers: readonly string[];
  readonly body: Buffer | string;
}

export const formBoundary = "XbOuNd";
export const formType = `multipart/form-data; boundary=${formBoundary}`;

/** A text part, with what a client may write beside its name. */
export function textPart(name: string, body: Buffer | string, ...headers: string[]): FormPart {
  return { headers: [`Content-Disposition: form-data; name="${name}"`, ...headers], body };
}

/** A file part; no filename where it is undefined. */
export function filePart(
  name: string,
  body: Buffer | string,
  filename: string | undefined = "a.png",
  ...headers: string[]
): FormPart {
  const file = filename === undefined ? "" : `; filename="${filename}"`;
  return {
    headers: [`Content-Disposition: form-data; name="${name}"${file}`, ...headers],
    body,
  };
}

/** The body of a form, byte for byte as given. */
export function formBody(parts: readonly FormPart[]): Buffer {
  const pieces = parts.flatMap(({ headers, body }) => [
    Buffer.from(`--${formBoundary}\r\n${headers.join("\r\n")}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${formBoundary}--\r\n`)]);
}
