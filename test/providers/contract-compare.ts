import { expect } from "vitest";
import type { z } from "zod";
import { contentTypeOf, pictureBytes } from "./contract-pictures.ts";
import type { Reply, WireRecord } from "./contract-server.ts";
import type { Exchange } from "./fixture.ts";

type Json = z.core.util.JSONType;

/** What the placeholders of a fixture stand for in one replay. */
export interface Fill {
  /** The origin of the upstream's API. */
  readonly base: string;
  readonly model: string;
  /** True: the vendor's other origins stand for themselves, false: for `base`. */
  readonly shipped: boolean;
}

export function fillText(text: string, { base, model, shipped }: Fill): string {
  return text
    .replaceAll("{{base}}", base)
    .replaceAll("{{model}}", model)
    .replaceAll(/\{\{(https:\/\/[^}]+)\}\}/g, (_all, origin: string) => (shipped ? origin : base));
}

/** A fixture's JSON with placeholders filled in, `$picture` written out as base64, `$join` made one text. */
export async function fillJson(json: Json, fill: Fill): Promise<Json> {
  if (typeof json === "string") return fillText(json, fill);
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return Promise.all(json.map((element) => fillJson(element, fill)));
  const { $picture: spec, $join: parts, as } = json;
  if (Array.isArray(parts)) {
    const texts = await Promise.all(parts.map((part) => fillJson(part, fill)));
    return texts.map(String).join("");
  }
  if (typeof spec === "string") {
    const bytes = await pictureBytes(spec);
    if (as === "bytes") return [...bytes];
    const base64 = bytes.toString("base64");
    return as === "data_url" ? `data:${contentTypeOf(spec)};base64,${base64}` : base64;
  }
  const entries = Object.entries(json).map(
    async ([name, value]) => [name, await fillJson(value, fill)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** A fixture's answer as bytes. */
export async function fixtureReply(
  { status, headers, json, text, picture }: Exchange["response"],
  fill: Fill,
): Promise<Exclude<Reply, "hang">> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) given[name] = fillText(value, fill);
  const as = (type: string, body: Buffer | string) => ({
    status,
    headers: { "content-type": type, ...given },
    body,
  });
  if (picture !== undefined) return as(contentTypeOf(picture), await pictureBytes(picture));
  if (json !== undefined) return as("application/json", JSON.stringify(await fillJson(json, fill)));
  return as("text/plain", fillText(text ?? "", fill));
}

/** An id that an adapter makes for itself; a fixture writes `{{uuid}}` for it. */
const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g;

/** Fails unless the request that came is exactly the one that the fixture describes. */
export async function compareRequest(
  wanted: Exchange["request"],
  came: WireRecord,
  fill: Fill,
): Promise<void> {
  const where = `${wanted.method} ${wanted.path}`;
  const query = Object.entries(wanted.query).map(([name, text]) => [name, fillText(text, fill)]);
  expect(came.query, `${where}: query`).toEqual(Object.fromEntries(query));
  for (const [name, value] of Object.entries(wanted.headers)) {
    const text = value === null ? undefined : fillText(value, fill);
    expect(came.headers[name.toLowerCase()], `${where}: header ${name}`).toBe(text);
  }
  const type = came.headers["content-type"] ?? "";
  if (wanted.json !== undefined) {
    expect(type, `${where}: content type`).toMatch(/^application\/json/);
    const body = came.body.toString("utf8");
    const makesIds = JSON.stringify(wanted.json).includes("{{uuid}}");
    const text = makesIds ? body.replaceAll(uuid, "{{uuid}}") : body;
    expect(JSON.parse(text), `${where}: body`).toEqual(await fillJson(wanted.json, fill));
  } else if (wanted.form !== undefined) {
    expect(await formParts(came), `${where}: parts`).toEqual(await wantedParts(wanted.form, fill));
  } else if (wanted.urlencoded !== undefined) {
    expect(type, `${where}: content type`).toBe("application/x-www-form-urlencoded");
    const fields = Object.fromEntries(new URLSearchParams(came.body.toString("utf8")));
    expect(fields, `${where}: fields`).toEqual(wanted.urlencoded);
  } else if (wanted.picture !== undefined) {
    expect(type, `${where}: content type`).toBe(contentTypeOf(wanted.picture));
    expect(came.body.equals(await pictureBytes(wanted.picture)), `${where}: body`).toBe(true);
  } else {
    expect(came.body.byteLength, `${where}: bytes of body`).toBe(0);
  }
}

interface Part {
  readonly name: string;
  readonly value: string;
  /** Of files only. */
  readonly type?: string;
}

/** The parts of a multipart body, read by Node's own parser. A file's value is its base64. */
async function formParts({ headers, body }: WireRecord): Promise<Part[]> {
  expect(headers["content-type"]).toMatch(/^multipart\/form-data; *boundary=/);
  const answer = new Response(new Uint8Array(body), {
    headers: { "content-type": headers["content-type"] ?? "" },
  });
  const parts: Part[] = [];
  for (const [name, value] of await answer.formData()) {
    if (typeof value === "string") {
      parts.push({ name, value });
      continue;
    }
    // A file part without a file name is read as text by most servers.
    expect(value.name, `file name of ${name}`).toMatch(/\.(png|jpe?g|webp)$/);
    const bytes = Buffer.from(await value.arrayBuffer());
    parts.push({ name, value: bytes.toString("base64"), type: value.type });
  }
  return parts;
}

async function wantedParts(
  form: NonNullable<Exchange["request"]["form"]>,
  fill: Fill,
): Promise<Part[]> {
  const parts = form.map(async (part) => {
    if ("value" in part) return { name: part.name, value: fillText(part.value, fill) };
    const bytes = await pictureBytes(part.picture);
    return { name: part.name, value: bytes.toString("base64"), type: contentTypeOf(part.picture) };
  });
  return Promise.all(parts);
}
