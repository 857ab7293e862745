import type { DraftPicture } from "./draft.ts";
import { forgetKey } from "./own-keys.ts";

/** A picture as it is stored: its address of this page is another one each time. */
type StoredPicture = Omit<DraftPicture, "url">;

/** The pictures of one tab's draft. */
interface StoredDraft {
  /** Unix milliseconds of its last change. */
  readonly at: number;
  readonly pictures: readonly StoredPicture[];
}

const databaseName = "pinhole";
const tableName = "drafts";
/** The draft of a tab that was closed is forgotten after this. */
const keptMs = 7 * 24 * 60 * 60_000;

/** The pictures of this tab's draft; none where the browser stores nothing. */
export async function readPictures(): Promise<readonly StoredPicture[]> {
  try {
    const table = await openTable("readwrite");
    forgetOld(table);
    // Only this file writes to the table.
    const request = table.get(tabId()) as IDBRequest<StoredDraft | undefined>;
    const draft = await answerOf(request);
    return draft?.pictures ?? [];
  } catch {
    return [];
  }
}

/** Stores the pictures of this tab's draft; where the browser stores nothing, they last as long as the page. */
export async function writePictures(pictures: readonly DraftPicture[]): Promise<void> {
  try {
    const stored = pictures.map(({ id, name, blob, mask, source }) => ({
      id,
      name,
      blob,
      mask,
      source,
    }));
    const table = await openTable("readwrite");
    if (stored.length === 0) table.delete(tabId());
    else table.put({ at: Date.now(), pictures: stored } satisfies StoredDraft, tabId());
  } catch {
    // A private window, or a full disk: nothing else is lost.
  }
}

function forgetOld(table: IDBObjectStore): void {
  const cursors = table.openCursor();
  cursors.addEventListener("success", () => {
    const cursor = cursors.result;
    if (cursor === null) return;
    const { at } = cursor.value as StoredDraft;
    if (at < Date.now() - keptMs) cursor.delete();
    cursor.continue();
  });
}

/** Forgets the drafts of all tabs: the next person at this browser shall not see them. */
export function forgetDrafts(): void {
  sessionStorage.clear();
  forgetKey();
  indexedDB.deleteDatabase(databaseName);
}

const tabKey = "pinhole.tab";

/** The name of this tab, which a reload does not change. */
function tabId(): string {
  const known = sessionStorage.getItem(tabKey);
  if (known !== null) return known;
  const id = crypto.randomUUID();
  sessionStorage.setItem(tabKey, id);
  return id;
}

async function openTable(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const request = indexedDB.open(databaseName, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(tableName));
  const database = await answerOf(request);
  // Somebody signs out in another tab.
  database.addEventListener("versionchange", () => database.close());
  const transaction = database.transaction(tableName, mode);
  transaction.addEventListener("complete", () => database.close());
  return transaction.objectStore(tableName);
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  request.addEventListener("success", () => resolve(request.result));
  request.addEventListener("error", () => reject(request.error ?? new Error("nothing is stored")));
  return promise;
}
