import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Icon } from "../ui/icon.tsx";
import { type Made, useGeneration } from "./generation.ts";

/** Results of this session, newest first; a next try throws none of them away. */
export function Strip({
  made,
  shown,
  onShow,
}: {
  readonly made: readonly Made[];
  readonly shown: string | undefined;
  readonly onShow: (id: string) => void;
}): ReactNode {
  const words = useWords().playground;
  if (made.length === 0) return null;
  return (
    <ol
      aria-label={words.results}
      className="flex shrink-0 gap-2 overflow-x-auto pb-1 wide:max-h-[80dvh] wide:w-20 wide:flex-col wide:overflow-x-visible wide:overflow-y-auto"
    >
      {made.map((one) => (
        <li key={one.id}>
          <button
            type="button"
            aria-label={one.fields.prompt}
            aria-pressed={one.id === shown}
            onClick={() => onShow(one.id)}
            className="grid size-16 place-items-center overflow-hidden rounded-picture border-2 border-transparent bg-sunk aria-pressed:border-accent"
          >
            <Thumbnail id={one.id} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function Thumbnail({ id }: { readonly id: string }): ReactNode {
  const { pictures, previews, phase } = useGeneration(id);
  const [picture] = pictures;
  const url = picture === undefined ? previews[0] : `${picture.url}&w=320`;
  if (url !== undefined) return <img src={url} alt="" className="size-full object-cover" />;
  return phase === "failed" ? (
    <Icon name="alert" />
  ) : (
    <Aperture size={20} busy={phase !== "away"} />
  );
}
