import type { NewNotice, Notice } from "../../core/notice.ts";
import type { NodeRecord } from "../../store/request-records.ts";

/** A machine's clock that is wrong by more is told. */
const clockMsMax = 30_000;

/** Files that differ for less are being changed on one gateway after another. */
const differingMsMax = 60_000;

/** An entry of the database that is not served as it stands. */
export interface FaultyEntry {
  /** The kind and id of it: `channel main`. */
  readonly name: string;
  readonly fault: string;
}

/** The things of one machine that may stand wrong, as it sees them now. */
export interface StandingParts {
  /** Unix milliseconds, the database's. */
  readonly now: () => number;
  /** The machine's name. */
  readonly host: string;
  /** The machine's clock less the database's, milliseconds. */
  readonly clockWrongMs: () => number;
  /** The gateways that are at work, as far as was last read. */
  readonly atWork: () => readonly NodeRecord[];
  /** Undefined: the entries could not be read just now. */
  readonly faultyEntries: () => readonly FaultyEntry[] | undefined;
}

/** The kinds of notices that are about what stands wrong until somebody mends it. */
export type StandingKind = "clock_off" | "files_differ" | "entry_faulty";

/** The object of the one notice about all gateways. */
const allGateways = "gateways";

/** Notices of what stands wrong: each once a day, and not anew while one of it is open. */
export function dueStanding(parts: StandingParts, open: readonly Notice[]): readonly NewNotice[] {
  const at = parts.now();
  const period = new Date(at).toISOString().slice(0, 10);
  const wrong = [...wrongClock(parts), ...differingFiles(parts), ...faultyEntries(parts)];
  return wrong.map(({ kind, object, facts }) => {
    const known = open.find((one) => one.kind === kind && one.object === object);
    if (known !== undefined) return { ...known, at: known.createdAt };
    return { kind, object, period, threshold: "", basis: "", at, facts };
  });
}

/** True where the matter of a notice, which is not due as this machine sees it, is over. */
export function isStandingOver(
  parts: StandingParts,
  { object, facts }: Notice,
  kind: StandingKind,
): boolean {
  // Only the machine itself knows of its clock.
  if (kind === "clock_off") return object === parts.host;
  // Also a difference that is too young to be told is one.
  if (kind === "files_differ") return byFiles(parts.atWork()).size < 2;
  if (parts.faultyEntries() === undefined) return false;
  // One gateway may read an entry that another cannot: the one that told of it says that it is over, if it is there still.
  const { host = null } = facts;
  return host === parts.host || parts.atWork().every((node) => node.host !== host);
}

type Wrong = Pick<NewNotice, "object" | "facts"> & { readonly kind: StandingKind };

function wrongClock({ host, clockWrongMs }: StandingParts): readonly Wrong[] {
  const wrongMs = clockWrongMs();
  if (Math.abs(wrongMs) <= clockMsMax) return [];
  const seconds = String(Math.round(Math.abs(wrongMs) / 1000));
  const side = wrongMs > 0 ? "ahead of" : "behind";
  return [{ kind: "clock_off", object: host, facts: { seconds, side } }];
}

function differingFiles({ now, atWork }: StandingParts): readonly Wrong[] {
  const groups = byFiles(atWork());
  // Two gateways differ since the later of them took its files; the pair that has differed longest counts.
  const [first, second] = [...groups.values()]
    .map((nodes) => Math.min(...nodes.map(({ fileSince }) => fileSince ?? Infinity)))
    .toSorted((a, b) => a - b);
  if (first === undefined || second === undefined || now() - second < differingMsMax) return [];
  const files = [...groups]
    .map(([hash, nodes]) => `${hash.slice(0, 12)} on ${hostsOf(nodes).join(", ")}`)
    .toSorted()
    .join("; ");
  return [{ kind: "files_differ", object: allGateways, facts: { files } }];
}

/** Gateways by the digest of their files; those of earlier versions say none. */
function byFiles(nodes: readonly NodeRecord[]): ReadonlyMap<string, readonly NodeRecord[]> {
  const saying = nodes.filter((node) => node.fileHash !== null);
  return Map.groupBy(saying, ({ fileHash }) => fileHash ?? "");
}

function hostsOf(nodes: readonly NodeRecord[]): readonly string[] {
  return [...new Set(nodes.map(({ host, id }) => host ?? id))].toSorted();
}

function faultyEntries({ host, faultyEntries: read }: StandingParts): readonly Wrong[] {
  return (read() ?? []).map(({ name, fault }) => ({
    kind: "entry_faulty",
    object: name,
    facts: { fault, host },
  }));
}
