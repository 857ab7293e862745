import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RequestOutcome } from "./request-records.ts";

/** Settlements that the database did not take in time, a small synced file each, until it has taken them. */
export interface SettlementJournal {
  /** Resolves when the settlement is on the disk. */
  add(outcome: RequestOutcome): Promise<void>;
  /** Forgets one that the database has. */
  remove(requestId: string): Promise<void>;
  /** Puts others in the place of settlements that are there; undefined: it stays as it is. */
  rewrite(change: (outcome: RequestOutcome) => Promise<RequestOutcome | undefined>): Promise<void>;
  /** The settlements that an earlier process left. */
  left(): Promise<readonly RequestOutcome[]>;
}

const ending = ".json";

/** The journal in a folder, which is made with the first entry. */
export function createSettlementJournal(folder: string): SettlementJournal {
  const fileOf = (requestId: string): string => join(folder, requestId + ending);
  const journal: SettlementJournal = {
    async add(outcome) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(outcome.id);
      const draft = `${file}.new`;
      const handle = await open(draft, "w", 0o600);
      try {
        await handle.writeFile(JSON.stringify(outcome));
        await handle.sync();
      } finally {
        await handle.close();
      }
      // Under its own name it is whole, whenever the power goes.
      await rename(draft, file);
      await syncFolder(folder);
    },
    async rewrite(change) {
      for (const outcome of await journal.left()) {
        const changed = await change(outcome);
        if (changed !== undefined) await journal.add(changed);
      }
    },
    remove: (requestId) => rm(fileOf(requestId), { force: true }),
    async left() {
      const names = await readdir(folder).catch((thrown: unknown) => {
        if (isMissing(thrown)) return [];
        throw thrown;
      });
      const outcomes: RequestOutcome[] = [];
      for (const name of names.filter((one) => one.endsWith(ending)).toSorted()) {
        // As `add` wrote it: no stranger writes in the data folder.
        const outcome = JSON.parse(await readFile(join(folder, name), "utf8")) as RequestOutcome;
        if (outcome.id + ending === name) outcomes.push(outcome);
      }
      return outcomes;
    },
  };
  return journal;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}
