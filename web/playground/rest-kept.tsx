import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { changedOutside } from "../compare/changed.ts";
import { Compare } from "../compare/compare.tsx";
import { Button } from "../ui/button.tsx";
import { keepsRest } from "./canvas.tsx";
import type { Made, MadePicture } from "./generation.ts";
import { useMakeWords } from "./words.ts";

/** The picture with the rest kept beside the one that the model made, and how much that one had changed outside of the mask. */
export function RestKept({
  made,
  pictures,
  picture,
}: {
  readonly made: Made;
  readonly pictures: readonly MadePicture[];
  /** The one that is shown. */
  readonly picture: MadePicture;
}): ReactNode {
  const more = useMakeWords();
  const [isOpen, setOpen] = useState(false);
  const place = picture.index % made.fields.n;
  const raw = pictures.find(({ index }) => index === place);
  const kept = pictures.find((one) => keepsRest(one, made) && one.index % made.fields.n === place);
  const changed = useQuery({
    queryKey: ["changed", raw?.url, kept?.url],
    queryFn: ({ signal }) =>
      changedOutside(raw?.url ?? "", kept?.url ?? "", made.maskShare ?? 0, signal),
    enabled: raw !== undefined && kept !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (raw === undefined || kept === undefined) return null;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          {isOpen ? more.compareLess : more.compareRest}
        </Button>
        {changed.data === undefined ? null : (
          <p className="text-label text-soft">{more.changedOutside(changed.data)}</p>
        )}
      </div>
      {isOpen ? (
        <Compare
          before={{ url: raw.url, text: more.asMade }}
          after={{ url: kept.url, text: more.restKept }}
          size={kept}
        />
      ) : null}
    </div>
  );
}
