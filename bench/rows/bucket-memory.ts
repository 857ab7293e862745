import { type Bench, withServers } from "../bench.ts";
import { median, type Measured, ratio, type RowResult } from "../results.ts";
import { noBucket, startBucket } from "../servers/bucket.ts";
import { burst, watchBurst } from "./memory.ts";

const rounds = 2;
const megabyte = 1_048_576;
/** The life of a URL: on a busy machine minutes pass before the last picture has been fetched and checked. */
const ttl = "1h";

/** A row on memory with pictures in a bucket, beside the same with pictures on the disk. */
interface BucketMemoryRow {
  readonly id: string;
  readonly title: string;
  readonly delivery: "b64_json" | "url";
}

export const bucketMemoryRows: readonly BucketMemoryRow[] = [
  {
    id: "in-flight-url-s3",
    title: "4 MB base64 each, all in flight, answered together: → URL, pictures on S3",
    delivery: "url",
  },
  {
    id: "in-flight-relay-s3",
    title: "4 MB base64 each, all in flight, answered together: relayed, pictures kept on S3",
    delivery: "b64_json",
  },
];

/** Bucket and disk take turns, a new gateway each. */
export function measureBucketMemory(bench: Bench, row: BucketMemoryRow): Promise<RowResult> {
  return withServers(async (keep) => {
    const bucket = await startBucket();
    const { id, delivery } = row;
    const title = `${bench.inFlight} × ${row.title}`;
    const unit = "MB at the peak";
    if (bucket === undefined)
      return { id, title, unit, measured: [], verdicts: [], notes: [noBucket] };
    keep(bucket);
    const places = [
      { server: "pinhole", images: { ...bucket.images, ttl } },
      { server: "pinhole, disk", images: { ttl } },
    ].map((place) => ({ ...place, peaks: [] as number[], faults: {} as Record<string, number> }));
    const held = {
      upstream: "base64",
      count: bench.inFlight,
      files: bench.bodies.variants,
    } as const;
    for (let round = 0; round < rounds; round += 1)
      for (const { server, images, peaks, faults } of round % 2 === 0
        ? places
        : places.toReversed()) {
        const options = { name: `${id}-${server.replace(", ", "-")}-${round}`, images };
        const watched = await watchBurst(bench, options, held, burst(bench, delivery));
        peaks.push(watched.peakRssBytes / megabyte);
        for (const [words, count] of Object.entries(watched.result.faults))
          faults[words] = (faults[words] ?? 0) + count;
      }
    const [s3, disk] = places.map(measured);
    if (s3 === undefined || disk === undefined) throw new Error("two places were measured");
    const wrong = Object.values(s3.faults).reduce((sum, one) => sum + one, 0);
    return {
      id,
      title,
      unit,
      measured: [s3, disk],
      verdicts: [
        { what: "the disk's", reached: ratio(s3, disk), floor: 1.25, unit: "×", goal: "most" },
        { what: "lost or wrong", reached: wrong, floor: 0, unit: "answers", goal: "most" },
      ],
      notes: [],
    };
  });
}

function measured(place: {
  readonly server: string;
  readonly peaks: readonly number[];
  readonly faults: Readonly<Record<string, number>>;
}): Measured {
  const { server, peaks, faults } = place;
  return {
    server,
    rounds: peaks,
    median: median(peaks),
    min: Math.min(...peaks),
    max: Math.max(...peaks),
    peakRssBytes: Math.max(...peaks) * megabyte,
    faults,
  };
}
