import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Bench,
  benchHeaders,
  compare,
  type Contender,
  find,
  generation,
  withServers,
} from "../bench.ts";
import { compareBuilds, ratio, type RowResult } from "../results.ts";
import { startBare } from "../servers/bare.ts";
import { startUpstream } from "../servers/nginx.ts";
import { ours, oursBefore, type Pinhole, startPinhole } from "../servers/pinhole.ts";

/** A picture that has been made, handed out again and again: as base64 JSON, or by its signed URL. */
interface ServedRow {
  readonly id: string;
  readonly title: string;
  readonly delivery: "b64_json" | "url";
  readonly nginxFloor: number;
}

export const servedRows: readonly ServedRow[] = [
  {
    id: "kept",
    title: "kept picture of 1.5 MB → base64 JSON",
    delivery: "b64_json",
    nginxFloor: 0.98,
  },
  { id: "hosted", title: "hosted picture of 1.5 MB by its URL", delivery: "url", nginxFloor: 0.78 },
];

const nginxName = "nginx, static file";
const bareName = "bare Node, from memory";
const nginxAim = 0.85;
const readyWithinMs = 10_000;

/** Against nginx, which sends the same bytes from a file. */
export function servedRow(bench: Bench, row: ServedRow): Promise<RowResult> {
  return withServers(async (keep) => {
    const { folder } = bench.bodies;
    const nginx = keep(await startUpstream(bench.root, folder, false));
    const upstreams = { big: `http://127.0.0.1:${nginx.port}/big/v1` };
    const contenders: Contender[] = [];
    for (const build of bench.builds) {
      // The URL must hold until the last round is over.
      const options = { name: row.id, upstreams, ttl: "1h" };
      const pinhole = keep(await startPinhole(bench.root, build, options));
      const path = await makePicture(pinhole, row);
      writeFileSync(join(folder, row.id), await whenReady(pinhole, path));
      const request = { method: "GET", path, headers: benchHeaders, body: "" };
      contenders.push({ name: build.server, port: pinhole.port, process: pinhole, request });
    }
    const bare = keep(await startBare(bench.root, "bare-files", folder));
    const fromFile = { method: "GET", path: `/${row.id}`, headers: benchHeaders, body: "" };
    const measured = await compare(bench, [
      { name: nginxName, port: nginx.port, process: nginx, request: fromFile },
      { name: bareName, port: bare.port, process: bare, request: fromFile },
      ...contenders,
    ]);
    const [us, them] = [find(measured, ours), find(measured, nginxName)];
    const reached = us === undefined || them === undefined ? Number.NaN : ratio(us, them);
    return {
      id: row.id,
      title: row.title,
      unit: "requests/s",
      measured,
      verdicts: [
        {
          what: "nginx's rate",
          reached,
          floor: row.nginxFloor,
          aim: nginxAim,
          unit: "×",
          goal: "least",
        },
      ],
      ...compareBuilds(us, find(measured, oursBefore)),
      notes: [],
    };
  });
}

/** Has a picture made; gives the path it can be fetched at. */
async function makePicture({ port }: Pinhole, { delivery }: ServedRow): Promise<string> {
  const { method, path, headers, body } = generation("/v1/images/generations", {
    model: "big",
    response_format: delivery,
  });
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body });
  const json = (await answer.json()) as { readonly data: readonly { readonly url?: string }[] };
  if (delivery === "b64_json")
    return `/v1/images/requests/${answer.headers.get("x-request-id") ?? ""}`;
  const { pathname, search } = new URL(json.data[0]?.url ?? "");
  return pathname + search;
}

/** The bytes at the path; a request's books may still be open when its answer has come. */
async function whenReady({ port }: Pinhole, path: string): Promise<Buffer> {
  const until = performance.now() + readyWithinMs;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: benchHeaders });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (answer.status === 200) return bytes;
    if (performance.now() > until)
      throw new Error(`GET of the finished picture gave ${answer.status}: ${bytes.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
