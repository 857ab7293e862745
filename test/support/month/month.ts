import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { APIRequestContext, Browser, BrowserContextOptions } from "playwright-core";
import type { WatchedPage } from "../browser.ts";
import { enterConsole } from "../console.ts";
import { fillGallery } from "../gallery-seed.ts";
import { type GatewayProcess, startGatewayProcess } from "../gateway-process.ts";
import { goodPassword } from "../people.ts";
import { trafficKeys, writeTraffic } from "../traffic.ts";
import { houseChannels, housePeople, houseSettings } from "./house.ts";
import { paintPictures } from "./pictures.ts";

/** The moment at which the month ends: a Thursday's afternoon. Pictures of pages are then the same on every day. */
const moment = Date.UTC(2026, 10, 26, 16, 20);

/** Words that move a program's clock, for Node and for browsers. */
function movedClock(byMs: number): string {
  return `globalThis.Date = class extends Date {
    constructor(...parts) { if (parts.length === 0) super(Date.now()); else super(...parts); }
    static now() { return super.now() + ${byMs}; }
  };`;
}

/** A gateway whose database has a month of a house's traffic, and its owner's page of the console. */
export interface Month extends WatchedPage {
  readonly gateway: GatewayProcess;
  /** Ends the gateway and removes its folder. */
  stop(): Promise<void>;
}

export interface MonthOptions extends BrowserContextOptions {
  /** Requests of two months. */
  readonly requests: number;
  /** Pictures in the owner's gallery. */
  readonly kept: number;
  /** Paintings that all pictures are of, two a motif. */
  readonly motifs?: number;
  readonly expected?: RegExp;
}

/**
 * Starts the built gateway on a new folder, makes channels and people as its owner, writes the traffic and the
 * pictures while it is down, and starts it again. All that is drawn is drawn by fixed seeds, and clocks are moved
 * to a fixed moment.
 */
export async function startMonth(browser: Browser, options: MonthOptions): Promise<Month> {
  const { requests, kept, motifs, ...rest } = options;
  const byMs = moment - Date.now();
  const folder = await mkdtemp(join(tmpdir(), "pinhole-month-"));
  const clock = `data:text/javascript,${encodeURIComponent(movedClock(byMs))}`;
  const process = { built: true, folder, nodeFlags: ["--import", clock] };
  const pictures = await paintPictures(motifs);
  const first = await startGatewayProcess({ ...process, settings: houseSettings });
  const opened = await enterConsole(browser, first, "owner", rest);
  const { page } = opened;
  await page.context().addInitScript(movedClock(byMs));
  const ownerId = await furnish(page.context().request, first.url);
  await page.goto("about:blank");
  await first.stop(true);
  spoil(folder, "vertex-eu");
  await writeTraffic(folder, requests, moment, pictures);
  await fillGallery(folder, ownerId, pictures, kept, moment);
  const server = { port: Number(new URL(first.url).port) };
  const gateway = await startGatewayProcess({
    ...process,
    settings: { ...houseSettings, server },
  });
  await breakWorkshop(gateway.url);
  return { ...opened, gateway, stop: () => gateway.stop() };
}

/** Makes the channels of the database and invites people, as the owner; those who come sign in once. Returns the owner's id. */
async function furnish(request: APIRequestContext, url: string): Promise<string> {
  const post = async (path: string, data: object): Promise<unknown> => {
    const answer = await request.post(`${url}/admin/v1/${path}`, {
      data,
      headers: { origin: url },
    });
    if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  for (const channel of houseChannels) await post("channels", channel);
  for (const { comes, ...person } of housePeople) {
    const { invitation } = (await post("people", person)) as { invitation: { code: string } };
    if (comes)
      await fetch(`${url}/admin/v1/invitation`, {
        method: "POST",
        headers: { origin: url, "content-type": "application/json" },
        body: JSON.stringify({ code: invitation.code, password: goodPassword }),
      });
  }
  const list = await request.get(`${url}/admin/v1/people`);
  const { data } = (await list.json()) as { data: { id: string; login: string | null }[] };
  // The owner of the first start's link is not needed any more.
  const spare = data.find(({ login }) => login === "owner");
  if (spare !== undefined)
    await request.delete(`${url}/admin/v1/people/${spare.id}`, {
      headers: { origin: url, "if-match": "*" },
    });
  const me = await request.get(`${url}/admin/v1/session`);
  const { caller } = (await me.json()) as { caller: { id: string } };
  return caller.id;
}

/** Damages a channel's sealed credential, as somebody does who writes into the database. */
function spoil(folder: string, channel: string): void {
  const database = new DatabaseSync(join(folder, "data/pinhole.db"));
  const row = database.prepare("SELECT secrets FROM resources WHERE id = ?").get(channel);
  const spoiled = String(row?.["secrets"]).replace(/.{6}"\}/, 'AAAAAA"}');
  database.prepare("UPDATE resources SET secrets = ? WHERE id = ?").run(spoiled, channel);
  database.close();
}

/** Texts of the requests that the workshop did not make. */
export const draftPrompts = [
  "A lighthouse at dawn",
  "Three pears on a linen cloth",
  "A city of lanterns",
  "Red dunes at noon",
  "A meadow in June",
];

/** Asks the workshop, where nothing listens, until its channel is left alone; the sandbox makes the pictures. */
async function breakWorkshop(url: string): Promise<void> {
  for (const [at, prompt] of draftPrompts.entries()) {
    const authorization = `Bearer ${trafficKeys[at % trafficKeys.length]?.key}`;
    const answer = await fetch(`${url}/v1/images/generations`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({
        model: "draft",
        prompt,
        size: "1536x1024",
        seed: at,
        response_format: "url",
      }),
    });
    await answer.arrayBuffer();
  }
}
