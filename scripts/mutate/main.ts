// Mutation tests: makes small wrong changes to the rooms that hold money and order, one at a time in a copy of the tree,
// and runs the tests that concern them. Fails where a change passes that is not listed as equivalent, or where more than a
// tenth pass. `npm run mutate -- --room src/money --count 60 --seed 7`; `--again` believes the last run in what it noticed, and
// tries the rest.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { choose } from "./choose.ts";
import { type EquivalentMutant, equivalents } from "./equivalent.ts";
import { applied, type Mutant, mutantsOf } from "./operators.ts";
import { type Room, rooms } from "./rooms.ts";
import { createSandbox } from "./sandbox.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sandbox = createSandbox(root);

/** What became of a mutant; `refused` by the compiler, which counts neither way. */
type Fate = "killed" | "late" | "refused" | "equivalent" | "survived";

interface Tried {
  readonly path: string;
  readonly lineNumber: number;
  readonly line: string;
  readonly mutated: string;
  readonly operator: string;
  readonly fate: Fate;
}

/** The time that a run may take: a mutant may be slow, and the machine busy. */
const timeoutMsMin = 120_000;
const timeoutFactor = 6;

const { values } = parseArgs({
  options: {
    room: { type: "string", multiple: true },
    count: { type: "string" },
    seed: { type: "string", default: "1" },
    again: { type: "boolean", default: false },
  },
});

