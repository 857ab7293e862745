import { readdirSync, readFileSync } from "node:fs";

/** Resident bytes of one process; 0 where it has gone. */
function residentBytes(pid: number): number {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1];
    return Number(pages ?? 0) * 4096;
  } catch {
    return 0;
  }
}

function parentOf(pid: number): number | undefined {
  try {
    // The name is in brackets and may hold anything, so what follows the last one is read.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** The process and everything it has started. */
export function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const tree = new Set([root]);
  let grown = true;
  while (grown) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (!tree.has(pid) && tree.has(parent)) {
        tree.add(pid);
        grown = true;
      }
    }
  }
  return [...tree];
}

/** Resident memory of a whole tree now, bytes. Pages that its processes share count for each. */
export function treeResident(root: number): number {
  return treeOf(root).reduce((sum, pid) => sum + residentBytes(pid), 0);
}

/** Watches a tree's resident memory until `stop`, which gives the peak in bytes. */
export function watchPeak(root: number, everyMs = 25): { stop(): number } {
  let tree = treeOf(root);
  let ticks = 0;
  let peak = 0;
  const look = (): void => {
    if (ticks++ % 40 === 0) tree = treeOf(root);
    peak = Math.max(
      peak,
      tree.reduce((sum, pid) => sum + residentBytes(pid), 0),
    );
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}
