import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Joined, join, withToken } from "../support/people.ts";

let gateway: TestGateway;
let ada: Joined;
let eve: Joined;
beforeAll(async () => {
  gateway = await startTestGateway({
    channels: [{ id: "drawing", provider: "sandbox", models: ["sandbox-fast"] }],
    images: { saved_quota: "1MB" },
  });
  ada = await join(gateway, { login: "ada@example.com", role: "key_holder" });
  eve = await join(gateway, { login: "eve@example.com", role: "owner" });
});
afterAll(() => gateway.close());

interface Shown {
  readonly id: string;
  readonly url: string;
  readonly prompt: string;
  readonly saved: boolean;
  readonly expires_at: string | null;
  readonly byte_length: number;
}

/** Makes pictures in the console, and waits for them; returns their request's id. */
async function make(prompt: string, more: Record<string, unknown> = {}): Promise<string> {
  const body = { model: "sandbox-fast", prompt, size: "256x256", ...more };
  const begun = await ada.ask("POST", "/console/v1/images/generations", body);
  expect(begun.status).toBe(202);
  const id = String(begun.body["request_id"]);
  const events = await fetch(`${gateway.url}/console/v1/images/generations/${id}/events`, {
    headers: { cookie: ada.cookie },
  });
  expect(await events.text()).toContain("event: done");
  return id;
}

async function list(query = "", who = ada): Promise<Shown[]> {
  const { status, body } = await who.ask("GET", `/console/v1/gallery${query}`);
  expect([query, status]).toEqual([query, 200]);
  return body["data"] as Shown[];
}

const bytesOf = async (path: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(gateway.url + path)).arrayBuffer());

