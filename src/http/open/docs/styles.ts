import { readFileSync } from "node:fs";

/** The style sheet of the API's page, read from the file beside this one. */
export function readPageStyles(): Buffer {
  return readFileSync(new URL("./docs.css", import.meta.url));
}
