import type { KeptPictures } from "../../blobs/kept-pictures.ts";
import type { BlobStore } from "../../blobs/types.ts";
import type { Store } from "../../store/store.ts";
import type { Admission } from "./admission.ts";

/** One part of the gateway that does not do what calls need of it. */
export interface ReadinessFault {
  readonly part: "database" | "images" | "files" | "clock";
  readonly thrown: unknown;
}

/** The parts that a call needs, each in a small interface of its own. */
export interface ReadinessParts {
  readonly store: Pick<Store, "ping">;
  readonly blobs: Pick<BlobStore, "ping">;
  readonly kept: Pick<KeptPictures, "ensureRoom">;
  readonly admission: Pick<Admission, "checkFiles">;
  /** Throws where the machine's clock is too wrong. */
  readonly checkClock: () => void;
}

/** Bytes of one picture of a common size, as a call would ask for room. */
const commonBytes = 2 * 1024 * 1024;

/** Asks of each part what a call would: whoever is told "ready" gets no 503 for want of room, records or files. */
export async function readinessFaults(parts: ReadinessParts): Promise<ReadinessFault[]> {
  const checks: Readonly<Record<ReadinessFault["part"], () => Promise<void>>> = {
    database: () => parts.store.ping(),
    async images() {
      await parts.kept.ensureRoom(commonBytes);
      await parts.blobs.ping();
    },
    files: async () => parts.admission.checkFiles(),
    clock: async () => parts.checkClock(),
  };
  const faults: ReadinessFault[] = [];
  const check = async (part: ReadinessFault["part"]): Promise<void> => {
    try {
      await checks[part]();
    } catch (thrown) {
      faults.push({ part, thrown });
    }
  };
  await Promise.all([check("database"), check("images"), check("files"), check("clock")]);
  return faults;
}
