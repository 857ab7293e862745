import { isDeepStrictEqual } from "node:util";
import { isRecord, pathOf, pointerOf, replaceAt, valueAt } from "../../core/entry-paths.ts";
import type { Sealer } from "../../core/envelope.ts";
import type { EntryFault, EntryPath, EntryWords } from "../../core/resource.ts";
import type { StoredResource } from "../../store/resource-records.ts";

/** Words whose credentials are sealed: where one stands, they hold a mark with its last characters. */
export type SealedWords = Pick<StoredResource, "words" | "secrets">;

/** Words with their credentials. */
export interface OpenedWords {
  readonly words: EntryWords;
  /** Places of credentials that were kept by their marks. */
  readonly kept: readonly EntryPath[];
  /** Kept credentials that no secret here opens. */
  readonly unreadable: readonly EntryFault[];
}

type Row = Pick<StoredResource, "kind" | "id">;

/** The least length of a credential whose last characters may be shown. */
const hintedLengthMin = 12;
const hintLength = 4;

/** The mark that stands in a credential's place: its last four characters, none where it is so short that they would give it away. */
function markOf(secret: string): EntryWords {
  const isLong = secret.length >= hintedLengthMin;
  return { hint: isLong ? secret.slice(-hintLength).replaceAll(/[^\x21-\x7e]/g, "?") : "" };
}

/** The place that an envelope is bound to. */
function contextOf({ kind, id }: Row, pointer: string): string[] {
  return ["resources", kind, id, pointer];
}

/** Words with marks in the place of their credentials. */
export function maskWords(words: EntryWords, places: readonly EntryPath[]): EntryWords {
  let masked: unknown = words;
  for (const path of places) masked = replaceAt(masked, path, markOf(String(valueAt(words, path))));
  return isRecord(masked) ? masked : {};
}

/** Seals the credentials of words. An envelope whose credential has not changed stays as it is. */
export function sealWords(
  sealer: Sealer,
  row: Row,
  { words, places }: { readonly words: EntryWords; readonly places: readonly EntryPath[] },
  before?: SealedWords,
): SealedWords {
  const secrets: Record<string, string> = {};
  for (const path of places) {
    const pointer = pointerOf(path);
    const context = contextOf(row, pointer);
    const text = String(valueAt(words, path));
    const standing = before?.secrets[pointer];
    const isSame = standing !== undefined && sealer.open(context, standing) === text;
    secrets[pointer] = isSame ? standing : sealer.seal(context, text);
  }
  return { words: maskWords(words, places), secrets };
}

/**
 * Puts a row's credentials back where words hold their marks. A mark is known by its place, or in a list by what it
 * shows; another value is a new credential, and is left.
 */
export function openWords(
  sealer: Sealer,
  row: Row & SealedWords,
  words: EntryWords = row.words,
): OpenedWords {
  const kept: EntryPath[] = [];
  const unreadable: EntryFault[] = [];
  let opened: unknown = words;
  for (const path of marksIn(words)) {
    const pointer = standingMark(row, path, valueAt(words, path));
    const envelope = pointer === undefined ? undefined : row.secrets[pointer];
    if (pointer === undefined || envelope === undefined) continue;
    kept.push(path);
    const text = sealer.open(contextOf(row, pointer), envelope);
    if (text === undefined) unreadable.push(unreadableFault(path));
    else opened = replaceAt(opened, path, text);
  }
  return { words: isRecord(opened) ? opened : {}, kept, unreadable };
}

function unreadableFault(path: EntryPath): EntryFault {
  const param = path.join(".");
  const why = "it was sealed with a secret that is not here, or was changed since";
  return { param, message: `\`${param}\` cannot be opened (${why}); set it again.` };
}

/** The place of the credential that a mark stands for. */
function standingMark(row: SealedWords, path: EntryPath, mark: unknown): string | undefined {
  const isMarked = (pointer: string): boolean =>
    isDeepStrictEqual(valueAt(row.words, pathOf(pointer)), mark);
  const own = pointerOf(path);
  if (row.secrets[own] !== undefined && isMarked(own)) return own;
  if (typeof path.at(-1) !== "number") return undefined;
  const list = pointerOf(path.slice(0, -1));
  return Object.keys(row.secrets).find(
    (pointer) => pointer.startsWith(`${list}/`) && isMarked(pointer),
  );
}

/** The places of marks in words. */
function marksIn(value: unknown, at: EntryPath = []): EntryPath[] {
  if (Array.isArray(value))
    return value.flatMap((inner: unknown, index) => marksIn(inner, [...at, index]));
  if (!isRecord(value)) return [];
  const names = Object.keys(value);
  if (names.length === 1 && names[0] === "hint") return [at];
  return names.flatMap((name) => marksIn(value[name], [...at, name]));
}

/** The envelopes of a row sealed with today's secret; undefined where none needs it or can be opened. */
export function resealed(
  sealer: Sealer,
  row: StoredResource,
): StoredResource["secrets"] | undefined {
  let isChanged = false;
  const secrets = Object.entries(row.secrets).map(([pointer, envelope]) => {
    const context = contextOf(row, pointer);
    const text = sealer.isCurrent(envelope) ? undefined : sealer.open(context, envelope);
    if (text === undefined) return [pointer, envelope] as const;
    isChanged = true;
    return [pointer, sealer.seal(context, text)] as const;
  });
  return isChanged ? Object.fromEntries(secrets) : undefined;
}
