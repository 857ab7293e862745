import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { isTypedInto } from "../frame/letters.ts";
import { Button } from "../ui/button.tsx";
import { deletePicture } from "./pictures.ts";
import { lookAgain, takeOut } from "./shelf.ts";
import { undoWaits } from "./undo-time.ts";
import { useGalleryWords } from "./words.ts";

/** The time in which a deletion can be taken back, unless somebody wants all the time that they need. */
const undoMs = 10_000;

/** Pictures that are being deleted: gone from the page at once, and from the gateway ten seconds later. */
interface Removing {
  readonly ids: ReadonlySet<string>;
  remove(ids: readonly string[]): void;
}

const RemovingContext = createContext<Removing>({ ids: new Set(), remove() {} });

export const useRemoving = (): Removing => use(RemovingContext);

/** Lets the pages below delete pictures, with ten seconds to take it back, or no end to them. A page that is closed meanwhile has them deleted. */
export function RemovingProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const queries = useQueryClient();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const waiting = useRef<readonly string[]>([]);
  const carryOut = async (): Promise<void> => {
    const due = waiting.current;
    waiting.current = [];
    const gone = await Promise.all(due.map(async (id) => ((await deletePicture(id)) ? [id] : [])));
    takeOut(queries, new Set(gone.flat()));
    setIds(new Set(waiting.current));
    await lookAgain(queries);
  };
  const now = useRef(carryOut);
  now.current = carryOut;
  useEffect(() => {
    if (ids.size === 0 || undoWaits()) return undefined;
    const timer = setTimeout(() => void now.current(), undoMs);
    return () => clearTimeout(timer);
  }, [ids]);
  useEffect(() => {
    const leave = (): void => void now.current();
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  const removing = useMemo(
    () => ({
      ids,
      remove(more: readonly string[]) {
        waiting.current = [...waiting.current, ...more];
        setIds(new Set(waiting.current));
      },
    }),
    [ids],
  );
  return (
    <RemovingContext value={removing}>
      {children}
      {ids.size === 0 ? null : (
        <UndoBar
          count={ids.size}
          onUndo={() => {
            waiting.current = [];
            setIds(new Set());
          }}
          onDelete={() => void carryOut()}
        />
      )}
    </RemovingContext>
  );
}

/** The word that pictures were deleted, and the way to have them back: a button, or Control Z. */
function UndoBar({
  count,
  onUndo,
  onDelete,
}: {
  readonly count: number;
  readonly onUndo: () => void;
  readonly onDelete: () => void;
}): ReactNode {
  const words = useGalleryWords();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "z" || !(event.metaKey || event.ctrlKey)) return;
      if (event.shiftKey || event.altKey || isTypedInto(event.target)) return;
      event.preventDefault();
      onUndo();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
  return (
    <div className="fixed inset-x-4 bottom-20 z-10 mx-auto flex max-w-md flex-wrap items-center gap-2 rounded-panel border border-line bg-raised py-2 pr-2 pl-4 shadow-float phone:bottom-6">
      <p role="status" className="flex-1">
        {words.deleted(count)}
      </p>
      {undoWaits() ? (
        <Button kind="quiet" onPress={onDelete}>
          {words.deleteNow}
        </Button>
      ) : null}
      <Button onPress={onUndo} aria-keyshortcuts="Control+Z Meta+Z">
        {words.undo}
      </Button>
    </div>
  );
}
