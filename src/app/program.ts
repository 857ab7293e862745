import { readFileSync } from "node:fs";
import type { NodeProgram } from "../gateway/gateway.ts";
import { migrations } from "../store/migrations/index.ts";

/** The program of this process, as nodes say it in their rows. */
export function ownProgram(): NodeProgram {
  return { version: ownVersion(), schemaStep: migrations.at(-1)?.name ?? "none" };
}

/** The program's version, as its package says it. */
export function ownVersion(): string {
  // src/app and dist/parts are as deep.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const read: unknown = JSON.parse(text);
  const isNamed = typeof read === "object" && read !== null && "version" in read;
  return isNamed ? String(read.version) : "unknown";
}
