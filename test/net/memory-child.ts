import { EncodedPicture } from "../../src/core/wire.ts";
import { createEgress } from "../../src/net/egress.ts";
import { contextFor } from "./loopback.ts";
import { memorySpool, pngPicture } from "./memory-spool.ts";

/**
 * Run by memory.test.ts under a heap that has no room for the picture as a string. Arguments: the
 * server's origin, the picture's bytes. Prints what it saw as one line of JSON.
 */
const [origin = "", length = "0"] = process.argv.slice(2);
const egress = createEgress({ now: Date.now });
const spool = memorySpool(false);
const http = egress.upstream(contextFor(origin, { spool }));

const { json } = await http.call({ url: "/answer", json: {}, lift: ["data.*.b64_json"] });
// Checked by the test, which reads what is printed.
const { data } = json as { data: { b64_json: { bytes: { byteLength: number } } }[] };
const byteLength = data[0]?.b64_json.bytes.byteLength;

// The same 64 KiB again and again, so that only what the writer itself holds counts.
const piece = pngPicture(65_535);
const picture = {
  ...piece,
  bytes: {
    byteLength: Math.floor(Number(length) / 65_535) * 65_535,
    path: undefined,
    async *chunks() {
      for (let at = 0; at < this.byteLength; at += 65_535) yield* piece.bytes.chunks();
    },
  },
};
await http.call({ url: "/sent", json: { image: new EncodedPicture(picture, "base64") } });
await egress.close();
process.stdout.write(JSON.stringify({ byteLength, longestChunk: spool.longestChunk }));
