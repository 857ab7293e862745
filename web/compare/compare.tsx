import { useState } from "react";
import type { ReactNode } from "react";
import { useGalleryWords } from "../gallery/words.ts";
import { useWords } from "../language/language.tsx";
import { Range } from "../ui/range.tsx";

interface Side {
  readonly url: string;
  /** The picture in words. */
  readonly text: string;
}

/** One picture over another, with an edge between them that slides. */
export function Compare({
  before,
  after,
  size,
}: {
  readonly before: Side;
  readonly after: Side;
  /** Of the picture behind, whose proportions both are shown in. */
  readonly size: { readonly width: number; readonly height: number };
}): ReactNode {
  const words = useGalleryWords();
  const { percent } = useWords().mask;
  const [share, setShare] = useState(50);
  return (
    <div className="flex flex-col gap-3">
      <div className="grid place-items-center rounded-panel bg-sunk p-3">
        <div className="relative max-w-full" style={{ aspectRatio: size.width / size.height }}>
          <img
            src={after.url}
            alt={after.text}
            width={size.width}
            height={size.height}
            className="max-h-[70dvh] w-auto max-w-full rounded-picture object-contain"
          />
          <img
            src={before.url}
            alt={before.text}
            className="absolute inset-0 size-full rounded-picture object-fill"
            style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }}
          />
          <span
            aria-hidden
            className="absolute inset-y-0 w-0.5 -translate-x-1/2 bg-raised outline outline-line forced-color-adjust-none"
            style={{ left: `${share}%` }}
          />
        </div>
      </div>
      <Range
        label={words.edge}
        value={share}
        text={percent(share)}
        min={0}
        max={100}
        onChange={setShare}
      />
    </div>
  );
}
