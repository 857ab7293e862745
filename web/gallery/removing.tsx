import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { deletePicture } from "./pictures.ts";
import { lookAgain, takeOut } from "./shelf.ts";
import { useGalleryWords } from "./words.ts";

/** The time in which a deletion can be taken back. */
const undoMs = 10_000;

/** Pictures that are being deleted: gone from the page at once, and from the gateway ten seconds later. */
interface Removing {
  readonly ids: ReadonlySet<string>;
  remove(ids: readonly string[]): void;
}

const RemovingContext = createContext<Removing>({ ids: new Set(), remove() {} });

export const useRemoving = (): Removing => use(RemovingContext);

/** Lets the pages below delete pictures, with ten seconds to take it back. A page that is closed meanwhile has them deleted. */
export function RemovingProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const words = useGalleryWords();
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
    if (ids.size === 0) return undefined;
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
        <div
          role="status"
          className="fixed inset-x-4 bottom-20 z-10 mx-auto flex max-w-md items-center justify-between gap-4 rounded-panel border border-line bg-raised py-2 pr-2 pl-4 shadow-float phone:bottom-6"
        >
          {words.deleted(ids.size)}
          <Button
            onPress={() => {
              waiting.current = [];
              setIds(new Set());
            }}
          >
            {words.undo}
          </Button>
        </div>
      )}
    </RemovingContext>
  );
}
