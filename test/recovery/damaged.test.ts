import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TestGateway } from "../support/gateway.ts";
import { ask, asked, json, pictureOf, setUp } from "./setup.ts";

function byId(gateway: TestGateway, id: string | null): Promise<Response> {
  const headers = { authorization: `Bearer ${gateway.key}` };
  return fetch(`${gateway.url}/v1/images/requests/${id}`, { headers });
}

/** The one file of the kept log. */
function keptFile(gateway: TestGateway): string {
  const folder = join(gateway.folder, "data/images/kept");
  const [name = "", ...others] = readdirSync(folder).filter((file) => file.endsWith(".kept"));
  expect(others).toEqual([]);
  return join(folder, name);
}

async function expectGone(answer: Response): Promise<void> {
  expect(answer.status).toBe(410);
  expect(answer.headers.get("x-should-retry")).toBe("false");
  expect((await json(answer)).error?.code).toBe("result_expired");
}

const logged = "a kept image is damaged";

test("a kept picture whose bytes changed on the disk is a 410, asked for by id or by key, and told once", async () => {
  const { gateway, upstream } = await setUp();
  upstream.answerAll();
  const key = { "idempotency-key": "one" };
  const made = await ask(gateway, key);
  const picture = await pictureOf(made);
  const id = made.headers.get("x-request-id");
  const other = await ask(gateway);
  const otherPicture = await pictureOf(other);
  expect((await pictureOf(await byId(gateway, id))).equals(picture)).toBe(true);

  const file = keptFile(gateway);
  const bytes = readFileSync(file);
  const at = bytes.indexOf(picture) + Math.floor(picture.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(file, bytes);

  await expectGone(await byId(gateway, id));
  await expectGone(await byId(gateway, id));
  await expectGone(await ask(gateway, key));
  const neighbour = await pictureOf(await byId(gateway, other.headers.get("x-request-id")));
  expect(neighbour.equals(otherPicture)).toBe(true);
  expect(gateway.log.filter(({ msg }) => msg === logged)).toHaveLength(1);
  expect(upstream.executions).toHaveLength(2);
});

test("a hosted picture whose file was cut short is a 410, by its URL and by its request", async () => {
  const { gateway, upstream } = await setUp();
  upstream.answerAll();
  const made = await ask(gateway, {}, { ...asked, response_format: "url" });
  const [{ url = "" } = {}] = (await json(made)).data ?? [];
  const images = join(gateway.folder, "data/images");
  const [path = ""] = readdirSync(images, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".png"),
  );
  truncateSync(join(images, path), 20);
  await expectGone(await fetch(url));
  await expectGone(await byId(gateway, made.headers.get("x-request-id")));
});
