import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Fragment } from "react";
import type { ReactNode } from "react";
import { Icon } from "../ui/icon.tsx";
import { type Picture, familyQuery } from "./pictures.ts";
import { useGalleryWords } from "./words.ts";

/** The way that a picture came: what it was made from, step by step, and what was made from it. Nothing where there is neither. */
export function FamilyStrip({ picture }: { readonly picture: Picture }): ReactNode {
  const words = useGalleryWords();
  const { data } = useQuery(familyQuery(picture.id));
  if (data === undefined || data.ancestors.length + data.descendants.length === 0) return null;
  const steps = [
    ...data.ancestors,
    [{ id: picture.id, picture }],
    ...(data.descendants.length === 0
      ? []
      : [data.descendants.map((one) => ({ id: one.id, picture: one }))]),
  ];
  return (
    <nav aria-label={words.origin} className="flex flex-col gap-2">
      <p className="text-label font-medium">{words.origin}</p>
      <ol className="flex flex-wrap items-center gap-2">
        {steps.map((step, at) => (
          <Fragment key={step.map(({ id }) => id).join()}>
            {step.map(({ id, picture: one }, place) => (
              <li key={id} className="flex items-center gap-2">
                {at > 0 && place === 0 ? (
                  <span className="text-soft">
                    <Icon name="unfold" size={14} />
                  </span>
                ) : null}
                {one === null ? <Gone /> : <Member picture={one} isShown={id === picture.id} />}
              </li>
            ))}
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}

function Member({
  picture: { id, url, prompt },
  isShown,
}: {
  readonly picture: Picture;
  readonly isShown: boolean;
}): ReactNode {
  const words = useGalleryWords();
  const search = useSearch({ from: "/inside/gallery/$picture" });
  return (
    <Link
      to="/gallery/$picture"
      params={{ picture: id }}
      search={search}
      aria-label={isShown ? words.thisOne : prompt}
      title={isShown ? words.thisOne : prompt}
      className="block rounded-picture border-2 border-transparent aria-[current=page]:border-accent"
    >
      <img
        src={`${url}&w=320`}
        alt=""
        className="h-16 w-auto max-w-28 rounded-picture bg-sunk object-cover"
      />
    </Link>
  );
}

/** The place of a picture that has expired or was deleted. */
function Gone(): ReactNode {
  const words = useGalleryWords();
  return (
    <span
      role="img"
      aria-label={words.goneOne}
      className="grid size-16 place-items-center rounded-picture border border-dashed border-edge text-label text-soft"
    >
      {words.gone}
    </span>
  );
}
