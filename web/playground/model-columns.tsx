import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { Select } from "../ui/select.tsx";
import { chosenNames } from "./chosen-options.ts";
import { type Column, type Columns, columnsMax } from "./columns.ts";
import { Controls } from "./controls.tsx";
import type { DraftFields } from "./draft.ts";
import type { LeftBehind } from "./fit-draft.ts";
import type { Model } from "./models.ts";
import { leftInWords } from "./obstacle.ts";
import { type OptionRefusals, useOpening } from "./use-refused-options.ts";
import { useDraftWords, useMakeWords } from "./words.ts";

/** A column as it will be asked. */
export interface FittedColumn {
  readonly column: Column;
  readonly fields: DraftFields;
  readonly left: readonly LeftBehind[];
  /** In words; undefined: not known. */
  readonly price: string | undefined;
}

/** The model, or up to four that are compared, each with what is its own. */
export function ModelColumns({
  models,
  fitted,
  columns,
  hasPictures,
  refusals,
  leavesOf,
}: {
  readonly models: readonly Model[];
  readonly fitted: readonly FittedColumn[];
  readonly columns: Columns;
  readonly hasPictures: boolean;
  readonly refusals: OptionRefusals;
  /** The choices of the draft that a model would leave behind, in words. */
  readonly leavesOf: (model: Model) => readonly string[];
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const noteOf = (model: Model): string | undefined => {
    const left = leavesOf(model);
    const notes = [factOf(model, words), left.length === 0 ? undefined : more.leaves(left)];
    return notes.filter((note) => note !== undefined).join(" · ") || undefined;
  };
  const [first] = columns.columns;
  if (!columns.isComparing && first !== undefined)
    return (
      <div className="flex flex-col gap-1">
        <Select
          label={words.model}
          value={first.model.id}
          options={models.map((one) => ({ id: one.id, text: one.id, note: noteOf(one) }))}
          onChange={(id) => columns.swap(first.model.id, id)}
        />
        <AddModel models={models} columns={columns} noteOf={noteOf} />
      </div>
    );
  return (
    <div className="flex flex-col gap-1.5">
      <p className="flex justify-between text-label">
        <span className="font-medium">{more.models}</span>
        <span className="text-soft">{more.modelsOf(fitted.length)}</span>
      </p>
      <ul aria-label={more.models} className="flex flex-col gap-1.5">
        {fitted.map((one) => (
          <ColumnRow
            key={one.column.model.id}
            fitted={one}
            columns={columns}
            hasPictures={hasPictures}
            refusals={refusals}
          />
        ))}
      </ul>
      <AddModel models={models} columns={columns} noteOf={noteOf} />
    </div>
  );
}

/** The way to another model, unless all that there are, or as many as fit, are compared. */
function AddModel({
  models,
  columns,
  noteOf,
}: {
  readonly models: readonly Model[];
  readonly columns: Columns;
  /** A model's dates, and what it would leave behind. */
  readonly noteOf: (model: Model) => string | undefined;
}): ReactNode {
  const more = useMakeWords();
  const chosen = new Set(columns.columns.map(({ model }) => model.id));
  const others = models.filter(({ id }) => !chosen.has(id));
  if (others.length === 0 || chosen.size >= columnsMax) return null;
  return (
    <div className="-ml-3.5">
      <Menu
        label={more.compareWith}
        trigger={
          <Button kind="quiet">
            <Icon name="plus" size={16} />
            {more.compareWith}
          </Button>
        }
      >
        {others.map((one) => (
          <MenuItem key={one.id} textValue={one.id} onAction={() => columns.add(one.id)}>
            <span className="flex flex-col py-1">
              {one.id}
              <span className="text-label text-soft">{noteOf(one)}</span>
            </span>
          </MenuItem>
        ))}
      </Menu>
    </div>
  );
}

function ColumnRow({
  fitted: { column, fields, left, price },
  columns,
  hasPictures,
  refusals,
}: {
  readonly fitted: FittedColumn;
  readonly columns: Columns;
  readonly hasPictures: boolean;
  readonly refusals: OptionRefusals;
}): ReactNode {
  const all = useDraftWords();
  const { more } = all;
  const { model, own } = column;
  const [isOpen, setOpen] = useOpening(refusals.fresh?.model === model.id);
  const inWords = (choices: readonly LeftBehind[]): readonly string[] => leftInWords(choices, all);
  const owned = Object.entries(own)
    .filter(([, value]) => value !== "")
    // A column's own choices are fields of the draft.
    .flatMap(([field, value]) => {
      const values = field === "provider_options" ? chosenNames(String(value)) : [String(value)];
      return values.map((one) => ({ field: field as LeftBehind["field"], value: one }));
    });
  return (
    <li className="flex flex-col rounded-control border border-line bg-raised">
      <div className="flex items-center pl-3">
        <span className="min-w-0 flex-1 truncate py-2 font-medium">{model.id}</span>
        <span className="pr-1 pl-2 text-right text-label text-soft">{price}</span>
        <Button
          kind="quiet"
          isSquare
          aria-expanded={isOpen}
          aria-label={more.settingsOf(model.id)}
          onPress={() => setOpen(!isOpen)}
        >
          <Icon name="settings" size={16} />
        </Button>
        <Button
          kind="quiet"
          isSquare
          aria-label={more.takeOut(model.id)}
          onPress={() => columns.remove(model.id)}
        >
          <Icon name="close" size={16} />
        </Button>
      </div>
      {owned.length === 0 ? null : (
        <p className="px-3 pb-2 text-label text-soft">{more.own(inWords(owned))}</p>
      )}
      {left.length === 0 ? null : (
        <p className="flex items-center gap-1.5 px-3 pb-2 text-label text-info">
          <Icon name="info" size={14} />
          {more.leaves(inWords(left))}
        </p>
      )}
      {isOpen ? (
        <div className="flex flex-col gap-4 border-t border-line p-3">
          <Controls
            model={model}
            fields={fields}
            hasPictures={hasPictures}
            refusals={refusals}
            onChange={(change) => columns.choose(model.id, change)}
          />
        </div>
      ) : null}
    </li>
  );
}

function factOf(
  model: Model,
  words: ReturnType<typeof useWords>["playground"],
): string | undefined {
  if (model.retires_at !== undefined) return words.retires(model.retires_at);
  return model.alias_of === undefined ? undefined : words.standsFor(model.alias_of);
}
