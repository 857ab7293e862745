import { type Bench, compare, type Contender, find, generation, withServers } from "../bench.ts";
import { compareBuilds, type Measured, ratio, type RowResult, type Verdict } from "../results.ts";
import { startBare } from "../servers/bare.ts";
import { type Nginx, startProxy, startUpstream } from "../servers/nginx.ts";
import { liteLlmKey, startLiteLlm, startPortkey } from "../servers/peers.ts";
import { type Build, ours, oursBefore, startPinhole } from "../servers/pinhole.ts";

export const nginxName = "nginx proxy";
const bareName = "bare Node relay";
const portkeyName = "Portkey gateway";
const liteLlmName = "LiteLLM proxy";

type Keep = <S extends { stop(): Promise<void> }>(server: S) => S;

/** What a throughput row sends, and the floor of its figures. */
interface ThroughputRow {
  readonly id: string;
  readonly title: string;
  /** Folder of the upstream's answers, and the model's name: `small` or `big`. */
  readonly body: "small" | "big";
  readonly delivery: "b64_json" | "url";
  readonly shortKeepAlive?: boolean;
  readonly nginxFloor: number;
  readonly nginxAim: number;
  readonly portkeyFloor?: number;
  readonly liteLlm: boolean;
}

export const smallRow: ThroughputRow = {
  id: "small",
  title: "small JSON answer, all features on",
  body: "small",
  delivery: "b64_json",
  nginxFloor: 0.14,
  nginxAim: 0.4,
  portkeyFloor: 2.9,
  liteLlm: true,
};
export const relayRow: ThroughputRow = {
  id: "relay",
  title: "2 MB base64 answer relayed",
  body: "big",
  delivery: "b64_json",
  nginxFloor: 0.47,
  nginxAim: 0.6,
  portkeyFloor: 4.8,
  liteLlm: true,
};
export const urlRow: ThroughputRow = {
  id: "url",
  title: "2 MB base64 → hosted URL",
  body: "big",
  delivery: "url",
  nginxFloor: 0.35,
  nginxAim: 0.5,
  liteLlm: false,
};
export const shortSmallRow: ThroughputRow = {
  ...smallRow,
  id: "small-short",
  title: "small JSON answer, upstream with a short keep-alive",
  nginxFloor: 0.13,
  shortKeepAlive: true,
  liteLlm: false,
};
export const shortRelayRow: ThroughputRow = {
  ...relayRow,
  id: "relay-short",
  title: "2 MB base64 answer relayed, upstream with a short keep-alive",
  nginxFloor: 0.39,
  portkeyFloor: 4.5,
  shortKeepAlive: true,
  liteLlm: false,
};

export async function throughputRow(bench: Bench, row: ThroughputRow): Promise<RowResult> {
  return withServers(async (keep) => {
    const notes: string[] = [];
    const upstream = keep(
      await startUpstream(bench.root, bench.bodies.folder, row.shortKeepAlive === true),
    );
    const contenders = [
      await nginxContender(bench, row, upstream, keep),
      await bareContender(bench, row, upstream, keep),
    ];
    for (const build of bench.builds)
      contenders.push(await pinholeContender(bench, row, upstream, build, keep));
    if (bench.peers && row.delivery === "b64_json") {
      for (const peer of [portkeyContender, ...(row.liteLlm ? [liteLlmContender] : [])]) {
        try {
          contenders.push(await peer(bench, row, upstream, keep));
        } catch (error) {
          notes.push(failure(bench, error));
        }
      }
    }
    notes.push(...contenders.flatMap(({ note }) => note ?? []));
    const measured = await compare(bench, contenders);
    return {
      id: row.id,
      title: row.title,
      unit: "requests/s",
      measured,
      verdicts: verdicts(row, measured),
      ...compareBuilds(find(measured, ours), find(measured, oursBefore)),
      notes,
    };
  });
}

/** What a note says of a peer that cannot be measured; all that it said itself goes to the screen. */
function failure(bench: Bench, error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (typeof error.cause === "string") bench.say(`  ${error.message}; it said:\n${error.cause}`);
  return error.message;
}

function verdicts(row: ThroughputRow, measured: readonly Measured[]): Verdict[] {
  const us = find(measured, ours);
  const nginx = find(measured, nginxName);
  const portkey = find(measured, portkeyName);
  if (us === undefined) return [];
  const list: Verdict[] = [];
  if (nginx !== undefined)
    list.push({
      what: "nginx's rate",
      reached: ratio(us, nginx),
      floor: row.nginxFloor,
      aim: row.nginxAim,
      unit: "×",
      goal: "least",
    });
  if (portkey !== undefined && row.portkeyFloor !== undefined)
    list.push({
      what: "Portkey's rate",
      reached: ratio(us, portkey),
      floor: row.portkeyFloor,
      unit: "×",
      goal: "least",
    });
  return list;
}

async function nginxContender(
  bench: Bench,
  row: ThroughputRow,
  upstream: Nginx,
  keep: Keep,
): Promise<Contender> {
  const proxy = keep(await startProxy(bench.root, upstream.port));
  const request = generation(`/${row.body}/v1/images/generations`, { model: row.body });
  return { name: nginxName, port: proxy.port, process: proxy, request };
}

async function bareContender(
  bench: Bench,
  row: ThroughputRow,
  upstream: Nginx,
  keep: Keep,
): Promise<Contender> {
  const relay = keep(await startBare(bench.root, "bare-relay", String(upstream.port)));
  const request = generation(`/${row.body}/v1/images/generations`, { model: row.body });
  return { name: bareName, port: relay.port, process: relay, request };
}

async function pinholeContender(
  bench: Bench,
  row: ThroughputRow,
  upstream: Nginx,
  build: Build,
  keep: Keep,
): Promise<Contender> {
  const pinhole = keep(
    await startPinhole(bench.root, build, {
      name: row.id,
      upstreams: { [row.body]: `http://127.0.0.1:${upstream.port}/${row.body}/v1` },
    }),
  );
  const request = generation("/v1/images/generations", {
    model: row.body,
    response_format: row.delivery,
  });
  return { name: build.server, port: pinhole.port, process: pinhole, request };
}

async function portkeyContender(
  bench: Bench,
  row: ThroughputRow,
  upstream: Nginx,
  keep: Keep,
): Promise<Contender> {
  const peer = keep(await startPortkey(bench.root, bench.tools));
  const request = generation(
    "/v1/images/generations",
    { model: "gpt-image-1" },
    {
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": `http://127.0.0.1:${upstream.port}/${row.body}/v1`,
    },
  );
  return { name: portkeyName, port: peer.port, process: peer, request, note: peer.version };
}

async function liteLlmContender(
  bench: Bench,
  row: ThroughputRow,
  upstream: Nginx,
  keep: Keep,
): Promise<Contender> {
  const peer = keep(
    await startLiteLlm(bench.root, bench.tools, {
      [row.body]: `http://127.0.0.1:${upstream.port}/${row.body}/v1`,
    }),
  );
  const request = generation(
    "/v1/images/generations",
    { model: row.body },
    { authorization: `Bearer ${liteLlmKey}` },
  );
  return { name: liteLlmName, port: peer.port, process: peer, request, note: peer.version };
}