test("a person finds their pictures, by words too, keeps one and lets it go again; nobody else sees or changes them", async () => {
  await make("A red FOX");
  await make("A harbour", { n: 2 });
  const all = await list();
  expect(all.map(({ prompt }) => prompt)).toEqual(["A harbour", "A harbour", "A red FOX"]);
  expect((await list("?limit=2")).length).toBe(2);
  expect((await list(`?limit=2&before=${all[1]?.id}`)).map(({ id }) => id)).toEqual([all[2]?.id]);
  const [fox] = await list("?q=red%20fox");
  expect(fox?.expires_at).not.toBeNull();
  const path = `/console/v1/gallery/${fox?.id}`;
  const before = await bytesOf(fox?.url ?? "");
  const kept = await ada.ask("PUT", `${path}/saved`);
  expect([kept.status, kept.body["saved"], kept.body["expires_at"]]).toEqual([200, true, null]);
  expect(await bytesOf(String(kept.body["url"]))).toEqual(before);
  expect((await list("?saved=true")).map(({ id }) => id)).toEqual([fox?.id]);
  expect((await list("?saved=false")).length).toBe(2);
  expect((await list()).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  // Twice is once.
  expect((await ada.ask("PUT", `${path}/saved`)).status).toBe(200);
  expect(await list("", eve)).toEqual([]);
  for (const [method, rest] of [
    ["GET", ""],
    ["DELETE", ""],
    ["PUT", "/saved"],
    ["DELETE", "/saved"],
  ] as const)
    expect((await eve.ask(method, path + rest)).status).toBe(404);
  expect((await ada.ask("DELETE", `${path}/saved`)).body["saved"]).toBe(false);
  expect(await list("?saved=true")).toEqual([]);
});

test("a picture that a page was told of is there when it asks at once", async () => {
  for (let at = 0; at < 10; at += 1) {
    const id = await make(`Quick ${at}`);
    const { status } = await ada.ask("GET", `/console/v1/gallery/${id}.0`);
    expect([at, status]).toEqual([at, 200]);
  }
});

/** Edits pictures of the gallery, and waits for the outcome; returns the new picture's id. */
async function edit(prompt: string, sources: readonly Shown[], words = ""): Promise<string> {
  const form = new FormData();
  form.append("model", "sandbox-fast");
  form.append("prompt", prompt);
  for (const { url } of sources)
    form.append("image[]", new Blob([new Uint8Array(await bytesOf(url))]), "picture.png");
  const query = sources.map(({ id }) => `made_from=${id}`).join("&");
  const begun = await fetch(`${gateway.url}/console/v1/images/edits?${query}${words}`, {
    method: "POST",
    headers: { cookie: ada.cookie, origin: gateway.url },
    body: form,
  });
  if (begun.status !== 202) return String(begun.status);
  const { request_id: id } = (await begun.json()) as { request_id: string };
  const events = `${gateway.url}/console/v1/images/generations/${id}/events`;
  expect(await (await fetch(events, { headers: { cookie: ada.cookie } })).text()).toContain("done");
  return `${id}.0`;
}

interface Family {
  readonly ancestors: readonly (readonly { id: string; picture: Shown | null }[])[];
  readonly descendants: readonly Shown[];
}

async function familyOf(id: string | undefined): Promise<Family> {
  const { status, body } = await ada.ask("GET", `/console/v1/gallery/${id}/family`);
  expect(status).toBe(200);
  return body as unknown as Family;
}

const idsOf = ({ ancestors, descendants }: Family) => [
  ancestors.map((step) => step.map(({ id, picture }) => (picture === null ? `${id} gone` : id))),
  descendants.map(({ id }) => id),
];

test("a picture knows what it was made from and what was made from it, also where it is kept and where the first is gone", async () => {
  await make("A first stone");
  await make("A second stone");
  const [second, first] = await list("?q=stone");
  if (first === undefined || second === undefined) throw new Error("two were made");
  const hat = await edit("A hat", [first, second]);
  const [shownHat] = await list("?q=a%20hat");
  if (shownHat === undefined) throw new Error("a hat was made");
  const bow = await edit("A bow", [shownHat]);
  expect(idsOf(await familyOf(bow))).toEqual([[[first.id, second.id], [hat]], []]);
  expect(idsOf(await familyOf(first.id))).toEqual([[], [hat]]);
  // What is kept keeps its origin; an id that stands in a prompt makes no child.
  expect((await ada.ask("PUT", `/console/v1/gallery/${hat}/saved`)).status).toBe(200);
  await make(`"${first.id}"`);
  expect(idsOf(await familyOf(second.id))).toEqual([[], [hat]]);
  await ada.ask("DELETE", `/console/v1/gallery/${first.id}`);
  expect(idsOf(await familyOf(bow))).toEqual([[[`${first.id} gone`, second.id], [hat]], []]);
  expect((await eve.ask("GET", `/console/v1/gallery/${bow}/family`)).status).toBe(404);
  expect(await edit("A bow", [shownHat], "&made_from=nonsense")).toBe("400");
  const record = await eve.ask("GET", `/admin/v1/requests/${bow.replace(/\.0$/, "")}`);
  expect(record.body["fields"]).toMatchObject({ made_from: [hat] });
});

test("a deleted picture is gone with its copy, and its URLs end", async () => {
  await make("A lantern");
  const [lantern] = await list("?q=lantern");
  const path = `/console/v1/gallery/${lantern?.id}`;
  const kept = await ada.ask("PUT", `${path}/saved`);
  expect((await ada.ask("DELETE", path)).body).toMatchObject({ deleted: true });
  expect((await ada.ask("GET", path)).status).toBe(404);
  expect(await list("?q=lantern")).toEqual([]);
  for (const url of [lantern?.url, String(kept.body["url"])])
    expect((await fetch(gateway.url + url)).status).toBe(410);
});

test("a full quota refuses in words, and what is there stays", async () => {
  await make("Noise", { size: "2048x2048", output_format: "png" });
  const [noise] = await list("?q=noise");
  const refused = await ada.ask("PUT", `/console/v1/gallery/${noise?.id}/saved`);
  expect(noise?.byte_length).toBeGreaterThan(1e6);
  expect(refused.status).toBe(409);
  expect(JSON.stringify(refused.body)).toContain("images.saved_quota");
  expect((await list("?q=noise")).length).toBe(1);
});

interface Left {
  readonly path: string;
  readonly picture: Shown;
  readonly who: Joined;
}

/** A person with one picture that is kept and one that expires. */
async function leaver(login: string): Promise<Left> {
  const who = await join(gateway, { login, role: "key_holder" });
  const mine = { model: "sandbox-fast", prompt: `Of ${login}`, size: "256x256", n: 2 };
  const begun = await who.ask("POST", "/console/v1/images/generations", mine);
  const events = `/console/v1/images/generations/${String(begun.body["request_id"])}/events`;
  await (await fetch(gateway.url + events, { headers: { cookie: who.cookie } })).text();
  const [first] = await list("", who);
  const kept = await who.ask("PUT", `/console/v1/gallery/${first?.id}/saved`);
  expect(kept.status).toBe(200);
  return { who, path: `/admin/v1/people/${who.id}`, picture: kept.body as unknown as Shown };
}

const any = { "if-match": "*" };

test("who removes a person says what becomes of the pictures that they kept: they expire, are deleted, or are another's", async () => {
  const admin = withToken(gateway, gateway.adminToken);
  const remove = (path: string) => admin.ask("DELETE", path, undefined, any);
  const fate = async (id: string): Promise<unknown> => {
    const query = `?resource=person&resource_id=${id}`;
    const { body } = await admin.ask("GET", `/admin/v1/audit${query}`);
    return (body["data"] as { after: unknown }[])[0]?.after;
  };
  const url = ({ picture }: Left): string => gateway.url + picture.url;

  const expiring = await leaver("amy@example.com");
  expect((await admin.ask("GET", expiring.path)).body).toMatchObject({
    saved_pictures: 1,
    saved_bytes: expiring.picture.byte_length,
  });
  const gone = await remove(expiring.path);
  expect([gone.status, gone.body]).toEqual([
    200,
    { id: expiring.who.id, deleted: true, saved_pictures: 1, pictures: "expire" },
  ]);
  expect((await fetch(url(expiring))).status).toBe(200);
  const until = (await fate(expiring.who.id)) as { saved_pictures: { until: string } };
  const life = Date.parse(until.saved_pictures.until) - Date.now();
  expect([life > 3_500_000, life <= 3_600_000]).toEqual([true, true]);

  const deleted = await leaver("ben@example.com");
  const both = await list("", deleted.who);
  expect((await remove(`${deleted.path}?pictures=delete`)).status).toBe(200);
  for (const one of both) expect((await fetch(gateway.url + one.url)).status).toBe(410);
  expect(await fate(deleted.who.id)).toMatchObject({ saved_pictures: { become: "delete" } });

  const handed = await leaver("cat@example.com");
  const heir = await join(gateway, { login: "dan@example.com", role: "key_holder" });
  const wrong = [
    ["?pictures=hand_over", 400],
    ["?pictures=keep", 400],
    [`?pictures_to=${heir.id}`, 400],
    [`?pictures=delete&pictures_to=${heir.id}`, 400],
    ["?pictures=hand_over&pictures_to=person_nobody", 409],
    [`?pictures=hand_over&pictures_to=${handed.who.id}`, 409],
  ] as const;
  for (const [query, status] of wrong)
    expect([query, (await remove(handed.path + query)).status]).toEqual([query, status]);
  const query = `?pictures=hand_over&pictures_to=${heir.id}`;
  expect((await remove(handed.path + query)).body).toMatchObject({ saved_pictures: 1 });
  expect(await fate(handed.who.id)).toEqual({
    saved_pictures: { pictures: 1, become: "hand_over", to: heir.id },
  });
  const [theirs] = await list("?saved=true", heir);
  expect([theirs?.id, theirs?.expires_at]).toEqual([handed.picture.id, null]);
  const { body } = await heir.ask("GET", "/console/v1/gallery");
  expect(body["saved"]).toMatchObject({ pictures: 1, bytes: handed.picture.byte_length });
  const own = `/console/v1/gallery/${theirs?.id}`;
  expect((await heir.ask("DELETE", own)).status).toBe(200);
  expect((await fetch(url(handed))).status).toBe(410);
});

test("an archive has the pictures as they are, and one of another's or too many is refused before its first byte", async () => {
  const pictures = (await list()).slice(0, 3);
  const ask = (who: Joined, ids: readonly (string | undefined)[]) =>
    fetch(`${gateway.url}/console/v1/gallery/zip`, {
      method: "POST",
      headers: { cookie: who.cookie, origin: gateway.url, "content-type": "application/json" },
      body: JSON.stringify({ ids }),
    });
  const answer = await ask(
    ada,
    pictures.map(({ id }) => id),
  );
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/zip"]);
  const archive = Buffer.from(await answer.arrayBuffer());
  const files = readZip(archive);
  expect([...files.keys()]).toEqual(pictures.map(({ id }) => `${id}.png`));
  for (const { id, url } of pictures) {
    const [inside, hosted] = [files.get(`${id}.png`) ?? Buffer.of(), await bytesOf(url)];
    expect(digest(inside)).toBe(digest(hosted));
  }
  expect((await ask(eve, [pictures[0]?.id])).status).toBe(404);
  const many = Array.from({ length: 501 }, (_, at) => `req_x.${at}`);
  expect((await ask(ada, many)).status).toBe(413);
  expect((await ask(ada, [])).status).toBe(400);
});

test.each(["?limit=0", "?limit=201", "?saved=maybe", "?before=nonsense", "?unknown=1", "?from=-1"])(
  "a question that cannot be read is refused in words: %s",
  async (query) => {
    const { status } = await ada.ask("GET", `/console/v1/gallery${query}`);
    expect([400, 404]).toContain(status);
  },
);

test("nobody without a session, and no page of another origin, gets in", async () => {
  expect((await fetch(`${gateway.url}/console/v1/gallery`)).status).toBe(401);
  const [picture] = await list();
  const foreign = await ada.ask("DELETE", `/console/v1/gallery/${picture?.id}`, undefined, {
    origin: "http://evil.example",
  });
  expect(foreign.status).toBe(403);
});

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The files of an archive by its directory. */
function readZip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from("504b0506", "hex"));
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [size, name] = [archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28)];
    const start = archive.readUInt32LE(at + 42);
    const from = start + 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
    files.set(
      archive.toString("utf8", at + 46, at + 46 + name),
      archive.subarray(from, from + size),
    );
    at += 46 + name;
  }
  return files;
}
