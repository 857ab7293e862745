import { createContext, use, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { Picture } from "./pictures.ts";

/** The pictures that are selected, and the one that was looked at last: both outlive a look at a single picture. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** `isRange`: with all since the one that was selected before, across days. */
  toggle(pictures: readonly Picture[], id: string, isRange: boolean): void;
  /** Selects them all, or none of them where all are. */
  toggleAll(some: readonly Picture[]): void;
  clear(): void;
  /** The id of the picture that was shown by itself, until the wall has found it again. */
  readonly lastSeen: { current: string | undefined };
}

const SelectionContext = createContext<Selection | undefined>(undefined);

/** The selection of the gallery's pages. */
export function useSelection(): Selection {
  const selection = use(SelectionContext);
  if (selection === undefined) throw new Error("the gallery's frame has the selection");
  return selection;
}

/** Gives the pages below it one selection. */
export function SelectionProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string>(undefined);
  const lastSeen = useRef<string>(undefined);
  const selection = useMemo(
    (): Selection => ({
      ids,
      lastSeen,
      clear() {
        last.current = undefined;
        setIds(new Set());
      },
      toggle(pictures, id, isRange) {
        const before = last.current;
        last.current = id;
        setIds((now) => (isRange ? withRange(now, pictures, before, id) : withToggled(now, id)));
      },
      toggleAll: (some) =>
        setIds((now) => {
          const all = some.map(({ id }) => id);
          return all.every((id) => now.has(id))
            ? now.difference(new Set(all))
            : now.union(new Set(all));
        }),
    }),
    [ids],
  );
  return <SelectionContext value={selection}>{children}</SelectionContext>;
}

function withToggled(now: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(now);
  if (!next.delete(id)) next.add(id);
  return next;
}

function withRange(
  now: ReadonlySet<string>,
  pictures: readonly Picture[],
  from: string | undefined,
  to: string,
): ReadonlySet<string> {
  const places = [from ?? to, to].map((id) => pictures.findIndex((one) => one.id === id));
  const [first, last] = [Math.min(...places), Math.max(...places)];
  if (first < 0) return withToggled(now, to);
  return new Set([...now, ...pictures.slice(first, last + 1).map(({ id }) => id)]);
}