function sourcesOf({ folder, also = [] }: Room): string[] {
  const inside = readdirSync(join(sandbox.folder, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`);
  return [...inside.toSorted(), ...also];
}

/** A file as it was when the run began: meanwhile the tree may be worked on. */
const textOf = (path: string): string => readFileSync(join(sandbox.folder, path), "utf8");

/** The line of a change, as it stands and as the mutant has it; of several lines the first that differs. */
function linesOf(mutant: Mutant): Pick<Tried, "lineNumber" | "line" | "mutated"> {
  const text = textOf(mutant.path);
  const lineNumber = text.slice(0, mutant.start).split("\n").length;
  const lineAt = (of: string): string => of.split("\n")[lineNumber - 1]?.trim() ?? "";
  return { lineNumber, line: lineAt(text), mutated: lineAt(applied(text, mutant)) };
}

function isEquivalent({ path, line, mutated }: Pick<Tried, "path" | "line" | "mutated">): boolean {
  return equivalents.some(
    (one) => one.path === path && one.line === line && one.mutated === mutated,
  );
}

/** Entries of the list of equivalent mutants that are of no mutant any more. */
function staleIn({ folder, also = [] }: Room): EquivalentMutant[] {
  return equivalents.filter(({ path, line, mutated }) => {
    if (!path.startsWith(`${folder}/`) && !also.includes(path)) return false;
    const all = existsSync(join(sandbox.folder, path)) ? mutantsOf(path, textOf(path)) : [];
    return !all.map(linesOf).some((one) => one.line === line && one.mutated === mutated);
  });
}

const cachePath = (folder: string): string =>
  join(root, ".cache", "mutate", `${folder.replaceAll("/", "-")}.json`);

/** The mutants of a room: a choice of all that there are. */
function mutantsFor(room: Room): Mutant[] {
  const all = sourcesOf(room).flatMap((path) => mutantsOf(path, textOf(path)));
  return choose(all, Number(values.count ?? room.count), Number(values.seed));
}

const sameChange = (one: Tried, other: Omit<Tried, "fate">): boolean =>
  one.path === other.path && one.line === other.line && one.mutated === other.mutated;

/** What the last run of a room noticed, where that is to be believed. */
function noticedBefore({ folder }: Room): readonly Tried[] {
  if (!values.again || !existsSync(cachePath(folder))) return [];
  const last = JSON.parse(readFileSync(cachePath(folder), "utf8")) as readonly Tried[];
  return last.filter(({ fate }) => fate === "killed" || fate === "late");
}

/** Throws where tests fail without any change. */
async function requirePassed({ folder }: Room, list: readonly string[]): Promise<void> {
  // A busy machine may fail a test once.
  for (let run = 0; run < 2; run += 1) if ((await sandbox.run(list, 600_000)) === "passed") return;
  throw new Error(`${folder}: ${list.join(" ")} fail without any change.`);
}

/** The time that each list of tests may take, from a run without any change. Throws where that fails. */
async function timeoutsOf(room: Room): Promise<number[]> {
  const timeouts: number[] = [];
  for (const list of room.tests) {
    const begun = performance.now();
    await requirePassed(room, list);
    timeouts.push(Math.max(timeoutMsMin, timeoutFactor * (performance.now() - begun)));
  }
  return timeouts;
}

async function fateOf({ tests }: Room, timeouts: readonly number[], mutant: Mutant): Promise<Fate> {
  if (isEquivalent({ path: mutant.path, ...linesOf(mutant) })) return "equivalent";
  for (const [index, list] of tests.entries()) {
    const end = await sandbox.run(list, timeouts[index] ?? timeoutMsMin, mutant);
    if (end !== "passed") return end === "late" ? "late" : "killed";
    // Asked behind the quick tests, before the slow ones.
    if (index === 0 && (await sandbox.isRefused(mutant))) return "refused";
  }
  return "survived";
}

async function tryRoom(room: Room): Promise<readonly Tried[]> {
  const timeouts = await timeoutsOf(room);
  const before = noticedBefore(room);
  const results: Tried[] = [];
  mkdirSync(dirname(cachePath(room.folder)), { recursive: true });
  for (const mutant of mutantsFor(room)) {
    const begun = performance.now();
    const { path, operator } = mutant;
    const change = { path, ...linesOf(mutant), operator };
    const known = before.find((one) => sameChange(one, change));
    const fate = known?.fate ?? (await fateOf(room, timeouts, mutant));
    results.push({ ...change, fate });
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const place = `${path}:${change.lineNumber}  ${operator}`;
    if (known === undefined) console.log(`${fate.padEnd(10)} ${seconds.padStart(6)} s  ${place}`);
    if (fate === "survived") console.log(`    ${change.line}\n    ${change.mutated}`);
    writeFileSync(cachePath(room.folder), JSON.stringify(results, undefined, 2));
  }
  // What failed for another reason, such as a package that went away meanwhile, noticed nothing.
  await requirePassed(room, room.tests[0] ?? []);
  return results;
}

function report(folder: string, tried: readonly Tried[]): string {
  const count = (...fates: readonly Fate[]): number =>
    tried.filter(({ fate }) => fates.includes(fate)).length;
  const counted = tried.length - count("refused");
  const passed = count("survived", "equivalent");
  const share = ((100 * passed) / Math.max(1, counted)).toFixed(1);
  return `${folder}: ${counted} mutants, ${count("killed", "late")} noticed (${count("late")} by time), ${count("equivalent")} equivalent, ${count("survived")} not noticed; ${share} % pass`;
}

setPriority(10);
const chosen = rooms.filter(({ folder }) => values.room?.includes(folder) ?? true);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    sandbox.remove();
    process.exit(1);
  });
const all: Tried[] = [];
const stale: EquivalentMutant[] = [];
try {
  for (const room of chosen) {
    const tried = await tryRoom(room);
    console.log(report(room.folder, tried));
    all.push(...tried);
    stale.push(...staleIn(room));
  }
} finally {
  sandbox.remove();
}
console.log(report("all", all));
const counted = all.filter(({ fate }) => fate !== "refused");
const passed = counted.filter(({ fate }) => fate === "survived" || fate === "equivalent");
for (const { path, line } of stale) console.log(`No mutant any more: ${path}: ${line}`);
const isBad =
  passed.length * 10 > counted.length ||
  passed.some(({ fate }) => fate === "survived") ||
  stale.length > 0;
if (isBad) process.exitCode = 1;
