import { useMutation } from "@tanstack/react-query";
import { type Column, type Columns, fieldsOf, useColumns } from "./columns.ts";
import { type DraftFields, type DraftPicture, useDraft } from "./draft.ts";
import { type DraftPictures, useDraftPictures } from "./draft-pictures.ts";
import { type LeftBehind, fitDraft } from "./fit-draft.ts";
import { type Intake, useIntake } from "./intake.ts";
import { useIntakeEvents } from "./intake-events.ts";
import type { Made } from "./generation.ts";
import { usePlaygroundKeys } from "./keys.ts";
import { type MadeList, useMadeList } from "./made-list.ts";
import { type Model, picturesMax } from "./models.ts";
import type { GoingOn } from "./going-on.ts";
import { type OptionRefusals, useRefusedOptions } from "./use-refused-options.ts";
import { keyMay, useChosenKey, useKeyRefused } from "./own-keys.ts";
import { type Asked, startGeneration, startOrRefused } from "./start.ts";
import { useGoingOn } from "./use-going-on.ts";
import { useOptions } from "./use-options.ts";

/** The draft, the pictures that it brings, the models that it asks, and the ways to make something of them. */
export interface Playground {
  readonly draft: DraftFields;
  readonly change: (change: Partial<DraftFields>) => void;
  readonly brought: DraftPictures;
  /** The pictures of the draft that may go along: none with a key that may change none. */
  readonly pictures: readonly DraftPicture[];
  /** The way of further pictures into the draft. */
  readonly intake: Intake;
  readonly columns: Columns;
  /** The questions to each model, and what of the draft it leaves behind. */
  readonly fitted: readonly {
    readonly column: Column;
    readonly fields: DraftFields;
    /** The pictures that the model takes. */
    readonly pictures: readonly DraftPicture[];
    readonly left: readonly LeftBehind[];
  }[];
  readonly list: MadeList;
  readonly refusals: OptionRefusals;
  readonly starting: { readonly isPending: boolean; readonly error: Error | null };
  readonly make: () => void;
  readonly goingOn: GoingOn;
}

export function usePlayground(models: readonly Model[]): Playground {
  const [draft, change] = useDraft();
  const brought = useDraftPictures();
  const key = useChosenKey();
  const mayChange = keyMay(key, "edit");
  const pictures = mayChange ? brought.pictures : noPictures;
  const list = useMadeList();
  const columns = useColumns(models, draft, change);
  const intake = useIntake(
    brought,
    mayChange ? Math.max(...columns.columns.map(({ model }) => picturesMax(model))) : 0,
  );
  useIntakeEvents(intake);
  usePlaygroundKeys({ list, prompt: draft.prompt, write: (prompt) => change({ prompt }) });
  const withOptions = useOptions(columns.columns.map(({ model }) => model));
  const fitted = columns.columns.map((column, at) => {
    const model = withOptions[at] ?? column.model;
    return {
      column: { ...column, model },
      pictures: pictures.slice(0, picturesMax(model)),
      ...fitDraft(fieldsOf(column, draft), model, pictures),
    };
  });
  const starting = useMutation({
    mutationFn: begin,
    onSuccess: (made) => list.add(made),
    onError: useKeyRefused(),
  });
  const refusals = useRefusedOptions(list.shown?.made ?? noneMade);
  const { goingOn, error } = useGoingOn({ models, brought, pictures, columns, list, change });
  return {
    draft,
    change,
    brought,
    pictures,
    intake,
    columns,
    fitted,
    list,
    refusals,
    starting: {
      isPending: starting.isPending,
      error: starting.error ?? error,
    },
    make() {
      const group = columns.isComparing ? crypto.randomUUID() : undefined;
      starting.mutate(
        fitted.map(({ column: { model }, fields, pictures: own }) => ({
          model,
          fields,
          group,
          pictures: own,
          keyId: key?.id,
        })),
      );
    },
    goingOn,
  };
}

const noneMade: readonly Made[] = [];
const noPictures: readonly DraftPicture[] = [];

/** Begins all at once. One alone that is refused throws; beside others it is a result of its own. */
function begin(asked: readonly Asked[]): Promise<readonly Made[]> {
  return Promise.all(asked.map(asked.length === 1 ? startGeneration : startOrRefused));
}
