import { createHash } from "node:crypto";

const marker = Buffer.from('"b64_json":"');

/** Finds the base64 picture in a JSON body as it arrives and digests it, without keeping either. */
export interface PictureCheck {
  take(chunk: Buffer): void;
  /** SHA-256, hex; undefined where there was no whole picture. */
  digest(): string | undefined;
}

export function createPictureCheck(): PictureCheck {
  const hash = createHash("sha256");
  let state: "before" | "inside" | "after" = "before";
  let carry = Buffer.alloc(0);
  const digestBase64 = (ascii: Buffer): void => {
    const all = carry.length === 0 ? ascii : Buffer.concat([carry, ascii]);
    const whole = all.length - (all.length % 4);
    hash.update(Buffer.from(all.toString("latin1", 0, whole), "base64"));
    carry = Buffer.from(all.subarray(whole));
  };
  return {
    take(chunk) {
      let rest = chunk;
      if (state === "before") {
        const all = Buffer.concat([carry, chunk]);
        const at = all.indexOf(marker);
        if (at === -1) {
          carry = Buffer.from(all.subarray(Math.max(0, all.length - marker.length + 1)));
          return;
        }
        rest = all.subarray(at + marker.length);
        carry = Buffer.alloc(0);
        state = "inside";
      }
      if (state !== "inside") return;
      const end = rest.indexOf(0x22);
      digestBase64(end === -1 ? rest : rest.subarray(0, end));
      if (end !== -1) state = "after";
    },
    digest: () => (state === "after" && carry.length === 0 ? hash.digest("hex") : undefined),
  };
}
