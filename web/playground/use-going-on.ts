import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { askForFile } from "../api/ask.ts";
import type { Columns } from "./columns.ts";
import type { DraftFields, DraftPicture } from "./draft.ts";
import { type DraftPictures, draftPicture } from "./draft-pictures.ts";
import { type Made, type MadePicture, galleryId } from "./generation.ts";
import type { GoingOn } from "./going-on.ts";
import type { MadeList } from "./made-list.ts";
import { type Model, picturesMax, takesMask } from "./models.ts";
import { keyMay, useChosenKey, useKeyRefused } from "./own-keys.ts";
import type { Priced } from "./price.ts";
import { type Asked, startGeneration, startOrRefused } from "./start.ts";

/** The parts of the playground that results lead back to. */
interface Parts {
  readonly models: readonly Model[];
  readonly brought: DraftPictures;
  /** The pictures that may go along. */
  readonly pictures: readonly DraftPicture[];
  readonly columns: Columns;
  readonly list: MadeList;
  readonly change: (change: Partial<DraftFields>) => void;
}

/** The ways to go on from results, and what went wrong on one of them. */
export function useGoingOn({ models, brought, pictures: own, columns, list, change }: Parts): {
  readonly goingOn: GoingOn;
  readonly error: Error | null;
} {
  const trying = useTrying(list);
  const key = useChosenKey();
  const mayChange = keyMay(key, "edit");
  const taking = useTaking(brought);
  const hasMasks = mayChange && columns.columns.some(({ model }) => takesMask(model));
  const asked = (before: Made, changed: Partial<DraftFields>): Priced | undefined => {
    const model = models.find(({ id }) => id === before.fields.model);
    // What was made of pictures is not made again without any, nor the other way round.
    const isEdit = before.withPictures > 0;
    const isLost = isEdit ? own.length === 0 : !keyMay(key, "generation");
    if (model === undefined || isLost) return undefined;
    const pictures = isEdit ? own.slice(0, picturesMax(model)) : [];
    return { model, fields: { ...before.fields, ...changed }, pictures };
  };
  const goingOn: GoingOn = {
    use: mayChange
      ? (made, picture) => taking.mutate({ made, picture, isFirst: false })
      : undefined,
    edit: hasMasks ? (made, picture) => taking.mutate({ made, picture, isFirst: true }) : undefined,
    adopt: ({ fields }) => change(fields),
    asked,
    again(before, changed = {}, fills) {
      const next = asked(before, changed);
      if (next !== undefined) {
        const { group } = before;
        trying.mutate({ ...next, keyId: key?.id, before, group, fills });
      }
    },
    fillersOf: list.fillersOf,
    chooseSeed: (seed) => change({ seed }),
  };
  return { goingOn, error: trying.error ?? taking.error };
}

/** Asks for the same once more, and puts what comes of it in its place. */
function useTrying(list: MadeList) {
  return useMutation({
    onError: useKeyRefused(),
    mutationFn: async ({ before, ...asked }: Asked & { readonly before: Made }) => {
      if (asked.fills !== undefined) return list.fill(await startGeneration(asked));
      if (before.group === undefined) return list.add([await startGeneration(asked)]);
      return list.replace(before, await startOrRefused(asked));
    },
  });
}

/** Takes made pictures into the draft. */
function useTaking(brought: DraftPictures) {
  const navigate = useNavigate({ from: "/make" });
  return useMutation({
    async mutationFn({ made, picture, isFirst }: Taken) {
      const taken = await pictureOf(made, picture);
      if (!isFirst) return brought.add([taken]);
      brought.addFirst(taken);
      return navigate({ search: (before) => ({ ...before, mask: 1 as const }) });
    },
  });
}

/** A made picture that is taken into the draft. */
interface Taken {
  readonly made: Made;
  readonly picture: MadePicture;
  /** True: it goes before the others, and its mask is opened. */
  readonly isFirst: boolean;
}

/** A made picture as one of the draft; the gateway that served this page hosts it, until it expires. */
async function pictureOf(made: Made, picture: MadePicture): Promise<DraftPicture> {
  const blob = await askForFile("GET", picture.url);
  return draftPicture(`picture.${picture.format}`, blob, galleryId(made, picture));
}
