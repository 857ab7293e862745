import { type Bench, compare, type Contender, find, generation, withServers } from "../bench.ts";
import { ratio, type RowResult } from "../results.ts";
import { noBucket, startBucket } from "../servers/bucket.ts";
import { startUpstream } from "../servers/nginx.ts";
import { ours, type PinholeOptions, startPinhole } from "../servers/pinhole.ts";

/** The floor of a rate that no quiet machine has measured yet. */
const noFloor = 0;

/** A gateway of a row: how it is called and what is peculiar to it. */
interface Kind {
  readonly server: string;
  readonly options: Pick<PinholeOptions, "images" | "isPaid">;
}

/** Gateways of different settings asked for the same picture; the first one's rate is compared with the second's. */
interface BucketRow {
  readonly id: string;
  readonly title: string;
  readonly delivery: "b64_json" | "url";
  readonly compared: string;
  kinds(images: Readonly<Record<string, unknown>>): readonly Kind[];
}

const bucketUrlRow: BucketRow = {
  id: "url-s3",
  title: "2 MB base64 → hosted URL, pictures on S3",
  delivery: "url",
  compared: "the disk's rate",
  kinds: (images) => [
    { server: ours, options: { images } },
    { server: "pinhole, disk", options: {} },
  ],
};

const recoveryRow: BucketRow = {
  id: "recovery-shared",
  title: "2 MB base64 answer relayed, a priced model, its picture kept on S3 first",
  delivery: "b64_json",
  compared: "the rate with `recovery: none`",
  kinds: (images) => {
    const none = { ...images, recovery: "none" };
    return [
      { server: ours, options: { images, isPaid: true } },
      { server: "pinhole, recovery: none", options: { images: none, isPaid: true } },
      { server: "pinhole, free", options: { images } },
      { server: "pinhole, free, recovery: none", options: { images: none } },
      { server: "pinhole, disk", options: { isPaid: true } },
    ];
  },
};

export const bucketRows: readonly BucketRow[] = [bucketUrlRow, recoveryRow];

export function bucketRow(bench: Bench, row: BucketRow): Promise<RowResult> {
  return withServers(async (keep) => {
    const { id, title } = row;
    const unit = "requests/s";
    const bucket = await startBucket();
    if (bucket === undefined)
      return { id, title, unit, measured: [], verdicts: [], notes: [noBucket] };
    keep(bucket);
    const upstream = keep(await startUpstream(bench.root, bench.bodies.folder, false));
    const upstreams = { big: `http://127.0.0.1:${upstream.port}/big/v1` };
    const request = generation("/v1/images/generations", {
      model: "big",
      response_format: row.delivery,
    });
    const kinds = row.kinds(bucket.images);
    const contenders: Contender[] = [];
    for (const [index, { server, options }] of kinds.entries()) {
      const name = `${id}-${index}`;
      const pinhole = keep(
        await startPinhole(bench.root, bench.build, { ...options, name, upstreams }),
      );
      contenders.push({ name: server, port: pinhole.port, process: pinhole, request });
    }
    const measured = await compare(bench, contenders);
    const [us, them] = kinds.slice(0, 2).map(({ server }) => find(measured, server));
    const reached = us === undefined || them === undefined ? Number.NaN : ratio(us, them);
    return {
      id,
      title,
      unit,
      measured,
      verdicts: [{ what: row.compared, reached, floor: noFloor, unit: "×", goal: "least" }],
      notes: [],
    };
  });
}
