import type { GalleryOwner, GalleryPicture } from "../../store/gallery-records.ts";
import type { Store } from "../../store/store.ts";
import { type GalleryView, placeOf } from "./gallery-view.ts";

/** A picture that another one was made from; `picture` is undefined where it has expired or was deleted. */
export interface Ancestor {
  readonly id: string;
  readonly picture: GalleryView | undefined;
}

/** The pictures that one was made from, step by step, and those that were made from it. */
export interface GalleryFamily {
  /** The oldest step first; a step's pictures in the order in which they were sent. */
  readonly ancestors: readonly (readonly Ancestor[])[];
  /** The newest first. */
  readonly descendants: readonly GalleryView[];
}

/** Steps back that are looked at, so that no chain of edits takes long to read. */
const stepsMax = 12;
const picturesOfStepMax = 16;
const descendantsMax = 48;

/** The parts that reading a family works with. */
export interface FamilyParts {
  readonly store: Pick<Store, "gallery">;
  readonly now: () => number;
}

/** Reads where a picture came from and what became of it, as far as the owner still has it. */
export async function readFamily(
  { store, now }: FamilyParts,
  owner: GalleryOwner,
  picture: GalleryView,
  view: (picture: GalleryPicture) => GalleryView,
): Promise<GalleryFamily> {
  const find = async (id: string): Promise<Ancestor> => {
    const { requestId, index } = placeOf(id);
    const { saved, expiring } = await store.gallery.find(owner, requestId, index, now());
    const found = saved ?? expiring;
    return { id, picture: found && view(found) };
  };
  const ancestors: Ancestor[][] = [];
  const seen = new Set([picture.id]);
  let wanted = picture.madeFrom;
  while (ancestors.length < stepsMax) {
    const ids = [...new Set(wanted)].filter((id) => !seen.has(id)).slice(0, picturesOfStepMax);
    if (ids.length === 0) break;
    for (const id of ids) seen.add(id);
    const step = await Promise.all(ids.map(find));
    ancestors.unshift(step);
    wanted = step.flatMap((one) => one.picture?.madeFrom ?? []);
  }
  return { ancestors, descendants: await descendantsOf(store, owner, picture, view, now()) };
}

async function descendantsOf(
  store: FamilyParts["store"],
  owner: GalleryOwner,
  { id, createdAt }: GalleryView,
  view: (picture: GalleryPicture) => GalleryView,
  now: number,
): Promise<GalleryView[]> {
  const filter = { madeFrom: id, from: createdAt };
  const [saved, expiring] = await Promise.all([
    store.gallery.saved(owner, filter, descendantsMax),
    store.gallery.expiring(owner, filter, descendantsMax, now),
  ]);
  return [...saved, ...expiring]
    .map(view)
    .filter(({ madeFrom }) => madeFrom.includes(id))
    .toSorted((a, b) => b.createdAt - a.createdAt || a.index - b.index)
    .slice(0, descendantsMax);
}
