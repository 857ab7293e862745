import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type DraftFields, storedColumns } from "./draft.ts";
import type { Model } from "./models.ts";

/** The choices that each model of a comparison may have for itself. */
export type OwnChoices = Partial<Omit<DraftFields, "model" | "prompt">>;

/** A model of a comparison, and its own choices, which go before those of all. */
export interface Column {
  readonly model: Model;
  readonly own: OwnChoices;
}

/** Models that can be compared at once. */
export const columnsMax = 4;

interface StoredColumn {
  readonly model: string;
  readonly own: OwnChoices;
}

function readColumns(): readonly StoredColumn[] {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(storedColumns) ?? "[]");
    return Array.isArray(list) ? (list as readonly StoredColumn[]) : [];
  } catch {
    return [];
  }
}

/** The models that one press of the button asks: one, or up to four. */
export interface Columns {
  readonly columns: readonly Column[];
  readonly isComparing: boolean;
  add(model: string): void;
  remove(model: string): void;
  /** Chooses one model in the place of all that there are. */
  only(model: string): void;
  /** Puts a model in the place of another one, with the same choices. */
  swap(before: string, after: string): void;
  /** Changes a model's own choices. */
  choose(model: string, change: OwnChoices): void;
  /** Makes choices those of all again, since they are made for all. */
  clear(fields: readonly string[]): void;
}

/**
 * The columns of the draft: those of the address where it names some, else those of before. They survive a reload and a look at
 * another page. A comparison that comes down to one model leaves its choices to the draft.
 */
export function useColumns(
  models: readonly Model[],
  draft: DraftFields,
  change: (change: Partial<DraftFields>) => void,
): Columns {
  const { compare } = useSearch({ from: "/inside/make" });
  const navigate = useNavigate({ from: "/make" });
  const [stored, setStored] = useState(() => {
    const before = readColumns();
    const named = compare?.split(",") ?? before.map(({ model }) => model);
    return named.map((model) => before.find((one) => one.model === model) ?? { model, own: {} });
  });
  useEffect(() => sessionStorage.setItem(storedColumns, JSON.stringify(stored)), [stored]);
  const byId = new Map(models.map((model) => [model.id, model]));
  const known = [...new Map(stored.map((one) => [one.model, one])).values()]
    .flatMap(({ model: id, own }) => {
      const model = byId.get(id);
      return model === undefined ? [] : [{ model, own }];
    })
    .slice(0, columnsMax);
  const single = byId.get(known[0]?.model.id ?? draft.model) ?? models[0];
  const alone = single === undefined ? [] : [{ model: single, own: {} }];
  const columns = known.length > 1 ? known : alone;
  const put = (next: readonly Column[]): void => {
    const isComparing = next.length > 1;
    setStored(isComparing ? next.map(({ model, own }) => ({ model: model.id, own })) : []);
    const [first] = next;
    if (!isComparing && first !== undefined) change({ ...first.own, model: first.model.id });
    void navigate({
      replace: true,
      search: ({ compare: _before, model, ...rest }) =>
        isComparing
          ? { ...rest, compare: next.map((one) => one.model.id).join(",") }
          : // An address that names a model names the one that is chosen.
            {
              ...rest,
              ...(model === undefined || first === undefined ? {} : { model: first.model.id }),
            },
    });
  };
  return {
    columns,
    isComparing: columns.length > 1,
    add(id) {
      const model = byId.get(id);
      if (model !== undefined) put([...columns, { model, own: {} }]);
    },
    only(id) {
      const model = byId.get(id);
      if (model !== undefined) put([{ model, own: {} }]);
    },
    remove: (id) => put(columns.filter(({ model }) => model.id !== id)),
    swap(before, after) {
      const model = byId.get(after);
      if (model === undefined) return;
      put(columns.map((one) => (one.model.id === before ? { ...one, model } : one)));
    },
    choose: (id, own) =>
      put(
        columns.map((one) => (one.model.id === id ? { ...one, own: { ...one.own, ...own } } : one)),
      ),
    clear: (fields) =>
      put(
        columns.map(({ model, own }) => ({
          model,
          own: Object.fromEntries(Object.entries(own).filter(([name]) => !fields.includes(name))),
        })),
      ),
  };
}

/** The choices of a column: its own, and for the rest those of all. */
export function fieldsOf({ model, own }: Column, draft: DraftFields): DraftFields {
  return { ...draft, ...own, model: model.id };
}
