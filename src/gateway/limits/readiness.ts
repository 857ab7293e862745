import type { KeptPictures } from "../../blobs/kept-pictures.ts";
import type { BlobStore } from "../../blobs/types.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Admission } from "./admission.ts";

/** One part of the gateway that does not do what calls need of it. */
export interface ReadinessFault {
  readonly part: "configuration" | "database" | "images" | "files" | "clock";
  readonly thrown: unknown;
}

/** The parts that a call needs, each in a small interface of its own. */
export interface ReadinessParts {
  readonly nodes: {
    /** Milliseconds since the database last took this node's word that it is at work. */
    silentMs(): number;
  };
  readonly administration: {
    /** Throws where keys and limits could not be read for too long. */
    checkCurrent(): void;
  };
  readonly blobs: Pick<BlobStore, "ping">;
  readonly kept: Pick<KeptPictures, "ensureRoom">;
  readonly admission: Pick<Admission, "checkFiles">;
  /** Throws where the machine's clock is too wrong. */
  readonly checkClock: () => void;
}

/** Bytes of one picture of a common size, as a call would ask for room. */
const commonBytes = 2 * 1024 * 1024;

/** A database that has been away for less is about to be back: restarts and failovers of seconds take no node out. */
const silentMsMax = 10_000;

/**
 * Asks of each part that is this node's own what a call would. What all nodes share is no reason to take one out, but for the database,
 * without which none can do anything. Nothing is written: nodes renew their rows whether anybody asks or not.
 */
export async function readinessFaults(parts: ReadinessParts): Promise<ReadinessFault[]> {
  const checks: Readonly<Record<ReadinessFault["part"], () => Promise<void>>> = {
    configuration: async () => parts.administration.checkCurrent(),
    database: async () => checkDatabase(parts.nodes.silentMs()),
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
  await Promise.all([
    check("configuration"),
    check("database"),
    check("images"),
    check("files"),
    check("clock"),
  ]);
  return faults;
}

function checkDatabase(silentMs: number): void {
  if (silentMs <= silentMsMax) return;
  throw new PinholeError("overloaded", {
    message: "The gateway's database is away.",
    detail: `it has taken no word of this node for ${Math.round(silentMs / 1000)} s`,
  });
}
