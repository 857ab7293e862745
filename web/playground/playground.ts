import { useMutation } from "@tanstack/react-query";
import { askForFile } from "../api/ask.ts";
import { type Column, type Columns, fieldsOf, useColumns } from "./columns.ts";
import { type DraftFields, type DraftPicture, useDraft } from "./draft.ts";
import { type DraftPictures, draftPicture, useDraftPictures } from "./draft-pictures.ts";
import { type LeftBehind, fitDraft } from "./fit-draft.ts";
import { type Intake, useIntake } from "./intake.ts";
import { useIntakeEvents } from "./intake-events.ts";
import { type Made, type MadePicture, galleryId } from "./generation.ts";
import { type MadeList, useMadeList } from "./made-list.ts";
import { type Model, picturesMax } from "./models.ts";
import type { GoingOn } from "./going-on.ts";
import type { Priced } from "./price.ts";
import { type Asked, startGeneration, startOrRefused } from "./start.ts";

/** The draft, the pictures that it brings, the models that it asks, and the ways to make something of them. */
export interface Playground {
  readonly draft: DraftFields;
  readonly change: (change: Partial<DraftFields>) => void;
  readonly brought: DraftPictures;
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
  readonly starting: { readonly isPending: boolean; readonly error: Error | null };
  readonly make: () => void;
  readonly goingOn: GoingOn;
}

export function usePlayground(models: readonly Model[]): Playground {
  const [draft, change] = useDraft();
  const brought = useDraftPictures();
  const { pictures } = brought;
  const list = useMadeList();
  const columns = useColumns(models, draft, change);
  const intake = useIntake(
    brought,
    Math.max(...columns.columns.map(({ model }) => picturesMax(model))),
  );
  useIntakeEvents(intake);
  const fitted = columns.columns.map((column) => ({
    column,
    pictures: pictures.slice(0, picturesMax(column.model)),
    ...fitDraft(fieldsOf(column, draft), column.model, pictures),
  }));
  const starting = useMutation({ mutationFn: begin, onSuccess: (made) => list.add(made) });
  const trying = useMutation({
    mutationFn: async ({ before, ...asked }: Asked & { readonly before: Made }) => {
      if (asked.fills !== undefined) return list.fill(await startGeneration(asked));
      if (before.group === undefined) return list.add([await startGeneration(asked)]);
      return list.replace(before, await startOrRefused(asked));
    },
  });
  const taking = useMutation({
    mutationFn: (from: { readonly made: Made; readonly picture: MadePicture }) =>
      takeIn(from.made, from.picture, brought),
  });
  const asked = (before: Made, change: Partial<DraftFields>): Priced | undefined => {
    const model = models.find(({ id }) => id === before.fields.model);
    if (model === undefined) return undefined;
    const own = pictures.slice(0, picturesMax(model));
    return { model, fields: { ...before.fields, ...change }, pictures: own };
  };
  return {
    draft,
    change,
    brought,
    intake,
    columns,
    fitted,
    list,
    starting: {
      isPending: starting.isPending,
      error: starting.error ?? trying.error ?? taking.error,
    },
    make() {
      const group = columns.isComparing ? crypto.randomUUID() : undefined;
      starting.mutate(
        fitted.map(({ column: { model }, fields, pictures: own }) => ({
          model,
          fields,
          group,
          pictures: own,
        })),
      );
    },
    goingOn: {
      use: (made, picture) => taking.mutate({ made, picture }),
      asked,
      again(before, change = {}, fills) {
        const next = asked(before, change);
        if (next !== undefined) trying.mutate({ ...next, before, group: before.group, fills });
      },
      fillersOf: list.fillersOf,
      chooseSeed: (seed) => change({ seed }),
    },
  };
}

/** Begins all at once. One alone that is refused throws; beside others it is a result of its own. */
function begin(asked: readonly Asked[]): Promise<readonly Made[]> {
  return Promise.all(asked.map(asked.length === 1 ? startGeneration : startOrRefused));
}

async function takeIn(made: Made, picture: MadePicture, brought: DraftPictures): Promise<void> {
  // The gateway that served this page hosts the picture, until it expires.
  const blob = await askForFile("GET", picture.url);
  brought.add([draftPicture(`picture.${picture.format}`, blob, galleryId(made, picture))]);
}
